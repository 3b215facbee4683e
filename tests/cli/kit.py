"""Servers in a thread of their own, and the program as a process whose lines can be waited for."""

from __future__ import annotations

import asyncio
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from pathlib import Path
from typing import IO, TypeVar

_T = TypeVar("_T")
PATIENCE = 60.0  # a deadline for a busy machine, not an expectation
ROOT = Path(__file__).parents[2]


@contextmanager
def serving(make: Callable[[], AbstractAsyncContextManager[_T]]) -> Iterator[_T]:
    """Run an asynchronous server beside the test, which is synchronous as the command line is."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def enter() -> tuple[AbstractAsyncContextManager[_T], _T]:
        manager = make()
        return manager, await manager.__aenter__()

    async def leave(manager: AbstractAsyncContextManager[_T]) -> None:
        await manager.__aexit__(None, None, None)

    try:
        manager, value = asyncio.run_coroutine_threadsafe(enter(), loop).result(PATIENCE)
        try:
            yield value
        finally:
            asyncio.run_coroutine_threadsafe(leave(manager), loop).result(PATIENCE)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)
        loop.close()


def environment(home: Path, **more: str) -> dict[str, str]:
    """The surroundings of a run: no configuration of the person who runs the tests leaks in."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IPO_MONITOR_")}
    kept.pop("STATE_DIRECTORY", None)
    kept.pop("XDG_DATA_HOME", None)
    return kept | {"HOME": str(home), "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"} | more


class Program:
    """One run of `python -m monitor`; leaving it kills what still runs."""

    def __init__(self, home: Path, *arguments: str, **more: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "monitor", *arguments],
            cwd=ROOT,
            env=environment(home, **more),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        self.out: list[str] = []
        self.err: list[str] = []
        self._news: queue.Queue[None] = queue.Queue()
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._readers = [
            threading.Thread(target=self._read, args=(self.process.stdout, self.out), daemon=True),
            threading.Thread(target=self._read, args=(self.process.stderr, self.err), daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: IO[str], into: list[str]) -> None:
        for line in stream:
            into.append(line)
            self._news.put(None)
        self._news.put(None)

    def wait_for(self, words: str) -> None:
        """Return once a line with these words was printed; fail when the program ends before or is late."""
        deadline = time.monotonic() + PATIENCE
        while not any(words in line for line in (*self.out, *self.err)):
            ended = self.process.poll() is not None and not any(one.is_alive() for one in self._readers)
            left = deadline - time.monotonic()
            if ended or left <= 0:
                raise AssertionError(f"{words!r} never came; printed: {self.printed}")
            try:
                self._news.get(timeout=min(left, 1.0))
            except queue.Empty:
                continue

    def ended(self, within: float = PATIENCE) -> int:
        """The exit code."""
        code = self.process.wait(within)
        for reader in self._readers:
            reader.join(PATIENCE)
        return code

    @property
    def printed(self) -> str:
        """Both streams, standard output first."""
        return "".join(self.out) + "".join(self.err)

    def __enter__(self) -> Program:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.ended()
        for stream in (self.process.stdout, self.process.stderr):
            assert stream is not None
            stream.close()


def config_text(folder: Path, exchange: str, *more: str, console: bool = True) -> str:
    """A whole configuration that asks only the server at `exchange`; `more` goes below it."""
    on = "true" if console else "false"
    return "\n".join(
        (
            f'database.url = "sqlite:///{folder}/monitor.db"',
            f'archive.dir = "{folder}/archive"',
            f"channels.console.enabled = {on}",
            "[sources.sse_star]",
            f'query_url = "{exchange}"',
            f'static_url = "{exchange}"',
            "allow_private_hosts = true",
            "min_request_gap = 0",
            "[sources.csrc_tutoring]",
            f'base_url = "{exchange}"',
            "allow_private_hosts = true",
            "min_request_gap = 0",
            "[documents]",
            "enabled = false",  # replay tells pages, not PDFs; tests/reading turns it on
            "[sources.sse_issue]",
            "enabled = false",  # the season's exchange has no new-share list
            *more,
            "",
        )
    )


def telegram_text(api_url: str, token: str, *chats: int) -> str:
    """The section of a Telegram channel."""
    return f"""
[channels.telegram]
enabled = true
token = "{token}"
api_url = "{api_url}"
chats = [{", ".join(map(str, chats))}]
"""
