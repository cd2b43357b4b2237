"""Session ids that only this server can make: random, signed, expiring. Holding one is all a visitor needs, and one
visitor's id is of no use to another."""

import secrets

from itsdangerous import BadSignature, URLSafeTimedSerializer


class Sessions:
    """Makes and checks session ids."""

    def __init__(self, key: str, *, hours: int) -> None:
        """`key` signs; an id is good for `hours`."""
        self._serializer = URLSafeTimedSerializer(key, salt="jawab.web.session")
        self._seconds = hours * 3600

    def start(self) -> str:
        """Return a new session id."""
        return self._serializer.dumps(secrets.token_urlsafe(16))

    def sender(self, session: object) -> str | None:
        """Return the conversation a session id stands for, or None for a forged, foreign or expired one."""
        if not isinstance(session, str) or len(session) > 200:
            return None
        try:
            return f"web-{self._serializer.loads(session, max_age=self._seconds)}"
        except BadSignature:
            return None
