"""ADAPTER: runs Rasa's graphs node after node, in this thread.

Rasa hands every graph to dask, which plans it anew each time, with queues and futures, and formats its whole input
for a log line nobody reads: three graphs a message. Why this is safe: docs/decisions/0005-what-a-turn-costs.md.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from rasa.engine.runner.dask import DaskGraphRunner

Watcher = Callable[[int, int, str], None]
WATCHERS: list[Watcher] = []  # empty while messages are answered


@contextmanager
def watched(watcher: Watcher) -> Iterator[None]:
    """Tell `watcher` of every step: how many lie behind, of how many, and the name of the next."""
    WATCHERS.append(watcher)
    try:
        yield
    finally:
        WATCHERS.remove(watcher)


def install() -> None:
    """Have Rasa's runner, which it names in several places, run as `run` does."""
    DaskGraphRunner.run = run


def run(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """Return what each of `targets` gives for `inputs`; every node they need is called once."""
    order = self.__dict__.setdefault(
        "_order", lru_cache(maxsize=16)(lambda names: _order(self._graph_schema, names))
    )
    wanted = tuple(targets or self._graph_schema.target_names)
    done: dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
    steps = order(wanted)
    for place, (name, needs) in enumerate(steps):
        for watcher in WATCHERS:
            watcher(place, len(steps), name)
        # what no node and no input provides is passed by its name, which the node reports
        if name not in done:
            done[name] = self._instantiated_nodes[name](*(done.get(need, need) for need in needs))
    return dict(done[name] for name in wanted)


def _order(schema: Any, targets: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
    """Return every node that `targets` need, each behind those it needs itself, with their names."""
    found: dict[str, tuple[str, ...]] = {}

    def visit(name: str) -> None:
        if name in found or name not in schema.nodes:
            return
        needs = tuple(schema.nodes[name].needs.values())
        for need in needs:
            visit(need)
        found[name] = needs

    for target in targets:
        visit(target)
    return list(found.items())
