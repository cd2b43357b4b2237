"""What to do about a message, given what was said before: pure functions over plain data.

A `Reading` is what the NLU pipeline made of one message; `Memory` is what earlier messages left behind; `decide` joins
them into a `Decision`. Memory can raise the level of caution, never lower it.
"""

from collections.abc import Sequence

from bot.dialogue.config import Dialogue
from bot.dialogue.state import Decision, Memory, Reading
from bot.guard.verdict import BUTTON, CLASSIFIER, MEMORY, RANK, Reason, Verdict, more_cautious
from bot.text.languages import CODES

VARIETIES = CODES
MOST_TOPICS = 3  # answered in one message; the rest are offered
MOST_OFFERED = MOST_TOPICS + 5
UNSURE = 0.5  # a classifier's vote below this was taken for want of anything better
LANGUAGE_BUTTON = "language:"
CALLBACK = "callback"  # the button that asks for a call
BESIDE, BESIDE_ANY = {"uncovered_risks": "decline_risks"}, "uncovered_beside"
DANGER_NOW, ALL_SAFE = "danger_now", "all_safe"  # the two answers to "is somebody in danger now?"


def decide(reading: Reading, memory: Memory, dialogue: Dialogue) -> Decision:
    """Return what to do about a message. Never raises for a well-formed reading."""
    case_told = memory.case_told or reading.case
    reading, reasons = _with_context(reading, memory, dialogue)
    level, intent, topics = (
        reading.verdict.level,
        reading.verdict.intent,
        reading.topics[:MOST_TOPICS],
    )
    variety = _variety(reading, memory)
    if (
        level == "answer"
        and memory.case_told
        and set(topics or reading.unsure) & dialogue.after_a_case
    ):
        level, intent = more_cautious(level, "steer"), "case"
        reasons.append(Reason(MEMORY, note="a case was told earlier in the conversation"))
    if memory.case_told and _unread(reading.verdict):
        level, intent = more_cautious(level, "steer"), "case"
        reasons.append(Reason(MEMORY, note="hardly read, after a case was told"))
    if level == "answer" and not topics:  # it hesitates between two topics: no answer yet
        level, intent = "decline", "uncovered_medical"
    says, offers = _says(reading, memory, level, intent, topics, dialogue)
    if level == "steer" and intent == "case" and reading.verdict.intent != "case":
        says = ("case_remembered", *says)
    answered = topics if RANK[level] <= RANK["handoff"] else ()
    left = Memory(
        case_told,
        _chosen(reading, memory),
        variety,
        _subject(level, topics) or memory.last_topics,
        *_left_open(reading, memory, level, says, offers),
        *_left_behind(memory, level, intent, says, dialogue),
        *_doubt(reading, level, intent),
    )
    return Decision(level, intent, variety, says, answered, offers, tuple(reasons), left)


def _with_context(
    reading: Reading, memory: Memory, dialogue: Dialogue
) -> tuple[Reading, list[Reason]]:
    """Resolve what a message leaves out: "and for men?", "yes", "both", "the second one", thanks in a danger."""
    verdict = reading.verdict
    if (
        memory.danger
        and (verdict.intent in dialogue.after_danger or _unread(verdict))
        and reading.asks_language != "other"
    ):
        return _meaning(reading, (memory.danger,), "the danger told before still stands", dialogue)
    if memory.doubted and (
        answer := _on_the_doubt(verdict.intent, reading.button, memory, dialogue)
    ):
        return _meaning(reading, *answer, dialogue)
    if RANK[verdict.level] > RANK["answer"]:
        return reading, [verdict.reason]
    if verdict.intent in dialogue.repairs and memory.last_topics:
        return _meaning(
            reading, memory.last_topics, f"{verdict.intent}: on what was said", dialogue
        )
    if reading.group and memory.declined and not memory.offered:
        return _meaning(
            reading, (memory.declined,), "a follow-up on what has no approved answer", dialogue
        )
    names, reason = _implied(reading, memory, dialogue)
    return _meaning(reading, names, reason, dialogue) if names else (reading, [verdict.reason])


def _unread(verdict: Verdict) -> bool:
    """Return whether a message was taken for something uncovered for want of anything better."""
    unsure = verdict.reason.source == CLASSIFIER and (verdict.reason.confidence or 0.0) < UNSURE
    return unsure and verdict.level == "decline"


def _on_the_doubt(
    intent: str, button: str | None, memory: Memory, dialogue: Dialogue
) -> tuple[tuple[str, ...], str] | None:
    """Return what a yes or a no to "is somebody in danger now?" stands for, None for anything else."""
    assert memory.doubted
    if button == DANGER_NOW or (not button and intent == "affirm"):
        return (memory.doubted,), "the danger asked about is there"
    if button == ALL_SAFE or (not button and intent in dialogue.denials):
        return memory.held or (ALL_SAFE,), "there is no danger; what was asked is taken up"
    return None


def _implied(reading: Reading, memory: Memory, dialogue: Dialogue) -> tuple[tuple[str, ...], str]:
    """Return the button ids that a message stands for where it stands, and why; none when it stands by itself."""
    about = memory.offered or memory.last_topics
    if reading.group and about:
        chosen = memory.offered if reading.group == "both" else ()
        return chosen or dialogue.for_group(
            reading.group, about
        ), f"on {', '.join(about)}, for {reading.group}"
    if reading.pick and reading.pick <= len(memory.buttons):
        return (memory.buttons[reading.pick - 1],), f"choice {reading.pick} of those offered"
    if reading.verdict.intent == "affirm" and memory.offered:
        return memory.offered, "yes to the question asked back"
    if reading.verdict.intent == "affirm" and len(memory.buttons) == 1:
        return memory.buttons, "yes to the one thing offered"
    return (), ""


def _meaning(
    reading: Reading, names: tuple[str, ...], note: str, dialogue: Dialogue
) -> tuple[Reading, list[Reason]]:
    """Return `reading` as if the buttons `names` had been tapped, and both reasons."""
    tapped, reason = pressed(names[0], dialogue), Reason(MEMORY, note=note)
    verdict = Verdict(tapped.verdict.level, tapped.verdict.intent, reason, reading.verdict.findings)
    topics = names if verdict.level == "answer" else ()
    asks = tapped.asks_language or reading.asks_language
    return Reading(verdict, reading.variety, topics, (), asks), [reading.verdict.reason, reason]


def pressed(button: str, dialogue: Dialogue) -> Reading:
    """Return the reading of a tapped button, by its id; one we do not know is handed to a person."""
    name, _, language = button.partition(":")
    intent = "switch_language" if name == "language" else name
    if intent not in dialogue.intents and intent not in dialogue.buttons:
        return Reading(
            Verdict("handoff", "handoff", Reason(BUTTON, note=f"unknown button {name}")), None
        )
    level = dialogue.level(intent)
    topics = (intent,) if level == "answer" else ()
    return Reading(
        Verdict(level, intent, Reason(BUTTON, intent, note=f"button {button}")),
        None,
        topics,
        (),
        language or None,
        None,
        button,
    )


def _subject(level: str, topics: tuple[str, ...]) -> tuple[str, ...]:
    """Return what "and for men?" would lean on after this message: its topics, answered or not; none in a danger."""
    return topics if RANK[level] <= RANK["steer"] else ()


def _left_open(
    reading: Reading, memory: Memory, level: str, says: Sequence[str], offers: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the question asked back and the buttons still open: small talk in between leaves them so."""
    if says == ("clarify",):
        return reading.unsure, offers
    if level in ("smalltalk", "language") and reading.verdict.intent != "deny":
        return memory.offered, offers or memory.buttons
    return (), offers


def _left_behind(
    memory: Memory, level: str, intent: str, says: Sequence[str], dialogue: Dialogue
) -> tuple[str | None, str | None]:
    """Return the danger that still stands and the declined question a follow-up would lean on."""
    danger, declined = memory.danger, memory.declined
    if level in ("crisis", "emergency"):  # of a crisis and an emergency, the crisis is what stands
        danger = danger if danger and RANK[dialogue.level(danger)] > RANK[level] else intent
    elif level in ("answer", "steer", "handoff"):
        danger = None
    if level == "answer" or says == ("clarify",):
        declined = None
    elif intent in dialogue.leaned_on:
        declined = intent
    return danger, declined


def _doubt(reading: Reading, level: str, intent: str) -> tuple[str | None, tuple[str, ...]]:
    """Return the danger asked about, and what is taken up again when there is none."""
    if level != "check_in":
        return None, ()
    return intent, reading.topics[:MOST_TOPICS] or ((reading.calm,) if reading.calm else ())


def _variety(reading: Reading, memory: Memory) -> str:
    if reading.asks_language in VARIETIES:
        return reading.asks_language
    return memory.chosen or reading.variety or memory.last_variety or "en"


def _chosen(reading: Reading, memory: Memory) -> str | None:
    return reading.asks_language if reading.asks_language in VARIETIES else memory.chosen


def _says(
    reading: Reading,
    memory: Memory,
    level: str,
    intent: str,
    topics: Sequence[str],
    dialogue: Dialogue,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the ids of the texts said before the answers, and the buttons offered."""
    if level in ("crisis", "emergency"):
        return (dialogue.says(intent),), ()
    if level == "check_in":
        return ("check_in",), (DANGER_NOW, ALL_SAFE)
    if level == "steer":
        return (dialogue.says(intent),), (
            *(topic for topic in topics if topic not in dialogue.after_a_case),
            "handoff",
        )
    if level in ("handoff", "support"):
        return (dialogue.says(intent),), (CALLBACK,) if intent == "handoff" else ()
    if level == "answer":
        further = reading.topics[MOST_TOPICS:MOST_OFFERED]
        if reading.beside:
            return (BESIDE.get(reading.beside, BESIDE_ANY),), (*further, "handoff")
        return (), further
    if level == "language":
        if reading.asks_language not in VARIETIES:
            return ("language_unavailable",), tuple(LANGUAGE_BUTTON + name for name in VARIETIES)
        about, of_a_case = (
            memory.offered or memory.last_topics,
            dialogue.after_a_case if memory.case_told else (),
        )
        return ("language",), tuple(topic for topic in about if topic not in of_a_case)
    if reading.unsure:
        return ("clarify",), reading.unsure[:2]
    if level == "clarify":
        return (dialogue.says(intent),), (*dialogue.menu[:2], "handoff")
    if intent == "deny" and memory.offered:
        return ("clarify_rephrase",), tuple(
            topic for topic in dialogue.menu if topic not in memory.offered
        )[:3]
    if level == "decline":
        return (dialogue.says(intent),), ("handoff",)
    return (dialogue.says(intent),), dialogue.menu[:3] if intent in (
        "greet",
        "what_can_you_do",
    ) else ()
