"""The edge of the website channel: which sites may call it, how often, and what every answer's headers say."""

import hashlib
import hmac
import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

from starlette.requests import Request

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Vary": "Origin",
}
MOST_KEYS = 50_000  # buckets kept in memory; the one longest unused goes first
ALLOW = "Access-Control-Allow-"


class Edge:
    """Knows the sites that may call."""

    def __init__(self, origins: Sequence[str]) -> None:
        """`origins` are those of JAWAB_ORIGINS, as browsers write them."""
        self._origins = frozenset(origins)

    def welcome(self, request: Request) -> bool:
        """Whether the page that sends `request` may: our own pages, the listed origins, and no page at all."""
        origin = request.headers.get("origin")
        return origin is None or origin in self._origins or same_site(request, origin)

    def headers(self, request: Request) -> dict[str, str]:
        """Return the headers of every answer to `request`; CORS for exactly the listed origins."""
        origin = request.headers.get("origin")
        if origin not in self._origins:
            return HEADERS
        return HEADERS | {ALLOW + "Origin": origin, "Cross-Origin-Resource-Policy": "cross-origin"}


def same_site(request: Request, page: str) -> bool:
    """Whether the address `page` is on the host that `request` was sent to; what is no address is not."""
    try:
        return urlsplit(page).netloc == request.headers.get("host")
    except ValueError:
        return False


def preflight() -> dict[str, str]:
    """Return what a browser wants to know before it sends JSON from another site."""
    return {
        ALLOW + "Methods": "POST",
        ALLOW + "Headers": "Content-Type",
        "Access-Control-Max-Age": "7200",
    }


def address(request: Request) -> str:
    """Return whom to count `request` for: the address, of which IPv6 gives every home 2^64.

    Behind proxies it is what the outermost of ours says; what a caller wrote before that counts for nothing.
    """
    found = request.client.host if request.client else ""
    if proxies := getattr(request.app.state, "proxies", 0):
        hops = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
        found = hops[-proxies].strip() if len(hops) >= proxies and hops[-proxies].strip() else found
    try:
        parsed = ipaddress.ip_address(found)
    except ValueError:
        return found
    return found if parsed.version == 4 else str(ipaddress.ip_network(f"{found}/64", strict=False))


def source(request: Request, *, key: str) -> str:
    """Return what stands for the address of `request` for a day, and tells it to nobody without `key`."""
    told = f"{datetime.now(UTC):%Y-%m-%d} {address(request)}"
    return hmac.new(key.encode(), told.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


class Limit:
    """A token bucket for each key: `per_minute` at once, refilled steadily. In memory only, never on disk."""

    def __init__(self, per_minute: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = float(per_minute), clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, key: str, *, cost: int = 1) -> bool:
        """Whether `cost` more are allowed for `key`; counts them if so."""
        now = self._clock()
        left, since = self._buckets.pop(key, (self._most, now))
        left = min(self._most, left + (now - since) * self._most / 60)
        allowed = left >= min(
            cost, self._most
        )  # what costs more than all there is must not be refused for ever
        self._buckets[key] = (max(0.0, left - cost) if allowed else left, now)
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
        return allowed
