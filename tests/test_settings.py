"""The only reader of the environment: typed, every problem at once, secrets never printed."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings

KEY = "9f86d081884c7d659a2feaa0c55ad015"


def test_an_empty_environment_is_a_trial_run():
    settings = Settings.from_env({})
    assert (settings.production, settings.data, settings.port) == (False, Path("data"), 5005)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[
            pytest.param(text, True, id=f"{text} is true")
            for text in ("1", "true", "TRUE", " yes ", "on")
        ],
        *[
            pytest.param(text, False, id=f"'{text}' is false")
            for text in ("0", "false", "False", "no", "off", "")
        ],
    ],
)
def test_switches_are_parsed(text, value):
    assert (
        Settings.from_env({"JAWAB_PRODUCTION": text, "JAWAB_SESSION_KEY": KEY}).production is value
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        pytest.param("JAWAB_PRODUCTION", "maybe", id="a switch that is neither"),
        pytest.param("JAWAB_PORT", "http", id="a port of letters"),
        pytest.param("JAWAB_PORT", "0", id="a port below the first"),
        pytest.param("JAWAB_PORT", "65536", id="a port past the last"),
        pytest.param("JAWAB_PORT", "-1", id="a negative port"),
        pytest.param("JAWAB_PORT", "٥٠٠٥", id="a port in Arabic digits"),
        pytest.param("JAWAB_PORT", "5" * 5000, id="a port of thousands of digits"),
        pytest.param("JAWAB_SESSION_HOURS", "1.5", id="hours with a fraction"),
        pytest.param("JAWAB_MESSAGE_CAP", "1", id="a cap that lets no question through"),
    ],
)
def test_a_variable_that_cannot_be_read_is_named(name, text):
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({name: text})


def test_all_problems_are_told_at_once():
    with pytest.raises(SettingsError) as error:
        Settings.from_env({"JAWAB_PORT": "x", "JAWAB_PRODUCTION": "x", "JAWAB_MESSAGE_CAP": "x"})
    assert len(str(error.value).splitlines()) == 3


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("", id="none"),
        pytest.param("short", id="a short one"),
        pytest.param("k" * 64, id="one letter"),
        pytest.param("0123456789abcdef" * 3, id="the same again and again"),
        pytest.param("x7k" + "a" * 30 + "9Qmz", id="one letter with a few around it"),
        pytest.param("changeme-changeme-please-do-it-soon", id="a placeholder"),
    ],
)
def test_production_needs_a_secret_of_its_own(key):
    with pytest.raises(SettingsError, match="JAWAB_SESSION_KEY"):
        Settings.from_env({"JAWAB_PRODUCTION": "true", "JAWAB_SESSION_KEY": key})


@pytest.mark.parametrize("token", ["a", "metrics", "t" * 40, "secret-token-of-ours-1"])
def test_production_takes_no_metrics_token_that_is_easy_to_guess(token):
    env = {"JAWAB_SESSION_KEY": KEY, "JAWAB_METRICS_TOKEN": token}
    assert Settings.from_env(env).metrics_token == token
    with pytest.raises(SettingsError, match="JAWAB_METRICS_TOKEN"):
        Settings.from_env({**env, "JAWAB_PRODUCTION": "true"})


def test_production_takes_drawn_secrets():
    Settings.from_env(
        {
            "JAWAB_PRODUCTION": "1",
            "JAWAB_SESSION_KEY": KEY,
            "JAWAB_METRICS_TOKEN": "9d2c41b7f00a63e8",
        }
    )


def test_the_secret_is_never_printed():
    assert KEY not in repr(Settings.from_env({"JAWAB_SESSION_KEY": KEY}))


def test_a_trial_run_keeps_a_secret_only_its_owner_can_read(tmp_path):
    settings = Settings.from_env({"JAWAB_VAR": str(tmp_path / "var")})
    key = settings.signing_key()
    assert len(key) == 64 and settings.signing_key() == key
    assert (tmp_path / "var" / "session.key").stat().st_mode & 0o077 == 0


def test_the_secret_of_the_environment_goes_before_the_kept_one(tmp_path):
    assert (
        Settings.from_env({"JAWAB_VAR": str(tmp_path), "JAWAB_SESSION_KEY": KEY}).signing_key()
        == KEY
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("env", "style"),
    [
        pytest.param({}, "plain", id="a trial logs plainly"),
        pytest.param(
            {"JAWAB_PRODUCTION": "true", "JAWAB_SESSION_KEY": KEY},
            "json",
            id="production logs JSON",
        ),
        pytest.param({"JAWAB_LOG": ""}, "plain", id="an empty choice is none"),
        pytest.param(
            {"JAWAB_PRODUCTION": "true", "JAWAB_SESSION_KEY": KEY, "JAWAB_LOG": "plain"},
            "plain",
            id="as chosen",
        ),
    ],
)
def test_how_it_logs(env, style):
    assert Settings.from_env(env).log == style


@pytest.mark.parametrize(
    ("name", "text"),
    [("JAWAB_LOG", "xml"), ("JAWAB_MOST_WAITING", "0"), ("JAWAB_KEEP_CONVERSATIONS_DAYS", "0")],
)
def test_a_choice_that_is_none_is_named(name, text):
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({name: text})


def test_the_token_of_the_metrics_is_never_printed():
    assert "a-secret-token" not in repr(
        Settings.from_env({"JAWAB_METRICS_TOKEN": "a-secret-token"})
    )
