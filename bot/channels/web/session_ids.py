"""Session ids that only this server can make: random, signed, expiring. Holding one is all a visitor needs, and one
visitor's id is of no use to another."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime

from itsdangerous import BadSignature, URLSafeTimedSerializer

SKEW = 300  # seconds by which the clocks of two hosts may differ, or one may be set back


class Sessions:
    """Makes and checks session ids."""

    def __init__(self, key: str, *, hours: int, clock: Callable[[], float] = time.time) -> None:
        """`key` signs; an id is good for `hours`."""
        self._serializer = URLSafeTimedSerializer(key, salt="jawab.web.session")
        self._seconds, self._clock = hours * 3600, clock

    def start(self) -> str:
        """Return a new session id."""
        return self._serializer.dumps(secrets.token_urlsafe(16))

    def sender(self, session: object) -> str | None:
        """Return the conversation a session id stands for, or None for a forged, foreign or expired one."""
        if not isinstance(session, str) or len(session) > 200 or not session.isascii():
            return None
        made: datetime
        try:
            name, made = self._serializer.loads(session, return_timestamp=True)
        except BadSignature:
            return None
        return f"web-{name}" if -SKEW <= self._clock() - made.timestamp() <= self._seconds else None
