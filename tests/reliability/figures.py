"""What a part of the rig measured, beside what was promised; tables of it for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field


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


def as_json(findings: Iterable[Finding], *, form: str, commit: str) -> str:
    """Everything measured, with seeds, for the release's figures."""
    return json.dumps(
        {"form": form, "commit": commit, "parts": [asdict(finding) for finding in findings]},
        ensure_ascii=False,
        indent=1,
    )


def broken(findings: Iterable[Finding]) -> list[Figure]:
    """The figures whose promise did not hold."""
    return [figure for finding in findings for figure in finding.figures if not figure.kept]
