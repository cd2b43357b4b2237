"""The body of a request, read by whoever answers it and no further than that may be long."""

from starlette.requests import Request


class TooLong(ValueError):
    """More than may be sent: never cut, always refused."""


async def raw(request: Request, *, most: int) -> bytes:
    """Return the body of `request`; raises TooLong as soon as it is longer than `most`, and collects no more of it."""
    found = bytearray()
    async for part in request.stream():
        found += part
        if len(found) > most:
            raise TooLong(f"body: {most} bytes at most")
    return bytes(found)
