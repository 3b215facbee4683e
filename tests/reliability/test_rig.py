"""The rig's own parts do what they say, and the faults that need only one run of the daemon."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from tests.reliability import canary
from tests.reliability.daemon import Manager, settled, stage
from tests.reliability.oracle import reconcile
from tests.reliability.power import Step, Write, cuts
from tests.reliability.proxy import ChaosProxy, Kind, Toxic
from tests.reliability.story import write_story


def test_the_oracle_sees_what_is_lost_doubled_marked_and_of_the_past(tmp_path: Path) -> None:
    """One story, one chat, each promise broken once."""
    story = write_story(tmp_path, seed=3, milestones=8, every=10.0)
    first, second, third = [told for told in story.live if told.state is not None][:3]
    past = next(one for one in story.quiet if one.words("zh") not in {t.words("zh") for t in story.live})
    texts = [
        f"📥 {first.words('zh')}\n#AAAA",
        f"📥 {first.words('zh')}\n#AAAA",
        f"📥 {second.words('zh')}\n※ ⟳ 可能重复：#BBBB（第 2 次发送）\n#BBBB",
        f"📥 {past.words('zh')}\n#CCCC",
    ]
    tally = reconcile([first, second, third], story.quiet, {"1": ("zh", texts)}, ambiguous=0)
    assert tally.alerts == 3
    assert tally.lost == [f"1: {third.words('zh')}"]
    assert tally.unmarked_surplus == [f"1: 2 × {first.words('zh')}"]
    assert tally.told_of_the_past == [f"1: {past.words('zh')}"]
    assert tally.marked == 1
    assert not tally.kept


@pytest.mark.parametrize(
    ("toxic", "answer"),
    [
        (Toxic(kind=Kind.NONE), b"x" * 1000),
        (Toxic(kind=Kind.SLICER, amount=97), b"x" * 1000),
        (Toxic(kind=Kind.LIMIT_DATA, amount=300), b"x" * 300),
        (Toxic(kind=Kind.RESET, amount=300), None),
        (Toxic(kind=Kind.DOWN), None),
    ],
    ids=lambda value: value.kind if isinstance(value, Toxic) else "",
)
async def test_the_proxy_spoils_as_its_toxic_says(toxic: Toxic, answer: bytes | None) -> None:
    """A server that sends a thousand bytes, seen through each toxic; None is a broken connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"x" * 1000)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    proxy = ChaosProxy(server.sockets[0].getsockname()[1])
    proxy.toxic = toxic
    reader, writer = await asyncio.open_connection("127.0.0.1", await proxy.start())
    writer.write(b"?")
    try:
        got: bytes | None = await reader.read(-1)
    except ConnectionError:
        got = None
    writer.close()
    await proxy.stop()
    server.close()
    assert got == answer
    assert proxy.suffered == {toxic.kind: 1}


async def test_a_black_hole_says_nothing() -> None:
    """The connection stands and no byte comes back."""
    proxy = ChaosProxy(1)
    proxy.toxic = Toxic(kind=Kind.BLACK_HOLE)
    reader, writer = await asyncio.open_connection("127.0.0.1", await proxy.start())
    writer.write(b"?")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.2)
    writer.close()
    await proxy.stop()


def test_the_canary_is_found_plain_packed_and_encoded(tmp_path: Path) -> None:
    """In any file but the secret's own."""
    import gzip
    from base64 import b64encode

    token = "7712345678:" + "k" * 35
    (tmp_path / "token").write_text(token)
    assert canary.hits(tmp_path, token) == 0
    (tmp_path / "packed.gz").write_bytes(gzip.compress(token.encode()))
    (tmp_path / "encoded.txt").write_bytes(b64encode(token.encode()))
    assert canary.hits(tmp_path, token) == 3  # the packed one holds the whole and its secret half


def test_a_write_that_was_never_synced_may_be_lost(tmp_path: Path) -> None:
    """Power cuts over a file without any sync lose what was acknowledged; the judge must say so."""
    import sqlite3

    source = tmp_path / "source.db"
    connection = sqlite3.connect(source)
    connection.execute("create table event (kind text)")
    connection.execute("create table delivery (state text)")
    connection.commit()
    connection.close()
    steps = [
        Step(str(tmp_path / "p.db"), Write(0, source.read_bytes())),
        Step("", "event 1"),
        Step("", "intent 1"),
    ]
    tally = cuts(tmp_path / "cut", steps, 20, random.Random(1))
    assert (tally.states, tally.corrupt, tally.torn) == (20, 0, 0)
    assert tally.lost == 16  # the other four were cut before the first acknowledgement


@pytest.mark.parametrize("years", [-56, 10])
async def test_a_clock_years_off_delays_no_alert(tmp_path: Path, years: int) -> None:
    """A machine that boots in 1970 or 2036 tells what the exchange publishes all the same, once."""
    story = write_story(tmp_path, seed=5, milestones=4, every=5.0)
    async with stage(tmp_path, story, seed=5, trouble=0.0, speed=20.0) as around:
        around.off_by = timedelta(days=365 * years)
        manager = Manager(around)
        await manager.start()
        await around.quiet_reading_done()
        done = await settled(around, 40.0)
        code = await manager.stop()
        tally = reconcile(story.live, story.quiet, around.seen(), ambiguous=0)
    assert done
    assert tally.lost == []
    assert tally.unmarked_surplus == []
    assert code == 0


def test_the_shipped_unit_is_not_exposed() -> None:
    """systemd's own score of the unit, offline: 1.5 at most."""
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    unit = Path(__file__).parents[2] / "deploy" / "ipo-monitor.service"
    told = subprocess.run(
        [analyze, "security", "--offline=true", "--no-pager", str(unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    score = re.search(r"Overall exposure level for \S+: ([\d.]+)", told.stdout)
    assert score, told.stdout[-400:] + told.stderr[-400:]
    assert float(score[1]) <= 1.5
