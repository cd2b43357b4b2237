"""The address that patients reach, taken before minutes of training and loading; it answers only once the bot can."""

import errno
import socket

from bot.errors import BotError


def bind(host: str, port: int) -> socket.socket:
    """Return a socket for the server; raises BotError where the address is taken or not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        raise _refused(f"{host}:{port}", port, error) from error
    return found


def unbound(listening: socket.socket, error: OSError) -> BotError:
    """Return what to say where another process began to listen there in the meantime."""
    host, port = listening.getsockname()[:2]
    return _refused(f"{host}:{port}", port, error)


def _refused(address: str, port: int, error: OSError) -> BotError:
    if error.errno == errno.EADDRINUSE:
        return BotError(
            f"port {port} is taken; stop what listens there, or choose another with --port or JAWAB_PORT"
        )
    return BotError(f"{address} cannot be listened on ({error.strerror}); correct JAWAB_HOST")
