"""The widget's files: a fixed set, gzipped once, revalidated by the browser at every visit."""

import gzip
import hashlib
import json
from functools import lru_cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bot.channels.web.texts import interface

PAGES = Path(__file__).parents[2] / "web"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
ENTRY, TEXTS = "widget/jawab.js", "/* the interface's texts */ null"
YEAR = "public, max-age=31536000, immutable"  # for fonts, whose names carry their version


def names() -> list[str]:
    """Return the files there are, as paths under `bot/web`."""
    return [
        path.relative_to(PAGES).as_posix()
        for path in sorted(PAGES.rglob("*"))
        if path.suffix in TYPES
    ]


def file(request: Request, name: str, *, cap: int) -> Response:
    """Return one file of `names()`; the entry carries the texts that may be shown right now, and the message `cap`."""
    path = PAGES / name
    packed, tag = _entry(path, cap) if name == ENTRY else _packed(path, path.stat().st_mtime_ns)
    headers = {"ETag": tag, "Cache-Control": YEAR if path.suffix == ".woff2" else "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    headers["Content-Type"] = TYPES[path.suffix]
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers=headers | {"Content-Encoding": "gzip"})
    return Response(gzip.decompress(packed), headers=headers)


def _entry(path: Path, cap: int) -> tuple[bytes, str]:
    texts = json.dumps(interface(cap), ensure_ascii=False, separators=(",", ":"))
    return _pack(path.read_text(encoding="utf-8").replace(TEXTS, texts).encode("utf-8"))


@lru_cache(maxsize=64)
def _packed(path: Path, changed: int) -> tuple[bytes, str]:
    return _pack(path.read_bytes())


@lru_cache(maxsize=8)
def _pack(content: bytes) -> tuple[bytes, str]:
    return gzip.compress(content, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:24]}"'
