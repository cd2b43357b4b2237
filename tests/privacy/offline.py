"""The `jawab` command in a Python whose every connection, except to this machine, is refused and told.

Usage: offline.py FILE ARGUMENTS: FILE gets a line for each attempt.
"""

import ipaddress
import sys
from pathlib import Path

WATCHED = {
    "socket.connect",
    "socket.sendto",
    "socket.sendmsg",
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
}


def ours(host):
    host = host.decode() if isinstance(host, bytes) else host
    try:
        return host in (None, "localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def watch(told):
    def hook(event, arguments):
        if event not in WATCHED:
            return
        found = (
            arguments[1]
            if event in ("socket.connect", "socket.sendto", "socket.sendmsg")
            else arguments[0]
        )
        if isinstance(found, str) and "connect" in event or found is None:
            return  # a socket of the file system
        host = found[0] if isinstance(found, tuple) else found
        if not ours(host):
            with Path(told).open("a", encoding="utf-8") as stream:
                stream.write(f"{event} {host}\n")
            raise OSError("no network in this test")

    return hook


def main():
    told, *arguments = sys.argv[1:]
    sys.addaudithook(watch(told))
    sys.argv = ["jawab", *arguments]
    from bot.cli.app import main as jawab

    jawab()


if __name__ == "__main__":
    main()
