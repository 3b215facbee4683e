"""Real SIGKILLs against real processes, reconciled with what the chats really saw.

`python -m tests.delivery.kills --kills 2000 --events 4000 --seed 1` prints lost / unmarked / marked.
Rule: the server's own record is the truth; a run is reproduced by its seed (as far as the machine's timing).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import re
import shutil
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import func, select

from monitor import failpoints
from monitor.store.database import Database
from monitor.store.tables import DeliveryRow, EventRow
from tests.delivery.victim import CHATS, Orders, live


@dataclass
class Tally:
    """What came of a run."""

    seed: int
    kills: int = 0
    kills_at_failpoints: int = 0
    alerts: int = 0  # committed events × chats
    lost: int = 0
    unmarked_surplus: int = 0
    marked: int = 0
    ambiguous: int = 0  # sends without an answer, and deliveries found `sending` at a kill
    parked: int = 0
    corrupt: int = 0


class FaultyService:
    """Takes messages on loopback; some it drops, some it keeps without saying so, some it keeps late."""

    def __init__(self, rng: random.Random, trouble: float) -> None:
        self._rng = rng
        self.trouble = trouble
        self.saw: list[tuple[str, str]] = []
        self.unanswered = 0
        self._server: asyncio.Server | None = None
        self._late: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        await asyncio.gather(*self._late)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await reader.readline()
            if line.endswith(b"\n"):
                self._take(json.loads(line), writer)
                await writer.drain()
        except ConnectionError:
            pass  # the victim died; what was taken is taken
        finally:
            writer.close()

    def _take(self, message: dict[str, str], writer: asyncio.StreamWriter) -> None:
        seen = (message["chat"], message["text"])
        dice = self._rng.random() / self.trouble if self.trouble else 1.0
        if dice >= 1.0:
            self.saw.append(seen)
            writer.write(json.dumps({"id": len(self.saw)}).encode() + b"\n")
        elif dice < 0.2:
            writer.write(b'{"retry_after": 0.05}\n')
        else:
            self.unanswered += 1
            if dice < 0.4:
                return  # dropped
            if dice < 0.8:
                self.saw.append(seen)  # kept, and never said so
            else:
                self._keep_late(seen)

    def _keep_late(self, seen: tuple[str, str]) -> None:
        async def later() -> None:
            await asyncio.sleep(self._rng.uniform(0.1, 0.7))  # sometimes after the settle time
            self.saw.append(seen)

        task = asyncio.ensure_future(later())
        self._late.add(task)
        task.add_done_callback(self._late.discard)


async def run(
    folder: Path, *, kills: int, events: int, seed: int, trouble: float = 0.08, bug: str = ""
) -> Tally:
    """Kill the victim so many times, at random instants and at each failpoint in turn, then let it finish."""
    rng = random.Random(seed)
    tally = Tally(seed=seed)
    service = FaultyService(rng, trouble)
    port = await service.start()
    url = f"sqlite:///{folder / 'monitor.db'}"
    database = Database(url)
    database.migrate()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(["tests.delivery.victim"])
    names = sorted(failpoints.DELIVERY)  # the victim does not poll
    for number in range(kills):
        at_point = number % 2 == 1
        spec = f"{names[number // 2 % len(names)]}:{rng.randint(1, 4)}:kill" if at_point else ""
        # Each life may publish its share, so that every life has something to be killed at.
        share = 1 + events * (number + 1) // kills
        orders = Orders(url=url, port=port, events=min(share, events), failpoint=spec, bug=bug)
        victim = processes.Process(target=live, args=(orders,))
        victim.start()
        await _wait(victim, rng.expovariate(1 / 0.12) + 0.03 if not at_point else 3.0)
        if victim.is_alive():
            victim.kill()
            await _wait(victim, 10.0)
            tally.kills += 1
        elif victim.exitcode == -9:
            tally.kills += 1
            tally.kills_at_failpoints += 1
        elif victim.exitcode != 0:
            raise AssertionError(
                f"the victim ended by itself with {victim.exitcode} (seed {seed}, life {number})"
            )
        tally.ambiguous += _count(database, "sending")
    last = processes.Process(target=live, args=(Orders(url=url, port=port, events=events, bug=bug),))
    last.start()
    await _wait(last, 120.0)
    if last.exitcode != 0:
        last.kill()
        raise AssertionError(f"the last life did not finish: {last.exitcode} (seed {seed})")
    await service.stop()
    tally.ambiguous += service.unanswered
    _reconcile(database, service, tally)
    database.close()
    return tally


async def _wait(process: multiprocessing.process.BaseProcess, seconds: float) -> None:
    """Until the process has ended, or so long."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(process.sentinel, ended.set)
    try:
        await asyncio.wait_for(ended.wait(), seconds)
    except TimeoutError:
        return
    finally:
        loop.remove_reader(process.sentinel)
    process.join()


def _count(database: Database, state: str) -> int:
    with database.read() as session:
        return session.exec(
            select(func.count()).select_from(DeliveryRow).where(DeliveryRow.state == state)
        ).one()


def _reconcile(database: Database, service: FaultyService, tally: Tally) -> None:
    with database.read() as session:
        titles = session.exec(select(EventRow.title).where(EventRow.kind == "milestone")).all()
        integrity = session.connection().exec_driver_sql("PRAGMA integrity_check").scalar()
    tally.corrupt = int(integrity != "ok")
    tally.parked = _count(database, "parked") + _count(database, "poison")
    plain: Counter[tuple[str, str]] = Counter()
    marked: Counter[tuple[str, str]] = Counter()
    for chat, text in service.saw:
        found = re.search(r"event \d+$", text.splitlines()[0])
        assert found
        (marked if "可能重复" in text else plain)[chat, found[0]] += 1
    for chat in CHATS:
        for title in titles:
            tally.alerts += 1
            tally.lost += not (plain[chat, title] or marked[chat, title])
            tally.unmarked_surplus += max(0, plain[chat, title] - 1)
    tally.marked = marked.total()


def main() -> int:
    """Print the tally; exit 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=2000)
    parser.add_argument("--events", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trouble", type=float, default=0.08, help="share of sends the service spoils")
    parser.add_argument("--bug", default="", help="play a known-bad design: mark-then-send, send-then-mark")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    try:
        tally = asyncio.run(
            run(
                folder,
                kills=asked.kills,
                events=asked.events,
                seed=asked.seed,
                trouble=asked.trouble,
                bug=asked.bug,
            )
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    sys.stdout.write(json.dumps(vars(tally)) + "\n")
    broken = tally.lost or tally.unmarked_surplus or tally.corrupt or tally.marked > tally.ambiguous
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
