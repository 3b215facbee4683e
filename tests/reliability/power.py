"""Power cuts: trace what the database writes and syncs, then rebuild what a disk may hold after a cut.

Rule: what was synced is there; of what was written since, any part may be missing or torn at a sector.
Rule: files appear and disappear at once; only their bytes are delayed.
"""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path
from typing import Literal

from tests.reliability.figures import Figure, Finding
from tests.reliability.power_victim import ACK, CHATS

PART = "power"
_SECTOR = 512
_CALL = re.compile(r"^(?P<name>\w+)\((?P<rest>.*)\)\s+= (?P<result>-?\d+)", re.DOTALL)
_FD = re.compile(r"^\d+<(?P<path>[^>]*)>")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


class _Call(Enum):
    SYNC = auto()
    UNLINK = auto()


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes put into a file at an offset."""

    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """A file shortened or lengthened."""

    size: int


@dataclass(frozen=True, slots=True)
class Step:
    """One call in the order it happened; a string is an acknowledgement."""

    path: str
    what: Write | Cut | Literal[_Call.SYNC, _Call.UNLINK] | str


@dataclass
class _Disk:
    """One file: what the disk surely holds, and what it may hold."""

    sure: bytearray = field(default_factory=bytearray)
    maybe: list[Write | Cut] = field(default_factory=list)

    def sync(self) -> None:
        """Everything written so far is on the disk."""
        for change in self.maybe:
            _apply(self.sure, change)
        self.maybe.clear()

    def after_cut(self, rng: random.Random) -> bytearray:
        """One state a power cut may leave."""
        left = bytearray(self.sure)
        share = rng.choice((0.0, 0.2, 0.5, 0.8, 1.0))
        for change in self.maybe:
            if rng.random() >= share:
                continue
            if isinstance(change, Write) and rng.random() < 0.2:
                kept = rng.randrange(0, len(change.data) + 1, _SECTOR)
                change = Write(change.offset, change.data[:kept])
            _apply(left, change)
        return left


def _apply(content: bytearray, change: Write | Cut) -> None:
    if isinstance(change, Cut):
        del content[change.size :]
        content.extend(bytes(change.size - len(content)))
        return
    content.extend(bytes(max(0, change.offset - len(content))))
    content[change.offset : change.offset + len(change.data)] = change.data


def trace(folder: Path, commits: int, synchronous: str) -> list[Step]:
    """Run the victim under strace and read what it did to its database files."""
    strace = shutil.which("strace")
    if strace is None:
        raise FileNotFoundError("strace is not installed: apt-get install strace")
    folder.mkdir()
    told = folder / "trace"
    calls = "pwrite64,write,fsync,fdatasync,ftruncate,unlink"
    subprocess.run(
        [
            *(strace, "-y", "-xx", "-s", "1000000", "-o", str(told), "-e", f"trace={calls}"),
            *(sys.executable, "-m", "tests.reliability.power_victim"),
            *(f"sqlite:///{folder / 'p.db'}", str(commits), synchronous),
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return list(_read(told, str(folder / "p.db")))


def _read(told: Path, database: str) -> Iterator[Step]:
    with told.open(encoding="ascii", errors="replace") as lines:
        for line in lines:
            call = _CALL.match(line)
            if call is None or int(call["result"]) < 0:
                continue
            name, rest = call["name"], call["rest"]
            if name == "unlink":
                yield Step(_bytes(rest).decode(), _Call.UNLINK)
                continue
            fd = _FD.match(rest)
            if fd is None:
                continue
            path = _plain(fd["path"])
            if name == "write":
                said = _bytes(rest)
                if said.startswith(ACK):
                    yield Step("", said.removeprefix(ACK).decode().strip())
            elif path.startswith(database) and not path.endswith("-shm"):
                if name == "pwrite64":
                    offset = int(rest.rsplit(",", 1)[1])
                    yield Step(path, Write(offset, _bytes(rest)[: int(call["result"])]))
                elif name == "ftruncate":
                    yield Step(path, Cut(int(rest.rsplit(",", 1)[1])))
                else:
                    yield Step(path, _Call.SYNC)


def _bytes(rest: str) -> bytes:
    found = _HEX.search(rest)
    return bytes.fromhex(found[1].replace("\\x", "")) if found else b""


def _plain(path: str) -> str:
    return bytes.fromhex(path.replace("\\x", "")).decode() if path.startswith("\\x") else path


@dataclass
class Cuts:
    """What came of the rebuilt states."""

    states: int = 0
    lost: int = 0  # states that lack an acknowledged commit
    most_lost: int = 0
    corrupt: int = 0
    torn: int = 0  # states with half a transaction


def cuts(folder: Path, steps: list[Step], states: int, rng: random.Random) -> Cuts:
    """Rebuild so many states at random instants after the first acknowledgement, and open each."""
    first = next(n for n, step in enumerate(steps) if isinstance(step.what, str))
    at = sorted(rng.choices(range(first, len(steps)), k=states))
    tally = Cuts()
    disks: dict[str, _Disk] = {}
    acknowledged: list[str] = []
    begun = 0
    for index, step in enumerate(steps):
        while begun < len(at) and at[begun] == index:
            begun += 1
            _judge(folder, disks, acknowledged, rng, tally)
        if isinstance(step.what, str):
            acknowledged.append(step.what)
            continue
        disk = disks.setdefault(Path(step.path).name, _Disk())
        if step.what is _Call.SYNC:
            disk.sync()
        elif step.what is _Call.UNLINK:
            del disks[Path(step.path).name]
        else:
            disk.maybe.append(step.what)
    return tally


def _judge(
    folder: Path, disks: dict[str, _Disk], acknowledged: list[str], rng: random.Random, tally: Cuts
) -> None:
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, disk in disks.items():
        (folder / name).write_bytes(disk.after_cut(rng))
    tally.states += 1
    connection = sqlite3.connect(folder / "p.db")
    try:
        if connection.execute("pragma integrity_check").fetchone()[0] != "ok":
            tally.corrupt += 1
            return
        events = connection.execute("select count(*) from event where kind = 'milestone'").fetchone()[0]
        states = dict(connection.execute("select state, count(*) from delivery group by state").fetchall())
    except sqlite3.DatabaseError as exc:
        if "no such table" in str(exc):  # a sound file from before the schema
            tally.lost += 1
            tally.most_lost = max(tally.most_lost, len(acknowledged))
        else:
            tally.corrupt += 1
        return
    finally:
        connection.close()
    chats = len(CHATS)
    sent, intended = states.get("sent", 0), states.get("sending", 0)
    whole = sum(states.values()) == events * chats and sent % chats == 0 and intended in (0, chats)
    tally.torn += not whole
    # Commits are in one line: event, intent, sent; so their number tells which are there.
    there = events + (sent + intended) // chats + sent // chats
    missing = len(acknowledged) - there
    tally.lost += missing > 0
    tally.most_lost = max(tally.most_lost, missing)


def run(folder: Path, seed: int, *, states: int, commits: int) -> Finding:
    """Power cuts on our settings, then on synchronous=NORMAL, which must fail."""
    began = time.monotonic()
    ours = cuts(folder / "cut", trace(folder / "full", commits, "full"), states, random.Random(seed))
    weak = cuts(folder / "cut", trace(folder / "normal", commits, "normal"), states, random.Random(seed))

    def figure(name: str, measured: object, target: str, kept: bool) -> Figure:
        return Figure(part=PART, name=name, measured=str(measured), target=target, kept=kept)

    return Finding(
        part=PART,
        seed=seed,
        seconds=time.monotonic() - began,
        figures=(
            figure("crash states rebuilt", ours.states, f"= {states}", ours.states == states),
            figure("states that lost an acknowledged commit", ours.lost, "0", ours.lost == 0),
            figure(
                "corrupt, or half a transaction", ours.corrupt + ours.torn, "0", ours.corrupt + ours.torn == 0
            ),
            figure(
                "seeded bug synchronous=NORMAL: states that lost",
                f"{weak.lost} of {weak.states}, up to {weak.most_lost} commits",
                "> 0 (caught)",
                weak.lost > 0,
            ),
        ),
        numbers={"full": vars(ours), "normal": vars(weak)},
    )
