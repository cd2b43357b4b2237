"""What is read of a long conversation decides as the whole of it would, and is no more than a turn needs."""

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa_adapter import tracker_store as private
from bot.rasa_adapter.event_store import INDEXED, delete_events
from bot.rasa_adapter.tracker import MEMORY, variety_before
from bot.rasa_adapter.tracker_window import REPLIES, WINDOW
from bot.settings import Settings

SESSION = [
    ActionExecuted("action_session_start"),
    SessionStarted(),
    ActionExecuted("action_listen"),
]


@pytest.fixture
def kept(terminal, tmp_path, monkeypatch):
    """A private store, and ways to put a conversation in and to take it out."""
    monkeypatch.setattr(private, "settings", lambda: Settings(var=tmp_path))
    store = private.PrivateTrackerStore(terminal.agent.domain)

    class Kept:
        connect = store.engine.connect

        def put(self, *events):
            for place, event in enumerate(events):
                event.timestamp = float(place)
            run(
                store.save(
                    DialogueStateTracker.from_events("web-1", events, terminal.agent.domain.slots)
                )
            )

        def read(self):
            return run(store.retrieve("web-1"))

        def whole(self):
            return run(
                SQLTrackerStore._retrieve(store, "web-1", fetch_events_from_all_sessions=False)
            )

        def save(self, tracker):
            run(store.save(tracker))

        def everything(self):
            return run(store.retrieve_full_tracker("web-1")).events

        def erase(self):
            return delete_events(store, store.SQLEvent.sender_id == "web-1")

    run = terminal._loop.run_until_complete
    return Kept()


def turn(number, memory="ur"):
    metadata = {MEMORY: {"case_told": True, "chosen": memory}} if memory else {}
    return [
        UserUttered(f"message {number}", intent={"name": "thanks"}),
        ActionExecuted("utter_smalltalk"),
        BotUttered(f"reply {number}", metadata=metadata),
        ActionExecuted("action_listen"),
    ]


def turns(first, last, **options):
    return [event for number in range(first, last) for event in turn(number, **options)]


def state(tracker):
    return (
        tracker.current_slot_values(),
        tracker.active_loop,
        tracker.latest_action,
        tracker.latest_message.text,
        tracker.latest_bot_utterance.text,
        tracker.is_paused(),
        tracker.followup_action,
        variety_before(tracker),
    )


SLOT, ASKING, ASKED = SlotSet("callback_tries", 2), ActiveLoop("callback_form"), ActiveLoop(None)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([*SESSION, *turns(0, 2)], id="a short conversation"),
        pytest.param([*SESSION, *turns(0, 50)], id="a long one"),
        pytest.param([*SESSION, SLOT, *turns(0, 50)], id="a slot set long ago"),
        pytest.param(
            [*SESSION, SLOT, ASKING, *turns(0, 3), ASKED, *turns(3, 50)],
            id="a form that ended long ago",
        ),
        pytest.param([*SESSION, ASKING, *turns(0, 50)], id="a form that still asks"),
        pytest.param([*SESSION, *turns(0, 50), *SESSION, *turns(50, 52)], id="a new session"),
        pytest.param(
            [*SESSION, *turns(0, 5), *turns(5, 50, memory=None)], id="a memory from long ago"
        ),
        pytest.param([*turns(0, 20)], id="no session was ever started"),
    ],
)
def test_a_window_holds_what_the_whole_session_says(kept, said):
    kept.put(*said)
    assert state(kept.read()) == state(kept.whole())


def test_a_long_conversation_is_read_in_part(kept):
    kept.put(*SESSION, SLOT, *turns(0, 300))
    read = kept.read()
    assert sum(isinstance(event, BotUttered) for event in read.events) == REPLIES
    assert [event for event in read.events if isinstance(event, SlotSet)] == [SLOT]
    assert len(read.events) < 5 * REPLIES


@pytest.mark.parametrize("query", [WINDOW, INDEXED], ids=["the window", "a message's id"])
def test_no_query_of_a_turn_walks_through_a_conversation(kept, query):
    kept.put(*SESSION, *turns(0, 300))
    with kept.connect() as connection:
        plan = connection.execute(
            sa.text(f"EXPLAIN QUERY PLAN {query}"), {"sender": "web-1", "id": "m-1"}
        ).all()
    steps = [step for *_, step in plan if "events" in step]
    assert steps and not [
        step for step in steps if step.endswith("(sender_id=?)") or "SCAN events" in step
    ], steps


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([*SESSION, ASKING, *turns(0, 50)], id="a form that still asks"),
        pytest.param(
            [*SESSION, *turns(0, 5), *turns(5, 50, memory=None)], id="a memory from long ago"
        ),
    ],
)
def test_where_the_window_would_cut_something_off_all_is_read(kept, said):
    kept.put(*said)
    assert list(kept.read().events) == list(kept.whole().events)


@pytest.mark.parametrize("count", [3, 50])
def test_what_is_new_is_added_once(kept, count):
    kept.put(*SESSION, *turns(0, count))
    before, tracker = len(kept.everything()), kept.read()
    for _ in range(2):
        tracker.update(UserUttered("and?"))
        kept.save(tracker)
        kept.save(tracker)
    assert [event.text for event in list(kept.everything())[before:]] == ["and?", "and?"]


def test_words_erased_during_a_turn_are_not_written_again(kept):
    kept.put(*SESSION, *turns(0, 3))
    tracker = kept.read()
    assert kept.erase()
    tracker.update(UserUttered("and?"))
    kept.save(tracker)
    assert [event.text for event in kept.everything()] == ["and?"]


def test_nothing_of_a_conversation_nobody_had_is_read(kept):
    assert kept.read() is None
