"""One request to the Cloud API, and what its answer means for us. Reads answers only: nothing is ever downloaded."""

import logging
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.telemetry import metrics

logger = logging.getLogger(__name__)
SECONDS, URGENT_SECONDS, CONNECT_SECONDS = 20.0, 8.0, 5.0
WINDOW_CLOSED = 131047
# throughput, pair rate, number being upgraded, app and account limits, service down for a moment, "went wrong"
PASSING = {130429, 131056, 131057, 4, 80007, 2, 131016, 133004, 1, 131000}
# not the message but who sends it: the token expired, a permission taken away, the account locked or unpaid
ACCOUNT = {190, 0, 3, 10, 368, 131005, 131031, 131042, 133010, *range(200, 300)}
WITHOUT_ACCESS = (
    100,
    33,
)  # code and subcode: "does not exist, or you lack permission" of our own number
KNOWN = frozenset(PASSING | {190, 100, 131026, 131047, 500, 502, 503})  # told apart in the metrics
SENT, AGAIN, REFUSED, UNKNOWN, DOWN, BARRED = (
    "sent",
    "again",
    "refused",
    "unknown",
    "down",
    "barred",
)


@dataclass(frozen=True)
class Answer:
    """What became of a request: sent (with Meta's id), again (later), refused (for good), or unknown.

    Down (no connection) and barred (our token or account) would be the same for any message: the reply is to be kept.
    """

    outcome: str
    wamid: str = ""
    code: int = 0


class Cloud:
    """Sends for one number of ours."""

    def __init__(
        self, *, base: str, version: str, phone_number_id: str, token: str, seconds: float = SECONDS
    ) -> None:
        """`base` is Meta's address, or a test's."""
        self._url = f"{base.rstrip('/')}/{version}/{phone_number_id}/messages"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    async def send(self, payload: dict[str, Any], *, urgent: bool = False) -> Answer:
        """Send one message; never raises for what the network or Meta does. An urgent one is sooner tried again."""
        seconds = min(self._seconds, URGENT_SECONDS) if urgent else self._seconds
        answer = await self._ask(payload, seconds)
        metrics.provider("whatsapp", answer.outcome, answer.code, known=KNOWN)
        return answer

    async def _ask(self, payload: dict[str, Any], seconds: float) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(headers=self._headers)
        timeout = aiohttp.ClientTimeout(total=seconds, sock_connect=CONNECT_SECONDS)
        try:
            async with self._session.post(
                self._url, json=payload, allow_redirects=False, timeout=timeout
            ) as response:
                return _read(response.status, await _json(response))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Answer(DOWN)  # no connection, so nothing left
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            logger.warning("whatsapp request unanswered: %s", type(error).__name__)
            return Answer(UNKNOWN)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()


async def _json(response: aiohttp.ClientResponse) -> Any:
    try:
        return await response.json(content_type=None)
    except ValueError:
        return None


def _read(status: int, content: Any) -> Answer:
    content = content if isinstance(content, dict) else {}
    messages = content.get("messages")
    if status == 200 and messages and isinstance(messages, list) and isinstance(messages[0], dict):
        return Answer(SENT, wamid=str(messages[0].get("id", "")))
    error = content.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if not isinstance(code, int):
        return Answer(_without_a_word(status), code=status)
    if code in ACCOUNT or (code, error.get("error_subcode")) == WITHOUT_ACCESS:
        return Answer(BARRED, code=code)
    passes = code in PASSING or status == 429 or status >= 500
    return Answer(AGAIN if passes else REFUSED, code=code)


def _without_a_word(status: int) -> str:
    """Return the outcome where Meta itself said nothing: a proxy, or half an answer."""
    if status in (401, 403):
        return BARRED
    if status == 429:
        return AGAIN
    return UNKNOWN if status >= 500 or status == 200 else REFUSED
