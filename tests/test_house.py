"""The house keeps what its documents promise: registries, folders, fixtures, interfaces, import rules."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.registry import CHANNELS
from monitor import cli, health, pipeline
from monitor.commands.report import event_object, project_object
from monitor.domain.events import EventKind
from monitor.settings import known_keys
from monitor.store.tables import EventRow, ProjectRow
from scrapers.registry import SOURCES
from tools.check_links import anchors, dead_links

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
AT = datetime(2026, 7, 13, tzinfo=UTC)


def rows_of(page: str, heading: str, column: int = 0) -> list[str]:
    """The words in back quotes in one column of the table that follows a heading or a head cell."""
    lines = iter((ROOT / page).read_text(encoding="utf-8").splitlines())
    next(line for line in lines if line.startswith(heading))
    table: list[str] = []
    for line in lines:
        if line.startswith("|"):
            table.append(line)
        elif table:
            break
    cells = [re.split(r"(?<!\\)\|", line)[1 + column] for line in table]
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]


def test_a_source_is_a_folder_an_entry_a_section_a_readme_and_fixtures() -> None:
    folders = {path.parent.name for path in (ROOT / "scrapers").glob("*/source.py")}
    sections = {key.name.split(".")[1] for key in known_keys() if key.name.startswith("sources.")}
    fixtures = {path.name for path in (ROOT / "tests" / "fixtures").iterdir() if path.is_dir()}
    assert set(SOURCES) == folders == sections == set(rows_of("README.md", "| source"))
    assert set(SOURCES) <= fixtures
    for name in SOURCES:
        here = {path.name for path in (ROOT / "scrapers" / name).iterdir()}
        assert {"requests.py", "parse.py", "source.py", "README.md"} <= here, name
        cases = [path for path in (ROOT / "tests" / "fixtures" / name).iterdir() if path.is_dir()]
        assert cases, name
        for case in cases:
            held = {path.stem for path in case.iterdir()}
            assert {"body", "meta", "expected"} <= held, case.relative_to(ROOT)


def test_a_channel_is_a_file_an_entry_and_a_section() -> None:
    files = {path.stem for path in (ROOT / "alerts" / "channels").glob("*.py")} - {"__init__"}
    sections = {key.name.split(".")[1] for key in known_keys() if key.name.startswith("channels.")}
    assert set(CHANNELS) == sections == set(rows_of("README.md", "| channel"))
    assert {name for name in files - {"posting"} if not name.endswith("_text")} == set(CHANNELS)


def test_the_readme_shows_every_command_and_no_other() -> None:
    shown = {word.split()[0] for word in rows_of("README.md", "| command")}
    assert shown == set(cli.cli.commands)


def test_the_exit_codes_are_the_same_in_readme_operations_and_program() -> None:
    def codes(text: str) -> dict[str, str]:
        flat = " ".join(text.split())
        return dict(re.findall(r"(?<!\S)(\d+) ([^·.]+?)(?= ·|\.)", flat))

    readme = codes(README[README.index("Exit codes: ") + 12 :].split("\n\n")[0])
    operations = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = codes(operations[operations.index("\n0 done") :].strip().split("\n\n")[0])
    documented = codes((cli.__doc__ or "").split("Exit codes: ")[1].split("\nRule")[0])
    assert set(readme) == {"0", "1", "2", "3", "4", "70", "130"}
    assert readme == told == documented


def test_make_has_every_target_that_the_documents_name() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
    named = {
        word
        for page in pages
        for word in re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert {"demo", "test", "check", "bench"} <= named <= targets


def test_the_event_interface_is_documented_key_by_key_and_kind_by_kind() -> None:
    row = EventRow(id="x", kind="milestone", source="sse_star", code="5", outcome_code="1", first_seen_at=AT)
    assert set(event_object(row)) == set(rows_of("docs/events.md", "## An event"))
    assert {kind.value for kind in EventKind} == set(rows_of("docs/events.md", "## Kinds"))


def test_the_project_interface_is_documented_key_by_key() -> None:
    row = ProjectRow(
        source="sse_star",
        key="2239",
        issuer_id=1,
        issuer="示例股份有限公司",
        title="示例股份有限公司",
        board="科创板",
        code="5",
        outcome_code="1",
        planned_fen=801_600_000_005,
        planned_currency="CNY",
        planned_as_printed="80.16亿元",
        updated_at=AT,
        digest="",
        first_seen_at=AT,
    )
    shown = project_object(row)
    assert set(shown) == set(rows_of("docs/events.md", "## A project"))
    assert shown["planned"] == {
        "kind": "planned_proceeds",
        "amount": "8016000000.05",
        "currency": "CNY",
        "as_printed": "80.16亿元",
    }


def test_every_verdict_has_its_advice() -> None:
    verdicts = {name for _, name in pipeline._VERDICTS} | health._AT_ONCE | health._CONTENT | health._OURS
    assert set(rows_of("docs/operations.md", "## Verdicts")) == verdicts
    text = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z-]+)` \* \|", text, re.MULTILINE)) == health._AT_ONCE


def locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    found = dict(
        re.findall(
            r"^([a-z0-9-]+)==(\S+)(?: ; [^\n]*)? \\\n    --hash=sha256:[0-9a-f]{64}", text, re.MULTILINE
        )
    )
    assert len(found) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)), "a pin without a hash"
    assert "://" not in text, "a lock file names a host"
    return found


def test_the_locks_pin_every_dependency_by_hash_and_agree() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    run, dev = locked("requirements.lock"), locked("requirements-dev.lock")
    tools = project["project"]["optional-dependencies"]["dev"]
    needed = project["project"]["dependencies"] + project["build-system"]["requires"]

    def names(wanted: list[str]) -> set[str]:
        return {re.split(r"[\[<>=! ]", one)[0].lower().replace("_", "-") for one in wanted}

    assert names(needed) <= set(run)
    assert names(tools) <= set(dev)
    assert run.items() <= dev.items()


def test_no_page_has_a_dead_link() -> None:
    assert list(dead_links(ROOT)) == []


def test_the_link_check_finds_missing_files_and_headings(tmp_path: Path) -> None:
    (tmp_path / "there.md").write_text(
        "# A *heading*, twice\n\n## 标题\n\n# A heading, twice\n", encoding="utf-8"
    )
    page = tmp_path / "page.md"
    page.write_text(
        "[a](there.md) [b](there.md#标题) [c](https://nowhere.invalid/x) ![d](gone.svg)\n"
        "[e](there.md#absent) `monitor/gone.py`\n```\n[f](gone-too.md)\n```\n[g]: gone.md\n",
        encoding="utf-8",
    )
    assert sorted(dead_links(tmp_path)) == [
        "page.md: `monitor/gone.py`",
        "page.md: gone.md",
        "page.md: gone.svg",
        "page.md: there.md#absent",
    ]
    assert anchors("# A b\n# A b\n") == {"a-b", "a-b-1"}


@pytest.mark.parametrize(
    ("module", "line", "broken"),
    [
        ("monitor/domain/names.py", "import httpx", "touch no network"),
        ("scrapers/csrc_tutoring/parse.py", "import scrapers.sse_star.codes", "one source knows nothing"),
        ("monitor/store/eventlog.py", "import monitor.pipeline", "above the domain"),
    ],
)
def test_the_import_rules_break_when_they_are_violated(
    tmp_path: Path, module: str, line: str, broken: str
) -> None:
    for package in ("monitor", "scrapers", "alerts"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    changed = tmp_path / module
    changed.write_text(changed.read_text(encoding="utf-8") + f"\n{line}\n", encoding="utf-8")
    lint = "import sys; sys.path.insert(0, ''); from importlinter.cli import lint_imports_command as c; c()"
    done = subprocess.run(
        [sys.executable, "-c", lint, "--no-cache"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    words = " ".join(done.stdout.split())
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.search(rf"{broken}[^.]*? BROKEN", words), words
