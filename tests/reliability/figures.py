"""What a part of the rig measured, beside what was promised; tables of it for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One measured figure; `kept` says whether the promise held, `again` is the command that repeats it."""

    part: str
    name: str
    measured: str
    target: str
    kept: bool
    again: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One run of one part: its figures, its raw numbers and its seed."""

    part: str
    seed: int
    seconds: float
    figures: tuple[Figure, ...]
    numbers: dict[str, object] = field(default_factory=dict)


def as_table(findings: Iterable[Finding]) -> str:
    """A Markdown table, one line per figure, breaches in capitals."""
    lines = ["| part | figure | measured | target | |", "|---|---|---|---|---|"]
    for finding in findings:
        for figure in finding.figures:
            verdict = "kept" if figure.kept else "BROKEN"
            lines.append(
                f"| {figure.part} | {figure.name} | {figure.measured} | {figure.target} | {verdict} |"
            )
    return "\n".join(lines)


def write_json(path: Path, findings: Iterable[Finding], *, commit: str) -> None:
    """Put what was measured, with seeds, into a file, in place of what it held of the same parts."""
    held = json.loads(path.read_text(encoding="utf-8"))["parts"] if path.exists() else []
    new = [{"commit": commit, **asdict(finding)} for finding in findings]
    names = {part["part"] for part in new}
    parts = [part for part in held if part["part"] not in names] + new
    text = json.dumps(
        {"parts": sorted(parts, key=lambda part: str(part["part"]))}, ensure_ascii=False, indent=1
    )
    path.write_text(text + "\n", encoding="utf-8")


def read_json(path: Path) -> list[Finding]:
    """What such a file holds."""
    parts = json.loads(path.read_text(encoding="utf-8"))["parts"]
    return [
        Finding(**{**part, "figures": tuple(Figure(**figure) for figure in part["figures"])})
        for part in ({key: value for key, value in part.items() if key != "commit"} for part in parts)
    ]


def broken(findings: Iterable[Finding]) -> list[Figure]:
    """The figures whose promise did not hold."""
    return [figure for finding in findings for figure in finding.figures if not figure.kept]
