"""The recipe of the container image, read without building it: what it copies exists, what it runs runs."""

from __future__ import annotations

import fnmatch
import json
import re
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from monitor import cli

ROOT = Path(__file__).parents[2]
_TEXT = (ROOT / "deploy" / "Dockerfile").read_text(encoding="utf-8")
_SECTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _steps(text: str = _TEXT) -> list[list[tuple[str, str]]]:
    """(instruction, rest) of each stage, continued lines joined, comments left out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n\s*", " ", "\n".join(lines))
    stages: list[list[tuple[str, str]]] = []
    for line in filter(None, map(str.strip, joined.splitlines())):
        name, _, rest = line.partition(" ")
        if name == "FROM":
            stages.append([])
        if stages:
            stages[-1].append((name, rest.strip()))
    return stages


def _last(name: str) -> str:
    return [rest for one, rest in _steps()[-1] if one == name][-1]


def test_the_last_stage_runs_as_a_user_without_rights() -> None:
    """A number that is not root's, after everything that needs root."""
    user, _, group = _last("USER").partition(":")
    assert int(user) >= 1000
    assert int(group) >= 1000
    names = [name for name, _ in _steps()[-1]]
    assert "RUN" not in names[names.index("USER") :]
    assert f"--uid {user}" in _TEXT


def test_the_last_stage_installs_and_compiles_nothing() -> None:
    """Two stages; only the first one has pip at work, and the second takes the finished environment."""
    build, final = _steps()
    assert ("COPY", "--from=build /opt/ipo-monitor /opt/ipo-monitor") in final
    for name, rest in final:
        assert not (name == "RUN" and re.search(r"pip install|apt|gcc|curl|wget", rest)), rest
    assert any("uninstall --yes setuptools wheel pip" in rest for name, rest in final if name == "RUN")
    installs = [rest for name, rest in build if name == "RUN" and "pip install" in rest]
    assert "--require-hashes --only-binary :all: -r requirements.lock" in installs[0]
    assert all("--require-hashes" in one or "--no-deps --no-build-isolation ." in one for one in installs)


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    """Every source of a COPY is in the checkout and passes .dockerignore."""
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    let_in = [line[1:] for line in ignored if line.startswith("!")]
    assert "*" in ignored
    copied = [
        source
        for stage in _steps()
        for name, rest in stage
        if name == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    ]
    assert {"requirements.lock", "pyproject.toml", "monitor", "scrapers", "alerts"} <= set(copied)
    for source in copied:
        assert (ROOT / source).exists(), source
        assert source in let_in, source
    assert [one for one in let_in if one not in copied] == []
    packages = {one.rstrip("*") for one in _SECTIONS["tool"]["setuptools"]["packages"]["find"]["include"]}
    assert packages <= set(copied)
    needed = [_SECTIONS["project"]["readme"], *_SECTIONS["project"]["license-files"]]
    assert set(needed) <= set(copied)


@pytest.mark.parametrize("name", [".git", "tests", "deploy", "docs", ".venv", "monitor.toml", "data"])
def test_nothing_else_of_the_checkout_enters_the_image(name: str) -> None:
    """Tests, history, settings with tokens and kept data stay out of the build."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").split("\n")
    entered = False
    for rule in filter(None, rules):
        if rule.startswith("!"):
            entered = entered or fnmatch.fnmatch(name, rule[1:])
        elif not rule.startswith("#") and fnmatch.fnmatch(name, rule):
            entered = False
    assert not entered


def test_the_daemon_is_process_one_and_hears_sigterm() -> None:
    """Lists, not shell words: a shell as process 1 would not pass the signal on."""
    entry, command = json.loads(_last("ENTRYPOINT")), json.loads(_last("CMD"))
    assert entry == ["ipo-monitor"]
    assert entry[0] in _SECTIONS["project"]["scripts"]
    assert command == ["run"]
    assert command[0] in cli.cli.commands
    assert _last("STOPSIGNAL") == "SIGTERM"
    assert re.search(r"--stop-timeout (\d+)", _TEXT)[1] == "45"  # type: ignore[index]


def test_the_health_check_is_a_command_of_the_program_with_time_for_the_first_reading() -> None:
    """`status --check`, in the form of a list, and patient enough for a start that checks the database."""
    health = _last("HEALTHCHECK")
    words = json.loads(health[health.index("CMD ") + 4 :])
    assert words == ["ipo-monitor", "status", "--check"]
    assert "--check" in CliRunner().invoke(cli.cli, ["status", "--help"]).output
    assert "--start-period=15m" in health


def test_only_the_volume_has_to_be_writable() -> None:
    """With a read-only root nothing may want to write elsewhere: home, state and working folder are one."""
    environ = dict(re.findall(r"(\w+)=(\S+)", _last("ENV")))
    assert environ["STATE_DIRECTORY"] == environ["HOME"] == _last("WORKDIR") == _last("VOLUME")
    assert environ["PYTHONUNBUFFERED"] == environ["PYTHONDONTWRITEBYTECODE"] == "1"
    assert "--read-only --tmpfs /tmp" in _TEXT
