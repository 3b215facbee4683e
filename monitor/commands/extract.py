"""`ipo-monitor extract FILE… [--json]`: documents to figures, without configuration or database.

Rule: one bad file costs its own result and the exit code, never another file's result.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TextIO

from monitor.documents.load import figures_of, load_document
from monitor.domain.errors import MonitorError
from monitor.domain.figures.record import Figure, Reading, plain

__all__ = ["EXIT_BAD_FILE", "EXIT_OK", "Extract", "extract_file", "extract_files"]

EXIT_OK, EXIT_BAD_FILE = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """One file's reading, or the error that stood in its way."""

    file: str
    reading: Reading | None
    error: MonitorError | None

    def as_json(self) -> dict[str, object]:
        """The public form (docs/figures.md)."""
        if self.reading is None:
            return {
                "file": self.file,
                "error": {"type": type(self.error).__name__, "message": str(self.error)},
            }
        return {"file": self.file, "error": None} | self.reading.as_json()


def extract_file(path: Path, *, issuer: str | None = None) -> Reading:
    """The figures of one file; a MonitorError when it is no document."""
    return figures_of(load_document(path), issuer=issuer)


def _sum(amount: Decimal | None, currency: str | None, measure: str) -> str:
    if amount is None:
        return ""
    ends = {"share": "股", "times": "倍", "percent": "%", "household": "户"}
    return f"{amount:,f}{ends.get(measure, '')}" + (f" {currency}" if currency else "")


def _line(figure: Figure) -> str:
    value = (
        figure.as_printed if figure.amount is None else _sum(figure.amount, figure.currency, figure.measure)
    )
    if figure.high is not None:
        value += " – " + _sum(figure.high, figure.currency, figure.measure)
    period = f" [{figure.period}]" if figure.period else ""
    qualifier = f" ({figure.qualifier})" if figure.qualifier else ""
    return (
        f"  {figure.kind}{period}: {value}{qualifier}  p.{figure.page}  {figure.confidence}  “{figure.quote}”"
    )


def _print(extract: Extract, stdout: TextIO) -> None:
    reading = extract.reading
    if reading is None:
        return
    issuer = reading.issuer or "issuer not named"
    stdout.write(f"{extract.file}: {reading.document_kind}, {issuer}, {reading.pages} pages\n")
    for figure in reading.figures:
        stdout.write(_line(figure) + "\n")
        for row in figure.rows:
            total = "–" if row.total_investment is None else plain(row.total_investment)
            stdout.write(f"    {row.project}: {total} / {plain(row.from_proceeds)}\n")
    for flag in reading.flags:
        word = "withheld" if flag.withheld else "noted"
        stdout.write(f"  ! {flag.check} ({word}: {', '.join(flag.kinds)}): {flag.detail}\n")


def extract_files(paths: Sequence[Path], stdout: TextIO, stderr: TextIO, as_json: bool) -> int:
    """Writes every file's figures; a bad file gets one line on stderr and makes the exit code 1."""
    extracts = []
    for path in paths:
        try:
            extract = Extract(file=str(path), reading=extract_file(path), error=None)
        except MonitorError as error:
            extract = Extract(file=str(path), reading=None, error=error)
            stderr.write(f"{path}: {type(error).__name__}: {error}\n")
        extracts.append(extract)
        if not as_json:
            _print(extract, stdout)
    if as_json:
        json.dump({"documents": [one.as_json() for one in extracts]}, stdout, ensure_ascii=False, indent=2)
        stdout.write("\n")
    return EXIT_BAD_FILE if any(one.error for one in extracts) else EXIT_OK
