"""`ipo-monitor classify`: grades each row of a CSV of names and descriptions, with the proof.

Rule: needs no configuration, no database and no network; its columns and JSON keys are public and stable.
Rule: one answer per row, in order; a row that is no CSV stops the run with its line number.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Final, TextIO

from monitor.domain.errors import DecodeError
from monitor.domain.relevance import Facts, Verdict, grade

_NAME_HEADS: Final = frozenset({"name", "company", "名称", "公司", "公司名称", "简称"})
_DESCRIPTION_HEADS: Final = frozenset({"description", "desc", "描述", "简介", "主营业务"})
_LONGEST_CELL: Final = 16 * 1024 * 1024  # a whole business section fits


def classify_stream(stdin: TextIO, stdout: TextIO, as_json: bool) -> int:
    """Reads `name,description` rows and writes name, grade, score and evidence for each; answers 0.

    Without `as_json` the answer is CSV under a header line; with it, one JSON object a line with the keys
    name, grade, score, pinned, evidence (a list of kind, grade, word, sentence).
    Raises DecodeError for text that is no CSV.
    """
    writer = csv.writer(stdout, lineterminator="\n")
    if not as_json:
        writer.writerow(["name", "grade", "score", "evidence"])
    for name, description in read_rows(stdin):
        verdict = grade(Facts(name=name, description=description))
        if as_json:
            stdout.write(json.dumps(as_object(name, verdict), ensure_ascii=False) + "\n")
        else:
            writer.writerow([name, verdict.grade.value, f"{verdict.score:.2f}", _proof(verdict)])
    return 0


def read_rows(stdin: TextIO) -> Iterator[tuple[str, str]]:
    """Names and descriptions; a header may be there, name further columns, or be absent.

    Without a header all cells after the first are the description, which an unquoted comma had split.
    """
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(stdin, strict=True)
    columns: tuple[int, int | None] | None = None
    first = True
    try:
        for cells in reader:
            row = [cell.strip() for cell in cells]
            if first:
                first = False
                row[:1] = [cell.removeprefix("\ufeff").strip('"') for cell in row[:1]]
                if (columns := _header(row)) is not None:
                    continue
            if not any(row):
                continue
            yield _named(row, columns) if columns else (row[0], ",".join(row[1:]))
    except (csv.Error, UnicodeDecodeError) as exc:
        raise DecodeError(f"line {reader.line_num + 1} of the input is no CSV in UTF-8: {exc}") from exc


def as_object(name: str, verdict: Verdict) -> dict[str, object]:
    """A verdict in the public JSON form."""
    return {
        "name": name,
        "grade": verdict.grade.value,
        "score": verdict.score,
        "pinned": verdict.pinned,
        "evidence": [
            {"kind": e.kind.value, "grade": e.grade.value, "word": e.word, "sentence": e.sentence}
            for e in verdict.evidence
        ],
    }


def _header(row: list[str]) -> tuple[int, int | None] | None:
    heads = [cell.casefold() for cell in row]
    name = next((i for i, head in enumerate(heads) if head in _NAME_HEADS), None)
    if name is None:
        return None
    return name, next((i for i, head in enumerate(heads) if head in _DESCRIPTION_HEADS), None)


def _named(row: list[str], columns: tuple[int, int | None]) -> tuple[str, str]:
    name, description = columns
    told = row[description] if description is not None and description < len(row) else ""
    return (row[name] if name < len(row) else ""), told


def _proof(verdict: Verdict) -> str:
    return "; ".join(f"{e.kind.value} {e.word}: {e.sentence}" for e in verdict.evidence)
