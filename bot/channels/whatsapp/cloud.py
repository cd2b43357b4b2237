"""One request to the Cloud API, and what its answer means for us. Reads answers only: nothing is ever downloaded."""

import logging
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.telemetry import metrics

logger = logging.getLogger(__name__)
SECONDS = 20.0
WINDOW_CLOSED = 131047
# throughput, pair rate, number being upgraded, app and account limits, service down for a moment
PASSING = {130429, 131056, 131057, 4, 80007, 2, 131016, 133004}
KNOWN = frozenset(PASSING | {190, 100, 131026, 131047, 500, 502, 503})  # told apart in the metrics
SENT, AGAIN, REFUSED, UNKNOWN = "sent", "again", "refused", "unknown"


@dataclass(frozen=True)
class Answer:
    """What became of a request: sent (with Meta's id), again (later), refused (for good), or unknown."""

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
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._session: aiohttp.ClientSession | None = None

    async def send(self, payload: dict[str, Any]) -> Answer:
        """Send one message; never raises for what the network or Meta does."""
        answer = await self._ask(payload)
        metrics.provider("whatsapp", answer.outcome, answer.code, known=KNOWN)
        return answer

    async def _ask(self, payload: dict[str, Any]) -> Answer:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, headers=self._headers)
        try:
            async with self._session.post(
                self._url, json=payload, allow_redirects=False
            ) as response:
                return _read(response.status, await _json(response))
        except aiohttp.ClientConnectorError:
            return Answer(AGAIN)  # no connection, so nothing left
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
    if not isinstance(code, int):  # no word from Meta itself: a proxy, or half an answer
        return Answer(
            AGAIN if status == 429 else UNKNOWN if status >= 500 or status == 200 else REFUSED,
            code=status,
        )
    return Answer(AGAIN if code in PASSING or status == 429 else REFUSED, code=code)
