"""The fuzzers themselves: every target takes spoilt inputs here, and each kind of breach is caught."""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from alerts.bot.contract import Desk
from monitor.domain.errors import DecodeError, MonitorError
from tests.reliability import fuzz as part
from tests.reliability.fuzz_targets import targets
from tests.reliability.fuzzing import memory
from tests.reliability.fuzzing.desk import FuzzDesk
from tests.reliability.fuzzing.feeding import Feeder, fuzz, numbered
from tests.reliability.fuzzing.guided import why_absent
from tests.reliability.fuzzing.mutation import spoil_once
from tests.reliability.fuzzing.target import Choices, Target

_ALL = targets()


@pytest.mark.parametrize("name", sorted(_ALL))
def test_spoilt_inputs_raise_nothing_but_our_own_errors(name: str) -> None:
    """Two hundred inputs of each parser and renderer; the mass is the rig's part `fuzz`."""
    tally = fuzz(_ALL[name], 200, 20260706)
    assert tally.crashes == []
    assert tally.inputs == 200


@pytest.mark.parametrize("name", sorted(_ALL))
def test_a_good_input_is_walked_to_its_end(name: str) -> None:
    """A target whose every sample is refused would never fuzz the way a good answer takes."""
    target = _ALL[name]
    refusals: tuple[type[Exception], ...] = (MonitorError, *target.refusals)
    accepted = 0
    for sample in target.samples:
        with contextlib.suppress(*refusals):
            target.one(sample)
            accepted += 1
    assert accepted >= 1


def test_the_desk_that_answers_by_choice_knows_every_question() -> None:
    """A question the bot may ask and the fuzzers' desk does not know would look like a crash of the bot."""
    asked = {name for name in (*vars(Desk), *Desk.__annotations__) if not name.startswith("_")}
    assert asked - set(dir(FuzzDesk(Choices(b"")))) == set()


def _toy(one: object, *samples: bytes) -> Target:
    assert callable(one)
    return Target(name="toy", one=one, samples=samples or (b"good", b"good\xff"))


def test_a_seeded_crash_is_caught_with_its_input() -> None:
    """A KeyError on a byte is told with its place and its number, and that number makes the input again."""

    def bad(data: bytes) -> None:
        if b"\xff" in data:
            raise KeyError("a bug")
        if b"o" in data:
            raise DecodeError("ours")

    tally = fuzz(_toy(bad), 60, 1)
    assert tally.inputs == 60
    assert tally.refused > 0
    assert [failure.what.partition(" at ")[0] for failure in tally.failures] == ["KeyError"]
    found = tally.failures[0]
    assert b"\xff" in found.data
    assert numbered(_toy(bad), 1, found.number) == found.data
    assert tally.crashed > 1  # the same crash again is counted, and kept once


def test_an_input_is_slow_when_it_is_slow_every_time() -> None:
    """Sixty milliseconds of computing are a breach; the same once, by bad luck, are none."""
    calls = 0

    def burn() -> None:
        sum(number * number for number in range(1_500_000))

    def slow(data: bytes) -> None:
        if data == b"slow":
            burn()

    def unlucky(_: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls == 5:
            burn()

    feeder = Feeder(_toy(slow))
    feeder.feed(b"quick")
    feeder.feed(b"slow", 7)
    tally = feeder.finish()
    assert tally.slowest > 0.05
    assert [failure.data for failure in tally.failures] == [b"slow"]
    assert " ms for 4 bytes" in tally.crashes[0]

    feeder = Feeder(_toy(unlucky))
    for _ in range(10):
        feeder.feed(b"x")
    assert feeder.finish().crashed == 0


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak cannot be reset here")
def test_an_input_that_takes_much_memory_is_named() -> None:
    """A hundred MiB for one of many inputs, given back at once, are a breach of that input."""

    def hog(data: bytes) -> None:
        if data == b"hog":
            bytearray(100 << 20)[::4096] = b"\x01" * (100 << 8)

    feeder = Feeder(_toy(hog))
    for data in (b"a", b"hog", b"b"):
        feeder.feed(data)
    tally = feeder.finish()
    assert tally.memory > 64 * 1024
    heavy = [failure for failure in tally.failures if "MiB" in failure.what]  # it may be slow, too
    assert [failure.data for failure in heavy] == [b"hog"]
    assert heavy[0].what.endswith("MiB for 3 bytes")


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak cannot be reset here")
def test_memory_that_only_grows_is_a_breach() -> None:
    """A leak of half a MiB per input passes the limit after a hundred and more inputs."""
    kept: list[bytearray] = []

    def leak(_: bytes) -> None:
        kept.append(bytearray(b"\x01") * (512 << 10))

    memory.reset()
    feeder = Feeder(_toy(leak))
    for _ in range(300):
        feeder.feed(b"x")
    tally = feeder.finish()
    kept.clear()
    assert tally.memory > 64 * 1024
    assert "MiB kept over the inputs so far" in tally.crashes[0]


def test_json_mutants_get_past_the_envelope() -> None:
    """Mutants of values keep an answer readable: most of them are still JSON, and many have another value."""
    target = _ALL["list"]
    sample = target.samples[0]
    good = json.loads(sample[sample.find(b"{") : sample.rfind(b"}") + 1])
    whole = different = 0
    for number in range(300):
        data = spoil_once(random.Random(number), sample, target)
        try:
            tree = json.loads(data[data.find(b"{") : data.rfind(b"}") + 1])
        except (ValueError, RecursionError):
            continue
        whole += 1
        different += tree != good
    assert whole > 60
    assert different > 30


def test_choices_change_with_their_byte_alone() -> None:
    """What was decided before a changed byte stays, and used-up bytes decide the first of everything."""
    one, other = Choices(b"\x01\x02\x03\x04"), Choices(b"\x01\x02\x09\x04")
    assert [one.byte(), one.number(0, 9)] == [other.byte(), other.number(0, 9)]
    assert one.byte() != other.byte()
    empty = Choices(b"")
    assert (empty.pick("abc"), empty.number(5, 9), empty.text(40), empty.left) == ("a", 5, "", 0)


@pytest.mark.skipif(bool(why_absent()), reason=f"atheris: {why_absent()}")
def test_a_coverage_guided_run_finds_what_is_behind_a_branch(tmp_path: Path) -> None:
    """atheris feeds a real target so many inputs in a fork, and its answer is read with our own mutators'."""
    subprocess.run(
        [sys.executable, "-m", "tests.reliability.fuzzing.child", "guided", "--inputs", "300", "--seed", "5",
         "--folder", str(tmp_path), "timeline", "new-shares"],
        cwd=Path(__file__).parents[2], check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    told = json.loads((tmp_path / "timeline" / "guided.json").read_text(encoding="utf-8"))
    assert told["inputs"] == 300
    assert told["crashed"] == 0
    assert told["found"] > 0
    assert len(told["suspects"]) == 8
    assert (tmp_path / "new-shares" / "guided.code").read_text(encoding="ascii") == "0"


def test_without_atheris_the_report_says_so_and_our_mutators_do_it_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason stands in the table and in the output; every input is still fed."""
    monkeypatch.setattr(part, "why_absent", lambda: "No module named 'atheris'")
    monkeypatch.setattr(part, "names", lambda: ["number", "bot-hours"])
    finding = part.run(tmp_path, 3, inputs=40)
    shown = {figure.name: figure for figure in finding.figures}
    assert shown["of these coverage-guided"].measured == "not run: No module named 'atheris'"
    assert shown["parsers and renderers"].measured == "2 × 40 inputs"
    assert all(figure.kept for figure in finding.figures)
    assert "atheris is not used (No module named 'atheris')" in capsys.readouterr().out


def test_a_target_that_kills_its_process_is_a_breach(tmp_path: Path) -> None:
    """Native code that ends the fork leaves no answer: the report says with which code it ended."""
    folder = tmp_path / "number"
    folder.mkdir()
    (folder / "own.stderr").write_text("", encoding="utf-8")
    (folder / "own.code").write_text("-11", encoding="ascii")
    outcome = part._outcome("number", tmp_path, guided=False)
    assert outcome.tally.crashed == 1
    assert "ended with code -11" in outcome.tally.crashes[0]
