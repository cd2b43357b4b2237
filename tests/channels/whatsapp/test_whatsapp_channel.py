"""When the channel runs, and when the server must not start."""

import dataclasses

import pytest

from bot.channels.channel import services
from bot.channels.whatsapp import channel
from bot.errors import SettingsError
from bot.settings import WHATSAPP_NEEDS, Settings

FULL = {f"JAWAB_WHATSAPP_{name}": "x" for name in WHATSAPP_NEEDS}


def test_without_its_settings_the_channel_is_off():
    assert Settings.from_env({}).whatsapp is None
    assert Settings.from_env({"JAWAB_WHATSAPP_APP_SECRET": ""}).whatsapp is None


def test_with_its_settings_it_is_on():
    found = Settings.from_env({**FULL, "JAWAB_VAR": "/somewhere"}).whatsapp
    assert found.database == "sqlite:////somewhere/whatsapp.db" and found.stale_minutes == 15
    assert found.api == "https://graph.facebook.com"


@pytest.mark.parametrize("name", WHATSAPP_NEEDS)
def test_some_settings_without_the_rest_stop_the_start(name):
    with pytest.raises(SettingsError, match=f"JAWAB_WHATSAPP_{name} is missing"):
        Settings.from_env({key: value for key, value in FULL.items() if not key.endswith(name)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("API", "http://graph.facebook.com", id="an address without https"),
        pytest.param("API", "http://127.0.0.1.example.com", id="an address that only looks local"),
        pytest.param("LANGUAGE", "hi", id="a language we lack"),
        pytest.param("STALE_MINUTES", "-1", id="a time that is none"),
    ],
)
def test_a_wrong_setting_stops_the_start(name, value):
    with pytest.raises(SettingsError, match=f"JAWAB_WHATSAPP_{name}"):
        Settings.from_env({**FULL, f"JAWAB_WHATSAPP_{name}": value})


def test_secrets_are_not_printed():
    shown = repr(
        Settings.from_env({f"JAWAB_WHATSAPP_{name}": f"secret-{name}" for name in WHATSAPP_NEEDS})
    )
    assert (
        "secret-APP_SECRET" not in shown
        and "secret-VERIFY" not in shown
        and "secret-ACCESS" not in shown
    )


@pytest.mark.parametrize("app_secret", [None, ""])
def test_without_an_app_secret_it_refuses_to_start(app_secret):
    config = Settings.from_env(FULL).whatsapp if app_secret is not None else None
    config = dataclasses.replace(config, app_secret="") if config else None
    with pytest.raises(SettingsError, match="JAWAB_WHATSAPP_APP_SECRET"):
        channel.WhatsAppService(Settings(whatsapp=config))


@pytest.mark.parametrize(
    ("env", "names"),
    [
        pytest.param({}, ["WebService"], id="off"),
        pytest.param(FULL, ["WebService", "WhatsAppService"], id="on"),
    ],
)
def test_the_server_runs_the_channel_where_its_settings_are(tmp_path, env, names):
    opened = services(Settings.from_env({**env, "JAWAB_VAR": str(tmp_path)}))
    assert [type(one).__name__ for one in opened] == names


def test_everything_but_the_channel_itself_is_free_of_rasa():
    import subprocess
    import sys

    code = (
        "import pkgutil, sys, importlib, bot.channels.whatsapp as package\n"
        "for module in pkgutil.iter_modules(package.__path__):\n"
        "    module.name == 'channel' or importlib.import_module(f'bot.channels.whatsapp.{module.name}')\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'rasa']"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
