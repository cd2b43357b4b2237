"""What is done about a message, given what was said before: memory raises caution and never lowers it."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.config import load_dialogue
from bot.dialogue.decide import decide, pressed
from bot.dialogue.state import Memory, Reading
from bot.errors import DataError
from bot.guard.verdict import LEVELS, RANK, Reason, Verdict
from tests.support import write_yaml

DIALOGUE = load_dialogue()
INTENT_OF = {
    "crisis": "self_harm",
    "emergency": "emergency",
    "check_in": "self_harm",
    "steer": "case",
    "handoff": "handoff",
    "support": "support",
    "answer": "pain",
    "decline": "off_topic",
    "clarify": "why",
    "language": "switch_language",
    "smalltalk": "greet",
}


def reading(level="answer", intent=None, *, variety="roman", **more):
    intent = intent or INTENT_OF[level]
    more.setdefault("topics", (intent,) if level == "answer" else ())
    more.setdefault("case", intent == "case")
    return Reading(Verdict(level, intent, Reason("test")), variety, **more)


def did(message, memory=None):
    return decide(message, memory or Memory(), DIALOGUE)


@pytest.mark.parametrize(
    ("level", "says", "offers"),
    [
        pytest.param("crisis", ("self_harm",), (), id="a crisis gets its text and nothing else"),
        pytest.param(
            "emergency", ("emergency",), (), id="an emergency gets its text and nothing else"
        ),
        pytest.param(
            "steer", ("steer",), ("handoff",), id="a case is steered and offered a person"
        ),
        pytest.param("handoff", ("handoff",), ("callback",), id="who wants a person gets one"),
        pytest.param("support", ("support",), (), id="distress is met"),
        pytest.param("answer", (), (), id="an answer stands by itself"),
        pytest.param("decline", ("decline",), ("handoff",), id="what is not covered is declined"),
        pytest.param("smalltalk", ("greet",), DIALOGUE.menu[:3], id="a greeting offers questions"),
    ],
)
def test_what_each_level_says(level, says, offers):
    decision = did(reading(level))
    assert (decision.action, decision.says, decision.offers) == (level, says, offers)


@pytest.mark.parametrize("level", ["crisis", "emergency", "steer"])
def test_nothing_is_answered_above_a_handoff(level):
    decision = did(reading(level, topics=("pain", "halal")))
    assert decision.topics == ()
    assert set(decision.offers) <= {"pain", "halal", "handoff"}


def test_a_steered_message_offers_only_what_is_still_general():
    decision = did(reading("steer", topics=("halal", "success_pof")))
    assert decision.offers == ("halal", "handoff")


def test_up_to_three_topics_are_answered():
    assert did(reading(topics=("pain", "halal", "cost", "donor"))).topics == (
        "pain",
        "halal",
        "cost",
    )


TOLD = Memory(case_told=True)


@pytest.mark.parametrize("topic", sorted(DIALOGUE.after_a_case))
def test_after_a_case_a_question_about_results_is_about_the_case(topic):
    decision = did(reading(intent=topic), TOLD)
    assert (decision.action, decision.says[0], decision.topics) == ("steer", "case_remembered", ())


@pytest.mark.parametrize("topic", sorted(set(DIALOGUE.topics) - DIALOGUE.after_a_case))
def test_after_a_case_other_questions_are_still_answered(topic):
    assert did(reading(intent=topic), TOLD).topics == (topic,)


def test_one_topic_of_the_case_steers_the_whole_message():
    assert did(reading(topics=("pain", "success_pof")), TOLD).action == "steer"


def test_a_case_is_remembered_however_much_follows():
    memory = did(reading("steer")).memory
    for level in LEVELS:
        memory = did(reading(level), memory).memory
        assert memory.case_told


@pytest.mark.parametrize(
    ("group", "last", "topics"),
    [
        pytest.param("men", ("success_pof",), ("success_ptf",), id="success, for men"),
        pytest.param("women", ("success_ptf",), ("success_pof",), id="success, for women"),
        pytest.param("men", ("pain",), ("pain",), id="a topic with no other half"),
        pytest.param("women", ("success_ptf", "halal"), ("success_pof", "halal"), id="two topics"),
        pytest.param("men", ("pof", "ascot"), ("ptf",), id="two topics with the same other half"),
        pytest.param("both", ("success_ptf",), ("success_ptf", "success_pof"), id="both halves"),
        pytest.param("both", ("halal",), ("halal",), id="both, of a topic with no other half"),
    ],
)
def test_a_follow_up_leans_on_the_last_topic(group, last, topics):
    decision = did(reading("decline", group=group), Memory(last_topics=last))
    assert (decision.action, decision.topics) == ("answer", topics)


def test_a_follow_up_with_nothing_before_it_is_as_it_reads():
    assert did(reading("decline", group="men")).action == "decline"


@pytest.mark.parametrize("level", ["crisis", "emergency", "steer", "handoff", "support"])
def test_a_follow_up_never_lowers_the_level(level):
    assert (
        did(reading(level, group="men"), Memory(last_topics=("pain",), offered=("pain",))).action
        == level
    )


def test_a_follow_up_on_results_after_a_case_is_steered():
    assert (
        did(
            reading("decline", group="men"), Memory(case_told=True, last_topics=("success_pof",))
        ).action
        == "steer"
    )


def test_a_steered_question_is_what_a_follow_up_leans_on():
    memory = did(reading(intent="success_pof"), TOLD).memory
    assert did(reading("decline", group="men"), memory).says[0] == "case_remembered"


def test_a_follow_up_on_a_declined_question_is_declined_like_it():
    memory = did(reading("decline", "uncovered_risks"), Memory(last_topics=("success_pof",))).memory
    follow_up = reading(intent="success_ptf", group="men")
    assert (did(follow_up, memory).action, did(follow_up, memory).says) == (
        "decline",
        ("decline_risks",),
    )
    assert did(follow_up, did(reading(intent="pain"), memory).memory).topics == ("pain",)


def test_chatter_that_is_declined_is_not_what_a_follow_up_leans_on():
    memory = did(reading("decline", "off_topic"), Memory(last_topics=("success_pof",))).memory
    assert did(reading("decline", group="men"), memory).topics == ("success_ptf",)


def test_smalltalk_keeps_the_last_topic():
    memory = did(reading("smalltalk"), did(reading(intent="success_pof")).memory).memory
    assert did(reading("decline", group="men"), memory).topics == ("success_ptf",)


UNSURE = reading("answer", "success_pof", topics=(), unsure=("success_pof", "success_ptf"))


def test_unsure_between_two_it_asks_with_two_buttons_and_answers_nothing():
    decision = did(UNSURE)
    assert (decision.says, decision.offers, decision.topics) == (
        ("clarify",),
        ("success_pof", "success_ptf"),
        (),
    )
    assert RANK[decision.action] < RANK["answer"]


@pytest.mark.parametrize(
    ("level", "intent", "topics"),
    [
        pytest.param("smalltalk", "affirm", ("success_pof", "success_ptf"), id="yes answers both"),
        pytest.param("smalltalk", "deny", (), id="no answers neither"),
        pytest.param("answer", "pain", ("pain",), id="another question is answered instead"),
    ],
)
def test_what_is_said_to_the_question_asked_back(level, intent, topics):
    decision = did(reading(level, intent), did(UNSURE).memory)
    assert decision.topics == topics
    assert decision.memory.offered == ()


@pytest.mark.parametrize(
    ("more", "topics"),
    [
        pytest.param({"group": "men"}, ("success_ptf",), id="for men"),
        pytest.param({"group": "both"}, ("success_pof", "success_ptf"), id="both"),
        pytest.param({"pick": 2}, ("success_ptf",), id="the second one"),
        pytest.param({"pick": 3}, (), id="a third that was not offered"),
    ],
)
def test_a_clipped_reply_to_the_question_asked_back(more, topics):
    assert did(reading("smalltalk", "deny", **more), did(UNSURE).memory).topics == topics


def test_no_to_the_question_asked_back_offers_other_questions():
    decision = did(reading("smalltalk", "deny"), did(UNSURE).memory)
    assert decision.says == ("clarify_rephrase",)
    assert decision.offers and not set(decision.offers) & {"success_pof", "success_ptf"}


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(reading("smalltalk", "acknowledge"), id="an emoji"),
        pytest.param(reading("smalltalk", "greet"), id="a greeting"),
        pytest.param(reading("language", asks_language="ur"), id="another language"),
    ],
)
def test_small_talk_leaves_the_question_asked_back_open(message):
    memory = did(message, did(UNSURE).memory).memory
    assert did(reading("smalltalk", "affirm"), memory).topics == ("success_pof", "success_ptf")


@pytest.mark.parametrize(
    ("before", "more", "action"),
    [
        pytest.param(reading("decline"), {}, "handoff", id="yes to a person"),
        pytest.param(
            reading("steer", topics=("halal",)), {}, "smalltalk", id="yes to two different things"
        ),
        pytest.param(
            reading("steer", topics=("halal",)), {"pick": 1}, "answer", id="the first of two"
        ),
        pytest.param(
            reading("steer", topics=("halal",)), {"pick": 2}, "handoff", id="the second of two"
        ),
        pytest.param(
            reading("language", asks_language="other"),
            {"pick": 2},
            "language",
            id="the second language",
        ),
        pytest.param(reading("answer"), {"pick": 1}, "smalltalk", id="nothing was offered"),
    ],
)
def test_a_button_named_in_words(before, more, action):
    assert did(reading("smalltalk", "affirm", **more), did(before).memory).action == action


def test_a_language_named_by_its_place_is_spoken():
    memory = did(reading("language", asks_language="other")).memory
    assert did(reading("smalltalk", "acknowledge", pick=2), memory).variety == "ur"


def test_another_language_offers_the_last_answers_again_but_none_on_a_told_case():
    switch, last = reading("language", asks_language="ur"), ("pain", "success_pof")
    assert did(switch, Memory(last_topics=last)).offers == last
    assert did(switch, Memory(last_topics=last, case_told=True)).offers == ("pain",)


IN_CRISIS = did(reading("crisis")).memory


@pytest.mark.parametrize("intent", sorted(DIALOGUE.after_danger))
def test_after_a_crisis_what_asks_nothing_gets_its_text_again(intent):
    decision = did(reading(DIALOGUE.level(intent), intent), IN_CRISIS)
    assert (decision.action, decision.says, decision.memory.danger) == (
        "crisis",
        ("self_harm",),
        "self_harm",
    )


@pytest.mark.parametrize("level", ["answer", "handoff"])
def test_a_question_or_a_person_ends_a_danger(level):
    memory = did(reading(level), IN_CRISIS).memory
    assert did(reading("smalltalk", "thanks"), memory).action == "smalltalk"


def test_a_case_told_in_a_danger_is_remembered_after_it():
    memory = did(reading("steer"), IN_CRISIS).memory
    assert did(reading(intent="success_pof"), memory).action == "steer"


def test_of_a_crisis_and_an_emergency_the_crisis_stands():
    memory = did(reading("emergency"), IN_CRISIS).memory
    assert did(reading("smalltalk", "thanks"), memory).intent == "self_harm"
    worse = did(reading("crisis"), did(reading("emergency")).memory).memory
    assert did(reading("smalltalk", "thanks"), worse).intent == "self_harm"


def test_in_a_danger_another_language_is_met_by_the_text_in_it_and_one_we_lack_by_three_buttons():
    assert did(reading("language", asks_language="ur"), IN_CRISIS).variety == "ur"
    assert did(reading("language", asks_language="ur"), IN_CRISIS).says == ("self_harm",)
    assert len(did(reading("language", asks_language="other"), IN_CRISIS).offers) == 3


def test_unsure_after_a_case_is_no_way_round_it():
    assert did(UNSURE, TOLD).action == "steer"


@pytest.mark.parametrize(
    ("asks", "memory", "said", "variety"),
    [
        pytest.param(None, Memory(), "roman", "roman", id="the message's own"),
        pytest.param(None, Memory(chosen="ur"), "en", "ur", id="a chosen language holds"),
        pytest.param(
            None,
            Memory(last_variety="ur"),
            None,
            "ur",
            id="a message of no language keeps the last",
        ),
        pytest.param(None, Memory(), None, "en", id="nothing known is english"),
        pytest.param("en", Memory(chosen="ur"), "ur", "en", id="asking again changes the choice"),
        pytest.param(
            "other", Memory(chosen="ur"), "en", "ur", id="a language we lack changes nothing"
        ),
    ],
)
def test_the_language_of_a_reply(asks, memory, said, variety):
    message = Reading(
        Verdict("language", "switch_language", Reason("test")), said, asks_language=asks
    )
    decision = did(message, memory)
    assert decision.variety == variety
    assert decision.memory.chosen == (asks if asks == "en" else memory.chosen)


def test_a_language_we_lack_is_met_with_the_three_we_have():
    decision = did(reading("language", asks_language="other"))
    assert (decision.says, len(decision.offers)) == (("language_unavailable",), 3)


@pytest.mark.parametrize(
    ("button", "action", "topics"),
    [
        pytest.param("pain", "answer", ("pain",), id="a topic"),
        pytest.param("handoff", "handoff", (), id="a person"),
        pytest.param("language:ur", "language", (), id="a language"),
        pytest.param("language:hi", "language", (), id="a language we lack"),
        pytest.param("self_harm", "crisis", (), id="a level no button has"),
        pytest.param("no_such", "handoff", (), id="an unknown button"),
        pytest.param("/restart", "handoff", (), id="a command"),
        pytest.param(":::", "handoff", (), id="colons"),
    ],
)
def test_a_tapped_button(button, action, topics):
    decision = did(pressed(button, DIALOGUE))
    assert (decision.action, decision.topics) == (action, topics)


def test_a_button_is_no_way_round_a_told_case():
    assert did(pressed("success_pof", DIALOGUE), TOLD).action == "steer"


READINGS = st.builds(
    reading,
    level=st.sampled_from(LEVELS),
    topics=st.lists(st.sampled_from(DIALOGUE.topics), max_size=4).map(tuple),
    unsure=st.sampled_from([(), ("pain", "cost")]),
    variety=st.sampled_from(["en", "ur", "roman", None]),
    group=st.sampled_from([None, "men", "women", "both"]),
    pick=st.sampled_from([None, 1, 2]),
    asks_language=st.sampled_from([None, "ur", "other"]),
)


@given(st.lists(READINGS, min_size=1, max_size=6))
def test_whatever_was_said_before_caution_is_never_lowered(messages):
    memory = Memory()
    for message in messages:
        alone, decision = did(message), did(message, memory)
        if RANK[message.verdict.level] > RANK["answer"]:
            assert RANK[decision.action] >= RANK[message.verdict.level]
        if memory.case_told and decision.action == "answer":
            assert not set(decision.topics) & DIALOGUE.after_a_case
        if (
            memory.danger
            and message.verdict.intent in DIALOGUE.after_danger
            and message.asks_language != "other"
        ):
            assert decision.action in {"crisis", "emergency"}
        assert decision.variety in {"en", "ur", "roman"}
        assert RANK[decision.action] >= RANK[alone.action] or RANK[alone.action] <= RANK["answer"]
        memory = Memory.from_dict(decision.memory.to_dict())
        assert memory == decision.memory


def test_a_reading_survives_the_tracker():
    verdict = Verdict("steer", "case", Reason("rule", rule_id="x")).to_dict()
    data = {
        "verdict": verdict,
        "variety": "ur",
        "topics": ["pain"],
        "unsure": [],
        "asks_language": None,
        "group": None,
    }
    assert Reading.from_dict(data).topics == ("pain",)


GOOD = {
    "intents": {"pain": {"level": "answer"}, "case": {"level": "steer", "says": "steer"}},
    "after_a_case": ["pain"],
    "after_danger": [],
    "leaned_on": [],
    "counterparts": {"men": {"pain": "pain"}},
    "menu": ["pain"],
    "repairs": [],
    "denials": [],
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param(
            {"intents": GOOD["intents"] | {"x": {"level": "y"}}},
            "intents.x.level is 'y'",
            id="an unknown level",
        ),
        pytest.param(
            {"intents": GOOD["intents"] | {"x": {"level": "steer"}}},
            "intents.x.says is missing",
            id="no text",
        ),
        pytest.param(
            {"menu": ["cost"]}, "'cost' is named but not among the intents", id="an unknown topic"
        ),
    ],
)
def test_a_problem_in_the_dialogue_file_is_told(tmp_path, changes, told):
    write_yaml(tmp_path / "dialogue.yml", GOOD | changes)
    with pytest.raises(DataError, match=told):
        load_dialogue(tmp_path / "dialogue.yml")


def test_every_pair_of_levels_has_one_order():
    assert sorted(RANK.values()) == list(range(len(LEVELS)))
    assert all(
        (RANK[a] > RANK[b]) != (RANK[b] > RANK[a]) for a, b in itertools.combinations(LEVELS, 2)
    )


def asked_whether_in_danger(**more):
    decision = did(reading("check_in", **more))
    assert (decision.action, decision.says) == ("check_in", ("check_in",))
    assert decision.offers == ("danger_now", "all_safe")
    return decision.memory


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(pressed("danger_now", DIALOGUE), id="its button"),
        pytest.param(reading("smalltalk", "affirm"), id="a typed yes"),
    ],
)
def test_a_doubted_danger_that_is_confirmed_is_met_as_that_danger(answer):
    memory = asked_whether_in_danger(intent="violence")
    decision = did(answer, memory)
    assert (decision.action, decision.says) == ("crisis", ("violence",))
    assert decision.memory.danger == "violence"


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(pressed("all_safe", DIALOGUE), id="its button"),
        pytest.param(reading("smalltalk", "deny"), id="a typed no"),
        pytest.param(reading("smalltalk", "fine"), id="all well"),
    ],
)
@pytest.mark.parametrize(
    ("doubt", "action", "topics"),
    [
        pytest.param({"topics": ("halal", "cost")}, "answer", ("halal", "cost"), id="questions"),
        pytest.param({"calm": "case"}, "steer", (), id="a case"),
        pytest.param({}, "smalltalk", (), id="nothing"),
    ],
)
def test_a_doubted_danger_that_is_denied_gives_way_to_what_was_asked(answer, doubt, action, topics):
    decision = did(answer, asked_whether_in_danger(**doubt))
    assert (decision.action, decision.topics) == (action, topics)
    assert decision.memory.danger is None and decision.memory.doubted is None


def test_a_worse_message_after_the_question_is_met_as_it_is():
    assert did(reading("emergency"), asked_whether_in_danger()).action == "emergency"


def test_a_case_told_together_with_a_danger_is_remembered():
    memory = did(reading("emergency", case=True)).memory
    assert memory.case_told
    assert did(reading("answer", "success_pof"), memory).action == "steer"


@pytest.mark.parametrize("intent", sorted(DIALOGUE.repairs))
def test_a_repair_is_about_what_was_said_last(intent):
    memory = did(reading("answer", "halal")).memory
    assert did(reading("clarify", intent), memory).topics == ("halal",)
    nothing_before = did(reading("clarify", intent))
    assert (nothing_before.action, nothing_before.says) == ("clarify", ("clarify_rephrase",))
    assert "handoff" in nothing_before.offers


def test_a_standing_danger_gives_way_to_what_is_plainly_something_else():
    assert did(reading("decline", "off_topic"), IN_CRISIS).action == "decline"
    assert did(reading("smalltalk", "thanks"), IN_CRISIS).action == "crisis"


@pytest.mark.parametrize(
    ("beside", "text"),
    [("uncovered_risks", "decline_risks"), ("uncovered_medical", "uncovered_beside")],
)
def test_a_half_without_an_answer_is_named_beside_the_answer(beside, text):
    decision = did(reading("answer", "halal", beside=beside))
    assert (decision.action, decision.topics) == ("answer", ("halal",))
    assert decision.says == (text,) and "handoff" in decision.offers


def test_of_many_questions_three_are_answered_and_the_rest_offered():
    topics = ("halal", "cost", "pain", "location", "timeline")
    decision = did(reading("answer", "halal", topics=topics))
    assert (decision.topics, decision.offers) == (topics[:3], topics[3:])
