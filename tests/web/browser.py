"""Real Chromium for tests and pictures."""

import os
import shutil

ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, SMALL, DESKTOP = (
    {"width": 390, "height": 780},
    {"width": 320, "height": 568},
    {"width": 1280, "height": 800},
)
TYPED = {"en": "What is POF?", "ur": "POF کیا ہے؟", "roman": "POF kya hai?"}
OWN_CASE = {
    "en": "My AMH is 0.4 ng/mL, will it work for me?",
    "ur": "میرا AMH 0.4 ng/mL ہے، کیا مجھے فائدہ ہو گا؟",
    "roman": "mera AMH 0.4 ng/mL hai, kya mujhe faida ho ga?",
}
LANG = {"en": "en", "ur": "ur", "roman": "ur-Latn"}


def launch(playwright):
    """Start the Chromium that is installed."""
    path = (
        os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    )
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


class Chat:
    """The widget on a page, as a visitor uses it."""

    def __init__(self, page):
        self.page = page
        self.text = page.locator("textarea")
        self.sent, self.replies = page.locator(".mine"), page.locator(".said")

    def say(self, words):
        """Type and send, and wait for the reply."""
        before = self.replies.count()
        self.text.fill(words)
        self.text.press("Enter")
        self.replies.nth(before).wait_for(timeout=30_000)

    def button(self, key):
        """A button of the interface by the name of its text."""
        return self.page.locator(f'button[data-t="{key}"], button[data-label="{key}"]').last

    def speak(self, variety):
        """Choose a language."""
        self.page.locator("select").select_option(variety)
