"""Meta's signature on a webhook: HMAC-SHA256 over the bytes as they came, before anything parses them."""

import hashlib
import hmac

PREFIX = "sha256="


def sign(body: bytes, secret: str) -> str:
    """Return the value of the X-Hub-Signature-256 header for `body`."""
    return PREFIX + hmac.new(secret.encode("utf-8"), body, hashlib.sha256).hexdigest()


def signed(body: bytes, header: str | None, secret: str) -> bool:
    """Whether `header` signs exactly `body`, compared in constant time; no secret signs nothing."""
    return bool(secret and header) and same(header or "", sign(body, secret))


def same(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in constant time; an empty one equals nothing."""
    return bool(expected) and hmac.compare_digest(
        given.encode("utf-8", "replace"), expected.encode("utf-8")
    )
