"""Whose conversation a message belongs to."""

import pytest

from bot.channels.whatsapp.identities import Chats
from bot.channels.whatsapp.payloads import Person
from bot.channels.whatsapp.tables import Store, chats, identities

WA, OTHER_WA, USER, OTHER_USER = "923001234567", "923007654321", "PK.one", "PK.two"
NUMBER, BSUID, BOTH = Person(WA), Person(None, USER), Person(WA, USER)


@pytest.fixture
def store(tmp_path):
    return Store(f"sqlite:///{tmp_path}/chats.db")


def sessions(store, *people, number="1", key="key"):
    """The chats of people who write one after another."""
    book = Chats(key=key, phone_number_id=number)
    with store.begin() as connection:
        return [book.of(connection, person, at=100 + place) for place, person in enumerate(people)]


@pytest.mark.parametrize(
    "people",
    [
        pytest.param([NUMBER, NUMBER], id="the same number"),
        pytest.param([BSUID, BSUID], id="the same user id"),
        pytest.param([NUMBER, BOTH, BSUID], id="a number that shows its user id"),
        pytest.param([BSUID, BOTH, NUMBER], id="a user id that shows its number"),
        pytest.param([BOTH, NUMBER, BSUID, BOTH], id="both, then each alone"),
    ],
)
def test_one_person_has_one_chat(store, people):
    assert len(set(sessions(store, *people))) == 1


@pytest.mark.parametrize(
    "people",
    [
        pytest.param([NUMBER, Person(OTHER_WA)], id="two numbers"),
        pytest.param([BSUID, Person(None, OTHER_USER)], id="two user ids"),
        pytest.param([BOTH, Person(WA, OTHER_USER)], id="a number that passed to somebody else"),
        pytest.param([BOTH, Person(OTHER_WA, USER)], id="a user id with a new number"),
    ],
)
def test_two_people_have_two_chats(store, people):
    first, second = sessions(store, *people)
    assert first != second


def test_after_a_number_changed_hands_neither_id_leads_back(store):
    first, second, number, user = sessions(store, BOTH, Person(WA, OTHER_USER), NUMBER, BSUID)
    assert number == second and user != first


def test_two_chats_that_turn_out_to_be_one_person_become_one(store):
    user, number, both, again = sessions(store, BSUID, NUMBER, BOTH, NUMBER)
    assert user != number and both == again == user


def test_parting_breaks_the_session_for_every_id(store):
    book = Chats(key="key", phone_number_id="1")
    with store.begin() as connection:
        before = book.of(connection, BOTH, at=1)
        book.part(connection, NUMBER)
        assert book.find(connection, BSUID) is None
        assert book.of(connection, BSUID, at=2) != before


def test_another_number_of_ours_knows_nobody(store):
    assert sessions(store, NUMBER, number="1") != sessions(store, NUMBER, number="2")


def test_nobody_has_no_chat(store):
    assert sessions(store, Person()) == [None]


def test_the_identity_of_a_chat_cannot_be_computed_without_the_key(store, tmp_path):
    sessions(store, BOTH)
    sessions(Store(f"sqlite:///{tmp_path}/other.db"), BOTH, key="other key")
    with store.begin() as connection:
        keys = {row.key for row in connection.execute(identities.select())}
    with Store(f"sqlite:///{tmp_path}/other.db").begin() as connection:
        others = {row.key for row in connection.execute(identities.select())}
    assert len(keys) == len(others) == 2 and not keys & others


def test_a_message_has_one_name_that_cannot_be_computed_without_the_key():
    ours, others = (Chats(key=key, phone_number_id="1") for key in ("key", "other key"))
    names = {ours.message("wamid.1"), ours.message("wamid.2"), others.message("wamid.1")}
    assert len(names) == 3 and ours.message("wamid.1") in names
    assert not any("wamid" in name for name in names)


def test_replies_go_to_the_number_and_else_to_the_user_id(store):
    sessions(store, BSUID, BOTH)
    with store.begin() as connection:
        row = connection.execute(chats.select()).one()
    assert (row.address_kind, row.address, row.heard_at) == ("to", WA, 101)


def test_an_old_message_does_not_shorten_the_window(store):
    book = Chats(key="key", phone_number_id="1")
    with store.begin() as connection:
        book.of(connection, NUMBER, at=500)
        book.of(connection, NUMBER, at=100)
        assert connection.execute(chats.select()).one().heard_at == 500
