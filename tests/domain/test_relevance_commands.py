"""`classify` and the accuracy report: rows in, grades out, nothing lost."""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path

import pytest

from monitor.accuracy import BORDERLINE, from_description, from_name, main, measure, read_labels
from monitor.commands.classify import classify_stream
from monitor.domain.errors import DecodeError
from monitor.domain.relevance import Grade


def _classify(text: str, *, as_json: bool = False) -> str:
    out = io.StringIO()
    assert classify_stream(io.StringIO(text), out, as_json) == 0
    return out.getvalue()


def _grades(text: str) -> list[tuple[str, str]]:
    return [(row["name"], row["grade"]) for row in csv.DictReader(io.StringIO(_classify(text)))]


def test_rows_are_answered_in_order_with_grade_score_and_evidence() -> None:
    """Each row gets one line of name, grade, score and proof."""
    answer = _classify("name,description\n某甲,GPU服务器租赁\n沐曦股份,\n")
    assert answer.splitlines()[:2] == [
        "name,grade,score,evidence",
        "某甲,no,0.05,description 租赁: GPU服务器租赁",
    ]
    assert answer.splitlines()[2].startswith("沐曦股份,ai_chip,1.00,")


def test_json_is_one_object_a_line_with_the_public_keys() -> None:
    """The JSON keys are stable."""
    (line,) = _classify("某甲,云端AI芯片\n", as_json=True).splitlines()
    assert json.loads(line) == {
        "name": "某甲",
        "grade": "ai_chip",
        "score": 0.95,
        "pinned": False,
        "evidence": [{"kind": "description", "grade": "ai_chip", "word": "AI芯片", "sentence": "云端AI芯片"}],
    }


@pytest.mark.parametrize(
    "text",
    [
        "name,description\n某甲,GPU\n",
        "\ufeffname,description\r\n某甲,GPU\r\n",
        "Name,Source,Description\n某甲,x,GPU\n",
        "某甲,GPU\n",
        "某甲,GPU",
        "\n某甲,GPU\n\n",
        '"某甲","GPU"\n',
    ],
)
def test_a_header_is_optional(text: str) -> None:
    """With a header, with further columns, with a byte-order mark, or without any: the same row."""
    assert _grades(text) == [("某甲", "ai_chip")]


def test_no_row_is_lost_to_commas_blanks_or_missing_cells() -> None:
    """An unquoted comma stays in the description, a missing description is empty, a missing name too."""
    assert _grades("某甲,光模块,GPU\n某乙\n,GPU\n") == [("某甲", "ai_chip"), ("某乙", "no"), ("", "ai_chip")]
    assert _grades("description,name\nGPU,某甲\n,某乙\n光模块\n") == [
        ("某甲", "ai_chip"),
        ("某乙", "no"),
        ("", "related"),
    ]


def test_what_is_no_csv_stops_with_its_line() -> None:
    """A quote that never closes is named with its line, not graded."""
    with pytest.raises(DecodeError, match="is no CSV"):
        _classify('某甲,GPU\n某乙,"GPU\n')


def test_the_report_prints_rates_table_and_each_error(tmp_path: Path) -> None:
    """Precision and recall are counted for ai_chip, borderline names apart, and an error is spelt out."""
    labels = tmp_path / "labels.csv"
    labels.write_text(
        "name,description,label,source\n甲,GPU,is_ai_chip,x\n乙,GPU,no,x\n丙,光模块,is_ai_chip,x\n芯原股份,GPU,related,x\n",
        encoding="utf-8",
    )
    out = io.StringIO()
    assert main([str(labels)], out) == 0
    printed = out.getvalue()
    assert "description alone: 3 rows, ai_chip precision 0.500, recall 0.500" in printed
    assert "error: 乙 | GPU | no, graded ai_chip by GPU" in printed
    assert "borderline names: 1 rows, ai_chip precision 0.000, recall none" in printed


def test_the_report_needs_a_file_it_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a corpus, or with a file of another shape, it says so and answers 2."""
    monkeypatch.delenv("IPO_MONITOR_CORPUS", raising=False)
    out = io.StringIO()
    assert main([], out) == 2
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n", encoding="utf-8")
    assert main([str(other)], out) == 2
    assert "IPO_MONITOR_CORPUS" in out.getvalue()
    assert "other.csv is no label file" in out.getvalue()


@pytest.mark.skipif(
    "IPO_MONITOR_CORPUS" not in os.environ, reason="needs the recorded data (IPO_MONITOR_CORPUS)"
)
def test_the_labelled_names_are_graded_within_the_target() -> None:
    """On the labels, ai_chip is right and found in 97 of 100 by description; a bare name is never wrong."""
    labels = Path(os.environ["IPO_MONITOR_CORPUS"]) / "truth" / "labels.csv"
    rows = [row for row in read_labels(labels) if row.name not in BORDERLINE]
    told, named = measure(rows, from_description), measure(rows, from_name)
    assert (told.precision() or 0) >= 0.97
    assert (told.recall() or 0) >= 0.97
    assert [row.name for row, v in named.errors if v.grade is Grade.AI_CHIP] == []
