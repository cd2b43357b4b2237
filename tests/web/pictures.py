"""Make the pictures of docs/images: `python tests/web/pictures.py` starts the bot and chats with it in Chromium.

With a folder as argument the pictures go there, and every state in every language is added.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

from browser import DESKTOP, OWN_CASE, PHONE, SMALL, TYPED, Chat, launch
from playwright.sync_api import sync_playwright

IMAGES = Path("docs/images")
HALAL = {
    "en": "Is this treatment halal?",
    "ur": "کیا یہ علاج حلال ہے؟",
    "roman": "kya ye ilaj halal hai?",
}


@contextmanager
def running_bot():
    """Run `jawab run` on a free port, with a folder of its own for what it keeps."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as var:
        command = [str(Path(sys.executable).parent / "jawab"), "run", "--port", str(port)]
        bot = subprocess.Popen(
            command, env=os.environ | {"JAWAB_VAR": var, "JAWAB_SESSION_RATE": "1000"}
        )
        try:
            wait_for(url)
            yield url
        finally:
            bot.terminate()
            bot.wait(30)


def wait_for(url):
    """Return once the bot answers."""
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("the bot did not start")


class Camera:
    """Opens pages as new visitors and takes their pictures."""

    def __init__(self, browser, url, folder):
        self._browser, self._url, self._folder = browser, url, folder

    @contextmanager
    def visitor(self, name, path="/chat/", *, viewport=PHONE, **options):
        """Open a page; when the block ends its picture is taken."""
        context = self._browser.new_context(viewport=viewport, **options)
        page = context.new_page()
        page.goto(self._url + path)
        yield Chat(page)
        page.wait_for_timeout(700)  # the font arrives
        page.screenshot(path=self._folder / f"{name}.png", full_page="states" in path)
        context.close()


def take_all(camera):
    """The pictures that docs/widget.md shows."""
    for variety in TYPED:
        with camera.visitor(f"widget-phone-{variety}") as chat:
            chat.speak(variety)
            chat.say(HALAL[variety])
        with camera.visitor(f"widget-case-{variety}") as chat:
            chat.speak(variety)
            chat.say(OWN_CASE[variety])
    desktop(camera, "ur")
    with camera.visitor("widget-closed", "/chat/demo.html"):
        pass
    with camera.visitor("widget-receipt") as chat:
        chat.say(TYPED["en"])
        chat.button("receipt").click()
    with camera.visitor("widget-dark", color_scheme="dark") as chat:
        chat.speak("ur")
        chat.say(HALAL["ur"])
    with camera.visitor("widget-offline") as chat:
        chat.speak("roman")
        chat.page.context.set_offline(True)
        chat.text.fill(TYPED["roman"])
        chat.text.press("Enter")
        chat.button("retry").wait_for()


def desktop(camera, variety):
    """The chat open over a clinic's page."""
    with camera.visitor(f"widget-desktop-{variety}", "/chat/demo.html", viewport=DESKTOP) as chat:
        chat.page.locator(".launcher").click()
        chat.speak(variety)
        chat.say(TYPED[variety])


def take_states(camera):
    """Every state, for looking over."""
    for variety in TYPED:
        for scheme in ("light", "dark"):
            with camera.visitor(
                f"states-{variety}-{scheme}",
                f"/chat/states.html?language={variety}",
                viewport=DESKTOP,
                color_scheme=scheme,
            ) as chat:
                chat.page.locator("#states[data-ready]").wait_for(timeout=60_000)
        desktop(camera, variety)
        with camera.visitor(f"small-{variety}", viewport=SMALL) as chat:
            chat.speak(variety)
            chat.say(OWN_CASE[variety])


def main():
    """Make the pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    folder.mkdir(parents=True, exist_ok=True)
    with running_bot() as url, sync_playwright() as playwright:
        camera = Camera(launch(playwright), url, folder)
        take_all(camera)
        if folder != IMAGES:
            take_states(camera)


if __name__ == "__main__":
    main()
