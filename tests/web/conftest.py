"""A server, a browser, and a stranger's page to embed the widget in."""

import http.server
import threading

import pytest
from browser import PHONE, Chat, launch
from served import Served

HOSTILE = """<!doctype html><html lang="en"><head><title>Host</title><style nonce="host">
* { color: red !important; font: italic 40px fantasy !important; direction: rtl !important; margin: 30px !important;
    display: block !important; opacity: .3 !important; transform: rotate(4deg) !important; text-transform: uppercase; }
jawab-chat, jawab-chat * { display: none !important; visibility: hidden !important; position: static !important; }
</style><script type="module" src="%s/chat/widget/jawab.js"></script></head><body><p>host</p></body></html>"""
POLICY = (
    "default-src 'none'; script-src {0}; connect-src {0}; font-src {0}; style-src 'nonce-host'; "
    "require-trusted-types-for 'script'"
)


class Host(http.server.BaseHTTPRequestHandler):
    """A page on another origin, with hostile styles and a strict Content-Security-Policy."""

    def do_GET(self):
        url = self.server.bot
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", POLICY.format(url))
        self.end_headers()
        self.wfile.write((HOSTILE % url).encode())

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def host():
    """A listed site; `bot` is set by the `server` fixture."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.url = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()


@pytest.fixture(scope="session")
def server(terminal, tmp_path_factory, host):
    with Served(terminal.agent, tmp_path_factory.mktemp("var"), origins=(host.url,)) as running:
        host.bot = running.url
        yield running


@pytest.fixture(scope="session")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium, server):
    """Open a page as a new visitor; everything the browser complains about fails the test."""
    contexts, complaints = [], []

    def open_page(path="/chat/", *, viewport=PHONE, base=None, **options):
        context = chromium.new_context(viewport=viewport, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda message: (
                complaints.append(message.text)
                if message.type == "error" and "Failed to load resource" not in message.text
                else None
            ),
        )
        page.goto((base or server.url) + path)
        return Chat(page)

    yield open_page
    for context in contexts:
        context.close()
    assert not complaints
