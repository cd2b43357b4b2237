"""ADAPTER: what waits for a disk or a database waits in threads of the console's own.

The loop that serves patients never waits with it, and a store that hangs cannot use up the threads that patients need.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE = 8
_threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="jawab-staff")


async def in_thread(step: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Return what `step` returns, run in one of the console's threads in the context of the page being made."""
    run = partial(copy_context().run, step, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(_threads, run)
