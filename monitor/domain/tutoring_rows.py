"""Rows of the tutoring list: which are the same, how they stand in time, what they say together.

Rule: 序号 is no identity; neither are status and office, which change on a row that stays.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import date

from monitor.domain.names import normalise_company_name, read_company_name
from monitor.domain.records import TutoringRow
from monitor.domain.tutoring_words import Report, Status, report_of, status_of

_IN_PATH = re.compile(r"/pre_ipo/(\d{4})/(\d{1,2})/(\d{1,2})/")
_TUTOR_MARKS = re.compile(r"[、,，;；]")


def company_key(row: TutoringRow) -> str:
    """The issuer a row belongs to: its normalised full name, an annotation (曾用名…) left aside."""
    return read_company_name(row.company).full


def disclosed_on(row: TutoringRow) -> date | None:
    """The day in the PDF's address (/pre_ipo/2026/8/28/…), when the regulator put it up; else None."""
    found = _IN_PATH.search(row.document_url)
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None


def report_key(row: TutoringRow) -> str:
    """Identity of the report a row shows: company, dates, type and title, without its tutor."""
    parts = (
        company_key(row),
        row.date.isoformat(),
        str(disclosed_on(row) or ""),
        normalise_company_name(row.report_type),
        normalise_company_name(row.title),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def row_key(row: TutoringRow) -> str:
    """Identity of a row: its report and its tutor; 序号, status, office and file name are not part of it."""
    tutor = hashlib.sha256(normalise_company_name(row.tutor).encode()).hexdigest()[:8]
    return f"{report_key(row)}-{tutor}"


def place(row: TutoringRow) -> date:
    """Where a row stands in time: the later of its 备案时间 and its PDF's day, right under both readings."""
    return max(row.date, disclosed_on(row) or row.date)


def ordered(rows: Iterable[TutoringRow]) -> list[TutoringRow]:
    """Oldest first whatever the order of arrival, so that the same rows always tell the same story."""
    order = [Report.WITHDRAWAL, Report.FILING, Report.TUTOR_CHANGE, Report.PROGRESS, Report.COMPLETION, None]
    return sorted(rows, key=lambda row: (place(row), row.date, order.index(report_of(row)), row_key(row)))


def status_word(row: TutoringRow) -> str:
    """A known status under its meaning, so that two spellings are one; an unknown one as printed."""
    status = status_of(row)
    return status.value if status is not None else normalise_company_name(row.status)


def filing_rows(rows: Sequence[TutoringRow]) -> dict[date, TutoringRow]:
    """Filing day → the row that says so.

    A filing report says so; without any, a first row of status 辅导备案 whose report type is unknown.
    """
    found: dict[date, TutoringRow] = {}
    for row in rows:
        if report_of(row) is Report.FILING:
            found.setdefault(row.date, row)
    first = min(rows, key=lambda row: row.date, default=None)
    if not found and first is not None and report_of(first) is None and status_of(first) is Status.FILED:
        found[first.date] = first
    return found


def tutors_of(rows: Iterable[TutoringRow]) -> dict[str, str]:
    """Normalised name → printed name of every tutor on the rows; joint tutors share a cell with 、."""
    tutors: dict[str, str] = {}
    for row in rows:
        for printed in _TUTOR_MARKS.split(row.tutor):
            if name := normalise_company_name(printed):
                tutors.setdefault(name, printed.strip())
    return tutors


def listed(tutors: dict[str, str]) -> str:
    """Several tutors as one text in a fixed order."""
    return "、".join(sorted(tutors.values()))


def tutor_changes(rows: Sequence[TutoringRow]) -> list[tuple[str, str, TutoringRow]]:
    """(before, after, row) wherever the set of tutors differs from the last day that had rows."""
    steps: dict[date, list[TutoringRow]] = {}
    for row in rows:
        steps.setdefault(place(row), []).append(row)
    changes: list[tuple[str, str, TutoringRow]] = []
    last: dict[str, str] = {}
    for together in steps.values():
        tutors = tutors_of(together)
        if last and set(last) != set(tutors):
            row = next((one for one in together if report_of(one) is not Report.WITHDRAWAL), together[0])
            changes.append((listed(last), listed(tutors), row))
        last = tutors
    return changes
