"""ADAPTER: what surrounds every page: its language before, its headers after, and a page for what is not there."""

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.staff.access.guard import no_page
from bot.staff.i18n.language_choice import Tongue
from bot.staff.i18n.translate import visit

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # with no-referrer browsers would send forms with the origin "null"
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Around:
    """Middleware around the console's routes."""

    def __init__(self, app: ASGIApp, *, tongue: Tongue) -> None:
        self._app, self._tongue = app, tongue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def finish(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        request = Request(scope)
        token = visit.set(self._tongue.visit(request))
        try:
            await self._app(scope, receive, finish)
        except HTTPException as error:  # the router's own: no such path, or not with this method
            await no_page(request, error.status_code)(scope, receive, finish)
        finally:
            visit.reset(token)
