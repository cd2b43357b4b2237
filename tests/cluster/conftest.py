"""PostgreSQL and Redis for these tests, started once."""

import itertools

import pytest
from cluster.servers import Postgres, redis

_numbers = itertools.count()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory):
    # a folder of its own under /tmp: the user postgres cannot walk into pytest's
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        server = Postgres(Path(folder) / "postgres").start().wait()
        yield server
        server.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    server = redis(tmp_path_factory.mktemp("redis")).start().wait()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request, tmp_path):
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return request.getfixturevalue("postgres").new(f"store{next(_numbers)}")
