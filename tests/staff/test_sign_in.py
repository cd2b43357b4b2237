"""Signing in, roles, and everything an outsider or a colleague might try."""

import itertools
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
import sqlalchemy as sa
from cryptography.fernet import Fernet
from office import PASSWORD, Office, Visitor

from bot.channels.web.cors import Limit
from bot.cli.check import FURTHER
from bot.errors import SettingsError, StaffError
from bot.settings import Settings
from bot.staff import routes
from bot.staff.access import pages
from bot.staff.access.accounts import LINK_SECONDS, Accounts
from bot.staff.access.attempts import DEVICE_SECONDS, FORGET, FREE, LONGEST_WAIT, Slowed, wait
from bot.staff.access.pages import ATTEMPTS_A_MINUTE
from bot.staff.access.sessions import IDLE_SECONDS, Sessions
from bot.staff.tables import accounts, audit, tables
from bot.staff.threads import AT_ONCE
from bot.storage.database import Database
from bot.validation import problems_in as all_problems
from tests.support import copy_data

PAGES = ["", "people", "trail"]
KEY = "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg="
SECRET = "9f86d081884c7d659a2feaa0c55ad015"
FORM = "application/x-www-form-urlencoded"
FILE = b'--x\r\nContent-Disposition: form-data; name="a"; filename="b"\r\n\r\nc\r\n--x--\r\n'
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
    status, page = Visitor(office).ask(path)
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


def guess(people, times, *, name="ayesha", source="10.0.0.9", device=None):
    for _ in range(times):
        assert people.verify(name, "wrong words entirely", source=source, device=device) is None


def test_wrong_passwords_slow_the_guesser_down_and_nobody_else(people, clock):
    hire(people)
    guess(people, FREE)
    with pytest.raises(Slowed):
        people.verify("ayesha", PASSWORD, source="10.0.0.9")
    assert people.verify("ayesha", PASSWORD, source="10.0.0.7")
    clock.now += wait(FREE)
    assert people.verify("ayesha", PASSWORD, source="10.0.0.9")


def test_a_guesser_who_goes_on_waits_longer_each_time_up_to_a_quarter_of_an_hour(people, clock):
    hire(people)
    waits = []
    for _ in range(FREE + 12):
        try:
            guess(people, 1)
        except Slowed as slowed:
            waits.append(slowed.seconds)
            clock.now += slowed.seconds
            guess(people, 1)
    assert waits == sorted(waits) and waits[-1] == LONGEST_WAIT
    assert sum(waits) > 3600  # sixteen guesses take more than an hour
    clock.now += FORGET
    guess(people, FREE)


def test_many_guesses_at_the_same_moment_are_no_way_round(people, database):
    hire(people)

    def one(number):
        try:
            return people.verify("ayesha", f"wrong words {number}", source="10.0.0.9")
        except Slowed:
            return "slowed"

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(one, range(20))).count("slowed") == 20 - FREE


def test_a_name_nobody_has_is_slowed_down_like_any_other(people):
    guess(people, FREE, name="nobody")
    with pytest.raises(Slowed):
        guess(people, 1, name="nobody")


def test_a_device_that_signed_in_before_passes_a_guesser_at_the_same_address(people, clock):
    hire(people)
    device = people.remember("ayesha", None)
    guess(people, FREE)
    with pytest.raises(Slowed):
        people.verify("ayesha", PASSWORD, source="10.0.0.9", device="made up")
    assert people.verify("ayesha", PASSWORD, source="10.0.0.9", device=device)
    clock.now += DEVICE_SECONDS
    guess(people, FREE)
    with pytest.raises(Slowed):
        people.verify("ayesha", PASSWORD, source="10.0.0.9", device=device)


def test_a_stolen_device_is_slowed_down_too_and_is_good_for_its_own_account_only(people):
    hire(people), hire(people, "bilal")
    device = people.remember("ayesha", None)
    guess(people, FREE, device=device)
    with pytest.raises(Slowed):
        guess(people, 1, source="10.0.0.1", device=device)
    guess(people, FREE, name="bilal", device=device)
    with pytest.raises(Slowed):
        guess(people, 1, name="bilal", device=None)


def test_a_new_password_forgets_devices_and_waits(people):
    hire(people)
    device = people.remember("ayesha", None)
    guess(people, FREE)
    people.set_password("ayesha", "quite other words")
    assert people.verify("ayesha", "quite other words", source="10.0.0.9")
    guess(people, FREE)
    with pytest.raises(Slowed):
        guess(people, 1, device=device)


def test_the_owner_signs_in_while_somebody_guesses(terminal, tmp_path):
    with Office(terminal.agent, tmp_path) as office:
        owner, guesser = office.signed_in("zainab", "admin"), Visitor(office, address="10.0.0.9")
        owner.post("sign-out")
        here = Visitor(office)  # another machine behind the owner's address
        for visitor in (guesser, here):
            statuses = [visitor.post("sign-in", name="zainab", password="x")[0] for _ in range(6)]
            assert statuses == [403] * FREE + [429] * 2
            assert int(visitor.last_headers["Retry-After"]) > 0
        assert owner.post("sign-in", name="zainab", password=PASSWORD)[0] == 200
        assert "Sign out" in owner.ask("")[1]


def test_a_right_password_starts_the_count_anew(people):
    hire(people)
    for _ in range(FREE * 2):
        assert people.verify("ayesha", "wrong words entirely") is None
        assert people.verify("ayesha", PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "aaaaaaaaaaaaaaaa",
        "ayesha has a password",
        "password1234",
        "P@ssw0rd!2026",
        "qwertyuiop12",
        "123456789012",
        "abcabcabcabcabc",
        "jawab clinic 2026",
        "pakistan zindabad",
        "lahore karachi lahore",
        "1qaz2wsx3edc4rfv",
        "welcome welcome",
    ],
)
def test_passwords_easy_to_guess_are_refused(people, password):
    token = people.add("ayesha", "viewer")
    with pytest.raises(StaffError):
        people.redeem(token, "ayesha", password)


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "kela bandar chhat",
        "x7#kQ9!mVw2p",
        "correct horse battery",
        "نیلا دروازہ کھلا چاند",
    ],
)
def test_passwords_hard_to_guess_are_taken(people, password):
    people.redeem(people.add("ayesha", "viewer"), "ayesha", password)
    assert people.verify("ayesha", password)


def test_a_broken_list_of_common_passwords_is_named_by_check(tmp_path):
    folder = copy_data(tmp_path / "data")
    (folder / "staff" / "passwords.yml").write_text("words: 3\n", encoding="utf-8")
    found = [one for one in all_problems(folder, FURTHER) if "passwords.yml" in one]
    assert len(found) == 1 and "compare it" in found[0]


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


@pytest.mark.parametrize("pause", [IDLE_SECONDS + 1, 8 * 3600 + 1])
def test_a_session_ends(people, database, clock, pause):
    sessions = Sessions(database, hours=8, clock=clock)
    token = sessions.start(hire(people))
    assert sessions.person(token).name == "ayesha"
    for _ in range(int(pause // IDLE_SECONDS) if pause > 2 * IDLE_SECONDS else 0):
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
    cookie = visitor.cookie()
    assert (
        cookie.has_nonstandard_attr("HttpOnly")
        and cookie.get_nonstandard_attr("SameSite") == "Strict"
    )
    assert cookie.path == "/staff"


def test_signing_out_ends_the_session_and_not_only_the_cookie(staff):
    visitor = staff("viewer")
    visitor.ask("")
    token = visitor.cookie().value
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
        pytest.param(None, {"Origin": "http://["}, id="the right token from what is no address"),
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


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://["}, {"Referer": "http://["}, {"Host": "["}]
)
@pytest.mark.parametrize(
    "path", ["sign-in", "language", "people", "set-up/x", "nothing", "test/say"]
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_malformed_headers_are_refused_and_no_trouble_of_ours(
    office, staff, path, headers, signed_in
):
    visitor = staff("admin") if signed_in else Visitor(office)
    for ask in (visitor.ask, visitor.post):
        assert ask(path, headers=headers)[0] < 500


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        pytest.param(b"csrf=%ff%fe&name=%00\xff", FORM, id="bytes that are no text"),
        pytest.param(b"&".join(b"a%d=1" % one for one in range(5000)), FORM, id="5,000 fields"),
        pytest.param(b"name=" + b"x" * 2_000_000, FORM, id="a field of 2 MB"),
        pytest.param(b"x" * 5_000_000, FORM, id="5 MB"),
        pytest.param(b"--x\r\n\r\n", "multipart/form-data", id="parts without a boundary"),
        pytest.param(FILE, "multipart/form-data; boundary=x", id="a file"),
        pytest.param(b'{"a": "\\ud800"}', "application/json", id="half a letter"),
        pytest.param(b"[" * 100_000, "application/json", id="a hundred thousand brackets"),
        pytest.param(b"csrf=x", "text/plain; charset=nonsense", id="another kind"),
    ],
)
@pytest.mark.parametrize(
    "path", ["sign-in", "language", "test/say", "review/mark", "desk/pain/edit"]
)
def test_malformed_bodies_are_refused_and_no_trouble_of_ours(staff, path, body, kind):
    visitor = staff("admin")
    visitor.ask("")
    for headers in ({}, {"X-CSRF-Token": visitor.csrf}):
        status, page = visitor.ask(path, body, headers={"Content-Type": kind, **headers})
        assert status < 500, page


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing", 404),
        ("static/../routes.py", 404),
        ("waiting/99999999999999999999/conversation", 404),
        ("desk/%00", 404),
    ],
)
def test_what_is_not_there_is_a_page_with_every_header(staff, path, status):
    visitor = staff("admin")
    assert visitor.ask(path)[0] == status
    assert "default-src 'none'" in visitor.last_headers["Content-Security-Policy"]
    assert visitor.last_headers["X-Content-Type-Options"] == "nosniff"
    assert visitor.last_headers["Cache-Control"] == "no-store"


def test_a_page_that_fails_says_so_and_the_log_has_no_words(office, staff, monkeypatch, caplog):
    def fail(self):
        raise ValueError("Zulekha")

    visitor = staff("admin")
    monkeypatch.setattr(Accounts, "all", fail)
    status, page = visitor.ask("people")
    assert (status, "Something went wrong here" in page) == (500, True)
    assert "a staff page failed: ValueError" in caplog.text and "Zulekha" not in caplog.text


def test_another_persons_token_is_no_token(office, staff):
    visitor, other = staff("admin"), staff("admin")
    other.ask("people")
    visitor.csrf = other.csrf
    assert visitor.post("people", act="add", name="intruder2", role="admin")[0] == 403


def test_patients_sites_get_no_cors_and_may_not_sign_in(office):
    office.hire("fromsite", "viewer")
    visitor = Visitor(office)
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
    newcomer = Visitor(office)
    assert newcomer.post(f"set-up/{path}", password=PASSWORD, again="something else")[0] == 400
    status, page = newcomer.post(f"set-up/{path}", password=PASSWORD, again=PASSWORD)
    assert status == 200 and "newcomer (editor)" in page
    assert Visitor(office).ask(f"set-up/{path}")[0] == 404


@pytest.mark.parametrize("role", ["signer", "admin"])
@pytest.mark.parametrize("mine", [True, False])
def test_a_signer_says_whether_a_password_from_a_colleagues_link_is_theirs(
    office, staff, role, mine
):
    admin, name = staff("admin"), f"sana-{role}-{mine}".lower()
    office.hire(name, role)
    admin.ask("people")
    _, page = admin.post("people", act="link", name=name)
    by = admin.ask("")[1].split("<span>")[1].split(" ")[0]
    holder = Visitor(office)
    _, page = holder.post(
        link_in(page),
        password="other plain words",
        again="other plain words",
    )
    assert "Was it you" in page and by in page
    assert "Was it you" in holder.ask("desk")[1]
    assert holder.post("desk/pain", act="sign")[0] == 403
    _, page = holder.post("confirm", act="mine" if mine else "not-mine")
    assert ("Sign out" in holder.ask("desk")[1]) is mine
    assert bool(office.people.verify(name, "other plain words")) is mine
    with office.database.begin() as connection:
        acts = [
            tuple(row)
            for row in connection.execute(
                sa.select(audit.c.account, audit.c.act).where(audit.c.subject == name)
            )
        ]
    assert (by, "password link made") in acts
    assert (name, "password confirmed" if mine else "password disowned") in acts


def test_a_link_from_the_terminal_or_for_a_new_colleague_needs_no_word(office, staff):
    admin = staff("admin")
    admin.ask("people")
    _, page = admin.post("people", act="add", name="newsigner", role="signer")
    _, page = Visitor(office).post(link_in(page), password=PASSWORD, again=PASSWORD)
    assert "Was it you" not in page
    token = office.people.link("newsigner")
    _, page = Visitor(office).post(f"set-up/{token}", password=PASSWORD, again=PASSWORD)
    assert "Was it you" not in page


def link_in(page):
    return "set-up/" + page.split("/staff/set-up/")[1].split("<")[0]


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


def test_a_locked_store_holds_up_staff_and_no_patient(terminal, tmp_path):
    with Office(terminal.agent, tmp_path) as office, ThreadPoolExecutor(AT_ONCE * 2) as clicks:
        visitors = [office.signed_in(f"staff{number}", "viewer") for number in range(AT_ONCE * 2)]
        office.say(office.start(), "is it halal?")
        other = sqlite3.connect(tmp_path / "staff.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        pages = [clicks.submit(visitor.ask, "") for visitor in visitors]
        time.sleep(0.5)
        started = time.perf_counter()
        assert office.say(office.start(), "kya ye halal hai?")
        assert time.perf_counter() - started < 2
        assert not any(page.done() for page in pages)
        other.execute("ROLLBACK")
        assert {page.result(60)[0] for page in pages} == {200}


def test_too_many_attempts_from_one_address_wait(terminal, tmp_path):
    with Office(terminal.agent, tmp_path) as office:
        visitor = Visitor(office)
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
        ({"JAWAB_PRODUCTION": "true", "JAWAB_SESSION_KEY": SECRET}, False),
        (
            {
                "JAWAB_PRODUCTION": "true",
                "JAWAB_SESSION_KEY": SECRET,
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
    routes.console.cache_clear()
    with pytest.raises(SettingsError, match="JAWAB_DATABASE"):
        routes.routes()


def test_where_the_console_is_off_it_has_no_routes(monkeypatch):
    monkeypatch.setattr(routes, "waiting_room", lambda: None)
    routes.console.cache_clear()
    assert (routes.routes(), routes.background()) == ([], [])
    routes.console.cache_clear()


def test_in_production_the_cookie_travels_over_https_only():
    found = Settings.from_env(
        {
            "JAWAB_PRODUCTION": "1",
            "JAWAB_SESSION_KEY": SECRET,
            "JAWAB_STAFF": "1",
            "JAWAB_CONTACT_KEY": KEY,
        }
    )
    assert found.staff.secure


@pytest.mark.parametrize(
    "key", ["", "short", KEY[:-2], f"{KEY},short", "a" * 43 + "=", "ab" * 21 + "a="]
)
def test_in_production_the_console_needs_a_key_for_contact_data(key):
    with pytest.raises(SettingsError, match="JAWAB_CONTACT_KEY"):
        Settings.from_env(
            {
                "JAWAB_PRODUCTION": "1",
                "JAWAB_SESSION_KEY": SECRET,
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


def test_one_address_guesses_twenty_times_a_minute_at_most(terminal, tmp_path, monkeypatch):
    monkeypatch.setattr(pages, "Limit", partial(Limit, clock=lambda: 0.0))  # the time stands still
    with Office(terminal.agent, tmp_path) as office:
        visitor = Visitor(office)
        statuses = [
            visitor.post("sign-in", name=f"guess{number}", password=PASSWORD)[0]
            for number in range(30)
        ]
    assert statuses == [403] * 20 + [429] * 10
