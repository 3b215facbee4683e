"""Measures the relevance grader on labelled names: `python -m monitor.accuracy [labels.csv]`.

Rule: descriptions are graded without the name and names without the description, so neither helps the other.
Rule: every error is printed; the names the corpus calls borderline are counted apart.
"""

from __future__ import annotations

import csv
import os
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from monitor.domain.errors import ConfigError, DecodeError, MonitorError
from monitor.domain.relevance import Facts, Grade, Verdict, grade

# The names the corpus notes call close cases.
BORDERLINE: Final = frozenset(
    {"芯原股份", "曦智科技", "龙芯中科", "瑞芯微", "云天励飞", "熠知电子", "光本位"}
    | {"芯动科技", "国芯科技", "云豹智能", "优迅股份", "探境", "探境科技"}
)
_GRADES: Final = {"is_ai_chip": Grade.AI_CHIP, "related": Grade.RELATED, "no": Grade.NO}


@dataclass(frozen=True, kw_only=True, slots=True)
class Labelled:
    """One line of a label file."""

    name: str
    description: str
    label: Grade


@dataclass(frozen=True, kw_only=True, slots=True)
class Score:
    """Labels against grades; `table` counts (label, grade) pairs, `errors` are all that differ."""

    table: Counter[tuple[Grade, Grade]]
    errors: tuple[tuple[Labelled, Verdict], ...]

    def precision(self) -> float | None:
        """Of what was called an AI chip, the part that is one; None if nothing was."""
        return self._part([(label, Grade.AI_CHIP) for label in Grade])

    def recall(self) -> float | None:
        """Of all AI chips, the part that was found; None if there are none."""
        return self._part([(Grade.AI_CHIP, given) for given in Grade])

    def _part(self, pairs: list[tuple[Grade, Grade]]) -> float | None:
        total = sum(self.table[pair] for pair in pairs)
        return self.table[Grade.AI_CHIP, Grade.AI_CHIP] / total if total else None


def read_labels(path: Path) -> list[Labelled]:
    """The rows of a label file; raises DecodeError for a file of another shape."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return [
                Labelled(name=row["name"], description=row["description"], label=_GRADES[row["label"]])
                for row in csv.DictReader(lines)
            ]
    except (OSError, UnicodeDecodeError, KeyError, csv.Error) as exc:
        raise DecodeError(f"{path.name} is no label file", seen=exc) from exc


def measure(rows: Sequence[Labelled], facts: Callable[[Labelled], Facts]) -> Score:
    """Every row graded from the part of it that `facts` shows."""
    table: Counter[tuple[Grade, Grade]] = Counter()
    errors: list[tuple[Labelled, Verdict]] = []
    for row in rows:
        verdict = grade(facts(row))
        table[row.label, verdict.grade] += 1
        if verdict.grade is not row.label:
            errors.append((row, verdict))
    return Score(table=table, errors=tuple(errors))


def from_description(row: Labelled) -> Facts:
    """The description alone; the grader is told no name."""
    return Facts(name="", description=row.description)


def from_name(row: Labelled) -> Facts:
    """The name alone."""
    return Facts(name=row.name)


def report(rows: Sequence[Labelled], out: TextIO) -> None:
    """Precision, recall, confusion table and every error, from descriptions and from names."""
    clear = [row for row in rows if row.name not in BORDERLINE]
    close = [row for row in rows if row.name in BORDERLINE]
    for title, facts in (("description alone", from_description), ("name alone", from_name)):
        _print_score(f"relevance, {title}", measure(clear, facts), len(clear), out)
        _print_score(f"relevance, {title}, borderline names", measure(close, facts), len(close), out)


def _print_score(title: str, score: Score, rows: int, out: TextIO) -> None:
    precision, recall = _rate(score.precision()), _rate(score.recall())
    out.write(f"{title}: {rows} rows, ai_chip precision {precision}, recall {recall}\n")
    out.write(f"  {'label / graded':<16}" + "".join(f"{given:>9}" for given in Grade) + "\n")
    for label in Grade:
        out.write(f"  {label:<16}" + "".join(f"{score.table[label, given]:>9}" for given in Grade) + "\n")
    for row, verdict in score.errors:
        word = verdict.evidence[0].word if verdict.evidence else "nothing"
        out.write(
            f"  error: {row.name} | {row.description} | {row.label}, graded {verdict.grade} by {word}\n"
        )
    out.write("\n")


def _rate(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"


def main(arguments: Sequence[str], out: TextIO) -> int:
    """Prints the report of the label file named, or of the one in IPO_MONITOR_CORPUS; 2 if there is none."""
    try:
        if arguments:
            path = Path(arguments[0])
        elif corpus := os.environ.get("IPO_MONITOR_CORPUS"):
            path = Path(corpus) / "truth" / "labels.csv"
        else:
            raise ConfigError(["name a label file, or set IPO_MONITOR_CORPUS to the folder of recorded data"])
        report(read_labels(path), out)
    except MonitorError as exc:
        out.write(f"{exc}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], sys.stdout))
