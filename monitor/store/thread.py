"""The one thread that works on the store, so that a slow disk never stops the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

_T = TypeVar("_T")


class RunInStore(Protocol):
    """Runs a synchronous function in the one thread that works on the store."""

    async def __call__(self, fn: Callable[[], _T], /) -> _T:
        """Return what `fn` returns, raise what it raises."""
        ...


class StoreThread:
    """A `RunInStore` with a thread of its own; functions run one after the other, in order of arrival."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    async def __call__(self, fn: Callable[[], _T], /) -> _T:
        """Return what `fn` returns, raise what it raises; cancelling the caller does not stop `fn`."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, fn)

    def close(self) -> None:
        """Wait for what runs, then end the thread."""
        self._executor.shutdown(wait=True)
