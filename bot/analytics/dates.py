"""Times as people in Pakistan read them."""

from datetime import datetime, timedelta, timezone

PAKISTAN = timezone(timedelta(hours=5))  # no summer time


def moment(seconds: float) -> str:
    """Return a time in words.

    >>> moment(0)
    '01 Jan 1970 05:00'
    """
    return datetime.fromtimestamp(seconds, PAKISTAN).strftime("%d %b %Y %H:%M")
