"""Signing in, roles, and everything an outsider or a colleague might try."""

import itertools
import time

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from office import PASSWORD, Office, Visitor

from bot.errors import SettingsError, StaffError
from bot.settings import Settings
from bot.staff import routes
from bot.staff.access.accounts import FAILURES_MOST, LINK_SECONDS, LOCKED_SECONDS, Accounts
from bot.staff.access.sessions import IDLE_SECONDS, Sessions
from bot.staff.routes import ATTEMPTS_A_MINUTE
from bot.staff.tables import accounts, audit, tables
from bot.storage.database import Database

PAGES = ["", "people", "trail"]
KEY = "a" * 43 + "="
PATIENTS_SITE = "https://www.clinic.example"


class Clock:
    def __init__(self):
        self.now = 1_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def database(tmp_path):
    return Database(f"sqlite:///{tmp_path}/var/staff.db", tables)


@pytest.fixture
def people(database, clock):
    return Accounts(database, clock=clock)


def hire(people, name="ayesha", role="editor"):
    people.redeem(people.add(name, role), name, PASSWORD)
    return name


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_the_sign_in_page(office, path):
    status, page = Visitor(office.url).ask(path)
    assert (status, "Sign in" in page, "Sign out" in page) == (200, True, False)


def test_a_password_is_never_kept_as_it_was_typed(people, database):
    hire(people)
    with database.begin() as connection:
        kept = connection.execute(sa.select(accounts.c.password)).scalar()
    assert kept.startswith("$argon2id$") and PASSWORD not in kept


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("ayesha", "wrong words entirely", id="a wrong password"),
        pytest.param("nobody", PASSWORD, id="a name nobody has"),
        pytest.param("ayesha", "", id="no password"),
        pytest.param("ayesha", "x" * 100_000, id="a password of a hundred thousand letters"),
        pytest.param("", PASSWORD, id="no name"),
    ],
)
def test_wrong_names_and_passwords_open_nothing(people, name, password):
    hire(people)
    assert people.verify(name, password) is None


def test_five_wrong_passwords_lock_an_account_for_a_while(people, clock):
    hire(people)
    for _ in range(FAILURES_MOST):
        assert people.verify("ayesha", "wrong words entirely") is None
    assert people.verify("ayesha", PASSWORD) is None
    clock.now += LOCKED_SECONDS + 1
    assert people.verify("ayesha", PASSWORD)


def test_a_right_password_starts_the_count_anew(people):
    hire(people)
    for _ in range(FAILURES_MOST * 2):
        assert people.verify("ayesha", "wrong words entirely") is None
        assert people.verify("ayesha", PASSWORD)


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaaaa", "ayesha has a password"])
def test_passwords_easy_to_guess_are_refused(people, password):
    token = people.add("ayesha", "viewer")
    with pytest.raises(StaffError):
        people.redeem(token, "ayesha", password)


@pytest.mark.parametrize("name", ["", "a", "Ayesha!", "<b>", "a" * 60, "../x"])
def test_odd_names_are_refused(people, name):
    with pytest.raises(StaffError):
        people.add(name, "viewer")


def test_a_link_works_once(people):
    token = people.add("ayesha", "viewer")
    people.redeem(token, "ayesha", PASSWORD)
    with pytest.raises(StaffError):
        people.redeem(token, "ayesha", "other plain words")


def test_a_link_works_for_a_day(people, clock):
    token = people.add("ayesha", "viewer")
    clock.now += LINK_SECONDS + 1
    assert people.waiting(token) is None


def test_a_newer_link_voids_the_older(people):
    older = people.add("ayesha", "viewer")
    people.link("ayesha")
    assert people.waiting(older) is None


def test_the_first_link_makes_one_admin_and_no_second(people):
    token = people.first_link()
    assert people.redeem(token, " Zainab ", PASSWORD) == "zainab"
    assert people.verify("zainab", PASSWORD).role == "admin"
    assert people.first_link() is None
    assert people.waiting(token) is None


def test_a_first_link_printed_before_the_first_account_is_void_after_it(people):
    token = people.first_link()
    hire(people)
    assert people.waiting(token) is None


@pytest.mark.parametrize("wait", [IDLE_SECONDS + 1, 8 * 3600 + 1])
def test_a_session_ends(people, database, clock, wait):
    sessions = Sessions(database, hours=8, clock=clock)
    token = sessions.start(hire(people))
    assert sessions.person(token).name == "ayesha"
    for _ in range(int(wait // IDLE_SECONDS) if wait > 2 * IDLE_SECONDS else 0):
        clock.now += IDLE_SECONDS - 1
        sessions.person(token)
    clock.now += IDLE_SECONDS + 1
    assert sessions.person(token) is None


def test_the_working_day_ends_even_for_the_busy(people, database, clock):
    sessions = Sessions(database, hours=1, clock=clock)
    token = sessions.start(hire(people))
    for _ in range(59):
        clock.now += 60
        assert sessions.person(token)
    clock.now += 61
    assert sessions.person(token) is None


def test_a_disabled_account_is_out_at_once(office, staff):
    visitor = staff("editor")
    name = visitor.ask("")[1].split("<span>")[1].split(" ")[0]
    office.people.disable(name)
    assert "Sign in" in visitor.ask("")[1]
    assert office.people.verify(name, PASSWORD) is None


def test_a_new_password_signs_everybody_out_who_used_the_old(office):
    visitor = office.signed_in("changing", "viewer")
    office.people.set_password("changing", "quite other words")
    assert "Sign in" in visitor.ask("")[1]


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(office):
    visitor = office.signed_in("cookie", "viewer")
    cookie = next(iter(visitor.jar))
    assert (
        cookie.has_nonstandard_attr("HttpOnly")
        and cookie.get_nonstandard_attr("SameSite") == "Strict"
    )
    assert cookie.path == "/staff"


def test_signing_out_ends_the_session_and_not_only_the_cookie(staff):
    visitor = staff("viewer")
    visitor.ask("")
    token = next(iter(visitor.jar)).value
    visitor.post("sign-out")
    assert "Sign in" in visitor.ask("", headers={"Cookie": f"jawab_staff={token}"})[1]


@pytest.mark.parametrize(
    ("role", "path", "status"),
    [
        ("viewer", "people", 403),
        ("signer", "people", 403),
        ("admin", "people", 200),
        ("editor", "trail", 403),
        ("admin", "trail", 200),
        ("viewer", "", 200),
    ],
)
def test_a_role_opens_its_own_pages_only(staff, role, path, status):
    assert staff(role).ask(path)[0] == status


def test_a_refused_visit_is_on_the_trail(office, staff):
    staff("viewer").ask("people")
    with office.database.begin() as connection:
        acts = connection.execute(sa.select(audit.c.act, audit.c.subject)).all()
    assert ("refused", "/staff/people") in [tuple(row) for row in acts]


@pytest.mark.parametrize(
    ("csrf", "headers"),
    [
        pytest.param("", {}, id="no token"),
        pytest.param("wrong", {}, id="a wrong token"),
        pytest.param(None, {"Origin": PATIENTS_SITE}, id="the right token from the patients' site"),
        pytest.param(None, {"Origin": "null"}, id="the right token from nowhere"),
        pytest.param(
            None, {"Sec-Fetch-Site": "cross-site"}, id="the right token from another site"
        ),
        pytest.param(
            None, {"Sec-Fetch-Site": "same-site"}, id="the right token from a sister site"
        ),
    ],
)
def test_a_form_of_anybody_elses_page_does_nothing(office, staff, csrf, headers):
    visitor = staff("admin")
    visitor.ask("people")
    fields = {} if csrf is None else {"csrf": csrf}
    status, _ = visitor.post(
        "people", headers=headers, act="add", name="intruder", role="admin", **fields
    )
    assert status == 403
    assert "intruder" not in [one.name for one in office.people.all()]


def test_another_persons_token_is_no_token(office, staff):
    visitor, other = staff("admin"), staff("admin")
    other.ask("people")
    visitor.csrf = other.csrf
    assert visitor.post("people", act="add", name="intruder2", role="admin")[0] == 403


def test_patients_sites_get_no_cors_and_may_not_sign_in(office):
    office.hire("fromsite", "viewer")
    visitor = Visitor(office.url)
    status, _ = visitor.post(
        "sign-in", headers={"Origin": PATIENTS_SITE}, name="fromsite", password=PASSWORD
    )
    assert status == 403
    assert not [name for name in visitor.last_headers if name.lower().startswith("access-control")]


def test_every_page_forbids_inline_scripts_frames_and_caches(office, staff):
    visitor = staff("admin")
    for path in ("", "people", "trail", "sign-in"):
        visitor.ask(path)
        policy = visitor.last_headers["Content-Security-Policy"]
        assert (
            "default-src 'none'" in policy
            and "unsafe" not in policy
            and "frame-ancestors 'none'" in policy
        )
        assert visitor.last_headers["Cache-Control"] == "no-store"


def test_an_admin_makes_an_account_by_link(office, staff):
    admin = staff("admin")
    admin.ask("people")
    _, page = admin.post("people", act="add", name="newcomer", role="editor")
    path = page.split("/staff/set-up/")[1].split("<")[0]
    newcomer = Visitor(office.url)
    assert newcomer.post(f"set-up/{path}", password=PASSWORD, again="something else")[0] == 400
    status, page = newcomer.post(f"set-up/{path}", password=PASSWORD, again=PASSWORD)
    assert status == 200 and "newcomer (editor)" in page
    assert Visitor(office.url).ask(f"set-up/{path}")[0] == 404


def test_what_somebody_types_is_shown_as_text(staff):
    admin = staff("admin")
    admin.ask("people")
    status, page = admin.post("people", act="add", name="<script>alert(1)</script>", role="editor")
    assert status == 400 and "<script>alert" not in page and "&lt;script&gt;" in page


def test_a_store_that_fails_is_a_notice_and_patients_are_still_answered(terminal, tmp_path):
    with Office(terminal.agent, tmp_path) as office:
        visitor = office.signed_in("ayesha", "admin")
        with office.database.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE sessions RENAME TO gone")
        status, page = visitor.ask("people")
        assert (status, "cannot be read or written" in page) == (503, True)
        assert office.say(office.start(), "is it halal?")


def test_too_many_attempts_from_one_address_wait(terminal, tmp_path):
    with Office(terminal.agent, tmp_path) as office:
        visitor = Visitor(office.url)
        # a slow machine gets through few a second, and the limit refills meanwhile
        statuses = list(
            itertools.takewhile(
                lambda status: status != 429,
                (visitor.post("sign-in", name=f"no{n}", password="x")[0] for n in range(100)),
            )
        )
    assert ATTEMPTS_A_MINUTE <= len(statuses) < 100 and set(statuses) == {403}


@pytest.mark.parametrize(
    ("env", "on"),
    [
        ({}, True),
        ({"JAWAB_STAFF": "false"}, False),
        ({"JAWAB_PRODUCTION": "true", "JAWAB_SESSION_KEY": "k" * 32}, False),
        (
            {
                "JAWAB_PRODUCTION": "true",
                "JAWAB_SESSION_KEY": "k" * 32,
                "JAWAB_STAFF": "true",
                "JAWAB_CONTACT_KEY": KEY,
            },
            True,
        ),
    ],
)
def test_in_production_the_console_is_off_unless_it_is_switched_on(env, on):
    assert bool(Settings.from_env(env).staff) is on


def test_a_store_that_cannot_be_opened_stops_the_start_with_a_reason(monkeypatch, tmp_path):
    def fail():
        return Database(f"sqlite:///{tmp_path}", tables)  # a folder

    monkeypatch.setattr(routes, "waiting_room", fail)
    with pytest.raises(SettingsError, match="JAWAB_DATABASE"):
        routes.register(None)


def test_in_production_the_cookie_travels_over_https_only():
    found = Settings.from_env(
        {
            "JAWAB_PRODUCTION": "1",
            "JAWAB_SESSION_KEY": "k" * 32,
            "JAWAB_STAFF": "1",
            "JAWAB_CONTACT_KEY": KEY,
        }
    )
    assert found.staff.secure


@pytest.mark.parametrize("key", ["", "short", KEY[:-2], f"{KEY},short"])
def test_in_production_the_console_needs_a_key_for_contact_data(key):
    with pytest.raises(SettingsError, match="JAWAB_CONTACT_KEY"):
        Settings.from_env(
            {
                "JAWAB_PRODUCTION": "1",
                "JAWAB_SESSION_KEY": "k" * 32,
                "JAWAB_STAFF": "1",
                "JAWAB_CONTACT_KEY": key,
            }
        )


def test_a_key_as_openssl_prints_it_will_do_and_is_never_printed():
    found = Settings.from_env({"JAWAB_CONTACT_KEY": "+/" * 21 + "A="})
    Fernet(found.contact_key())
    assert "-_-_" not in repr(found)


def test_every_page_is_quick(staff):
    admin = staff("admin")
    for path in ("", "people", "trail"):
        started = time.perf_counter()
        admin.ask(path)
        assert time.perf_counter() - started < 1, path


def test_one_address_guesses_twenty_times_a_minute_at_most(terminal, tmp_path):
    with Office(terminal.agent, tmp_path) as office:
        visitor = Visitor(office.url)
        statuses = [
            visitor.post("sign-in", name=f"guess{number}", password=PASSWORD)[0]
            for number in range(30)
        ]
    assert (
        statuses[:20] == [403] * 20 and 429 in statuses
    )  # one more is allowed every three seconds
