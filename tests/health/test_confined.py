"""The program under the shipped unit's and image's restrictions: it needs no more than they leave."""

from __future__ import annotations

import json
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import load_season
from monitor.documents.sandbox import Limits
from tests.cli.kit import ROOT, config_text, serving
from tests.health.confinement import (
    NOBODY,
    STATE,
    confined,
    need_confinement,
    surroundings,
    without_new_code,
)
from tests.reading.drafts import pdf

_UNIT = (ROOT / "deploy" / "ipo-monitor.service").read_text(encoding="utf-8")
_IMPORTS = "import aiohttp, alembic, apscheduler, bs4, certifi, click, httpx, msgspec, opencc, pdfplumber, "
_MORE = "PIL.Image, pypdfium2, psycopg, telegram, rich, sniffio, sqlmodel, tzdata; opencc.OpenCC('t2s')"
_OPENED = re.compile(r'(?:openat|creat|mkdir|mkdirat)\([^"]*"([^"]+)"[^)]*\) = \d')


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    shutil.chown(folder, NOBODY, NOBODY)
    need_confinement(folder)
    return folder


def _configured(state: Path, url: str) -> tuple[str, ...]:
    path = state / "config.toml"
    path.write_text(config_text(STATE, url, "[web]", "enabled = false"), encoding="utf-8")
    shutil.chown(path, NOBODY, NOBODY)
    path.chmod(0o600)
    return ("--config", str(STATE / "config.toml"))


def test_the_daemon_lives_and_ends_on_a_read_only_root_as_another_user(state: Path) -> None:
    """Ready, alive by its own health check, exit 0 on SIGTERM; its state is the only place to write."""
    with serving(lambda: serve(Exchange(load_season()))) as url:
        config = _configured(state, url)
        program = subprocess.Popen(
            confined(state, sys.executable, "-m", "monitor", *config, "run"),
            env=surroundings(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert program.stderr is not None
            said = []
            for line in program.stderr:
                said.append(line)
                if " ready" in line:
                    break
            assert program.poll() is None, "".join(said)
            check = confined(state, sys.executable, "-m", "monitor", *config, "status", "--check")
            deadline = time.monotonic() + 60
            while (
                alive := subprocess.run(check, env=surroundings(), capture_output=True, check=False)
            ).returncode:
                assert time.monotonic() < deadline, alive.stdout
            program.send_signal(signal.SIGTERM)
            rest = program.communicate(timeout=30)[1]
        finally:
            program.kill()
            program.wait()
    assert program.returncode == 0, rest
    assert "Read-only file system" not in "".join(said) + rest
    assert {path.name for path in state.iterdir()} >= {"monitor.db", "archive", "config.toml"}


def test_a_whole_pass_opens_nothing_for_writing_outside_its_state_and_tmp(state: Path) -> None:
    """Every file the processes of one pass open for writing, as the kernel saw it."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    watch = ["strace", "-f", "--seccomp-bpf", "-qq", "-s", "300", "-o", str(STATE / "trace")]
    watch += ["-e", "trace=openat,creat,mkdir,mkdirat"]
    with serving(lambda: serve(Exchange(load_season()))) as url:
        command = [sys.executable, "-m", "monitor", *_configured(state, url), "once"]
        done = subprocess.run(
            confined(state, *command, watched_by=tuple(watch)),
            env=surroundings(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    assert done.returncode == 0, done.stderr[-1500:]
    lines = (state / "trace").read_text(encoding="utf-8", errors="replace").splitlines()
    writes = [line for line in lines if re.search(r"O_WRONLY|O_RDWR|O_CREAT|creat\(|mkdir", line)]
    opened = {found[1] for line in writes if (found := _OPENED.search(line))}
    assert any(path.endswith("monitor.db") for path in opened), "the trace must show what is written"
    assert {path for path in opened if not path.startswith((f"{STATE}/", "/tmp/", "/dev/"))} == set()


@pytest.mark.parametrize("work", ["libraries", "document", "pass"])
def test_nothing_needs_memory_that_is_both_writable_and_executable(work: str, tmp_path: Path) -> None:
    """MemoryDenyWriteExecute=yes: every library loads, a document is read in its child, a pass succeeds."""
    assert "\nMemoryDenyWriteExecute=yes\n" in _UNIT
    (tmp_path / "draft.pdf").write_bytes(pdf("SECOND"))
    with serving(lambda: serve(Exchange(load_season()))) as url:
        (tmp_path / "c.toml").write_text(config_text(tmp_path, url), encoding="utf-8")
        arguments = {
            "libraries": ("-c", _IMPORTS + _MORE),
            "document": ("-m", "monitor", "extract", "--json", str(tmp_path / "draft.pdf")),
            "pass": ("-m", "monitor", "--config", str(tmp_path / "c.toml"), "once"),
        }[work]
        done = subprocess.run(
            without_new_code(*arguments),
            cwd=ROOT,
            env=surroundings(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
    if done.returncode == 77:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr[-1500:]
    if work == "document":
        assert [one["error"] for one in json.loads(done.stdout)["documents"]] == [None]


def test_the_emulation_can_fail() -> None:
    """A mapping that is writable and executable is refused in it."""
    evil = "import mmap; mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)"
    assert subprocess.run([sys.executable, "-c", evil], check=False, timeout=30).returncode == 0
    done = subprocess.run(without_new_code("-c", evil), capture_output=True, check=False, timeout=30)
    assert done.returncode in (1, 77)


def test_the_unit_leaves_room_for_the_daemon_and_its_reading_child() -> None:
    """Resident 115 MiB and 350 MiB at most, in MemoryMax; threads and child in TasksMax; files of all."""
    limits = dict(re.findall(r"^(\w+)=(\d+)M?$", _UNIT, re.MULTILINE))
    assert int(limits["MemoryMax"]) >= 115 + 350
    assert int(limits["TasksMax"]) >= 64
    assert int(limits["LimitNOFILE"]) >= 512
    assert Limits().wall_seconds + 10 < 90, "a reading ends long before the watchdog would"
    assert "LimitAS" not in limits, "the child limits its own address space; the daemon's is not limited"
    assert resource.RLIMIT_AS, "the child's limits need no right that the unit takes away"


def test_every_dependency_is_tried_without_writable_code() -> None:
    """A new dependency must be added to what is loaded under MemoryDenyWriteExecute."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    called = {"beautifulsoup4": "bs4", "python-telegram-bot": "telegram", "pillow": "PIL"}
    names = [re.split(r"[\[<>=! ]", one)[0] for one in project["dependencies"]]
    tried = set(re.findall(r"\w+", (_IMPORTS + _MORE).partition(";")[0]))
    assert {called.get(name, name) for name in names} <= tried
