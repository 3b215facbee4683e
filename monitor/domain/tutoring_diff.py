"""Known tutoring rows + rows seen now → events; pure.

Rule: 序号 is no identity, a row seen again adds nothing, a row gone from the list means nothing.
Rule: 辅导状态 and 备案时间 may speak of the company (the same on all its rows) or of the row alone; an
event is dated only by a date that is the row's own under both readings, otherwise it has no date.
Rule: a second filing (重新备案) opens a new cycle; each state is told once per company and cycle.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.names import read_company_name
from monitor.domain.records import Oddity, TutoringRow
from monitor.domain.stages import State
from monitor.domain.tutoring_rows import (
    company_key,
    disclosed_on,
    filing_rows,
    listed,
    ordered,
    place,
    report_key,
    row_key,
    status_word,
    tutor_changes,
    tutors_of,
)
from monitor.domain.tutoring_words import Report, Status, period_of, report_of, status_of

SOURCE = "csrc_tutoring"

_Told = tuple[date, Event, Oddity | None]

STATES: dict[Status, State] = {
    Status.FILED: State("tutoring-filed"),
    Status.ACCEPTED: State("tutoring-accepted"),
    Status.WITHDRAWN: State("tutoring-withdrawn"),
}

# The reports that close a cycle carry the closing status as their own, even where 辅导状态 is shared.
_CLOSING = {
    Status.ACCEPTED: Report.COMPLETION,
    Status.COMPLETED: Report.COMPLETION,
    Status.WITHDRAWN: Report.WITHDRAWAL,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class TutoringDiff:
    """What a poll changed: rows to store by key (`upserts`), keys to delete (`retired`), what it means."""

    events: tuple[Event, ...] = ()
    oddities: tuple[Oddity, ...] = ()
    upserts: Mapping[str, TutoringRow]
    retired: tuple[str, ...] = ()


def diff_tutoring(
    known: Mapping[str, TutoringRow],
    seen: Sequence[TutoringRow],
    *,
    first_seen_at: datetime,
    baseline: bool = False,
    raw_sha256: str = "",
    url: str = "",
) -> TutoringDiff:
    """What the rows of one poll (newest first, all its pages) add to the known rows, oldest event first.

    `known` is row_key → row and must hold every stored row of the companies in `seen`.
    """
    fresh: dict[str, TutoringRow] = {}
    for row in seen:
        fresh.setdefault(row_key(row), row)
    reports = {report_key(row) for row in fresh.values()}
    companies: dict[str, dict[str, TutoringRow]] = {}
    for key, row in reversed(fresh.items()):
        companies.setdefault(company_key(row), {})[key] = row
    stored: dict[str, dict[str, TutoringRow]] = {}
    for key, row in known.items():
        stored.setdefault(company_key(row), {})[key] = row
    stamp = _Stamp(first_seen_at=first_seen_at, baseline=baseline, raw_sha256=raw_sha256, url=url)
    told: list[tuple[Event, Oddity | None]] = []
    retired: list[str] = []
    for company, new in companies.items():
        old = stored.get(company, {})
        # The same report under another tutor now: the cell was edited, the old row is no longer true.
        edited = {key: row for key, row in old.items() if key not in new and report_key(row) in reports}
        kept = [row for key, row in old.items() if key not in new and key not in edited]
        retired.extend(edited)
        story = _Company(
            key=company,
            old=ordered(old.values()),
            now=ordered([*new.values(), *kept]),
            edited=ordered(edited.values()),
            stamp=stamp,
        )
        told.extend(story.tell())
    return TutoringDiff(
        events=tuple(event for event, _ in told),
        oddities=tuple(oddity for _, oddity in told if oddity is not None),
        upserts={key: row for key, row in fresh.items() if known.get(key) != row},
        retired=tuple(retired),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stamp:
    first_seen_at: datetime
    baseline: bool
    raw_sha256: str
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Company:
    """One company's rows before (`old`) and after (`now`) a poll, oldest first; answers what is new."""

    key: str
    old: list[TutoringRow]
    now: list[TutoringRow]
    edited: list[TutoringRow]  # rows of `old` whose tutor was replaced in place
    stamp: _Stamp

    def tell(self) -> list[tuple[Event, Oddity | None]]:
        """Everything new about the company in the order of its days; within a day filing comes first."""
        states = list(self._states())
        closing = {report_key(row) for row, _ in states if row is not None}
        told = [
            *self._filings(),
            *self._tutors(),
            *self._reports(closing),
            *(one for _, one in states),
        ]
        told.sort(key=lambda item: item[0])  # stable: keeps the order above within a day
        return [(event, oddity) for _, event, oddity in told]

    def _filings(self) -> Iterable[_Told]:
        before = set(filing_rows(self.old))
        for day, row in filing_rows(self.now).items():
            if day not in before:
                state = STATES[Status.FILED]
                event = self._event(
                    row, EventKind.MILESTONE, state.code, day, day=day, state=state, filed=day
                )
                yield day, event, None

    def _tutors(self) -> Iterable[_Told]:
        """Changes between reports, and a cell edited in place; each pair counted, so none is told twice."""
        kind = EventKind.PARTY_CHANGED
        told = Counter((one, other) for one, other, _ in tutor_changes(self.old))
        now = {report_key(row): row for row in self.now}
        for row in self.edited:
            after = now[report_key(row)]
            pair = (listed(tutors_of([row])), listed(tutors_of([after])))
            if pair in told:
                continue
            told[pair] += len(self.now)  # the edit explains every difference it leaves between reports
            unique = (self._cycle(after), "edited", *pair)
            event = self._event(after, kind, *unique, day=None, before=pair[0], after=pair[1])
            yield place(after), event, None
        for one, other, row in tutor_changes(self.now):
            if told[one, other]:
                told[one, other] -= 1
                continue
            day = self._own_date(row)
            event = self._event(row, kind, place(row), one, other, day=day, before=one, after=other)
            yield place(row), event, None

    def _reports(self, closing: set[str]) -> Iterable[_Told]:
        """New reports; a closing report that carries a milestone of this poll is told by the milestone."""
        told = {report_key(row) for row in self.old} | closing
        for row in self.now:
            key, kind = report_key(row), report_of(row)
            if key in told or kind is Report.FILING:
                continue
            told.add(key)
            day = self._own_date(row)
            if kind is None:
                event = self._event(row, EventKind.REVIEW_STEP, row.date, key, day=day, unknown="report_type")
                oddity = Oddity(where=row.company, what=f"unknown 报告类型 {row.report_type!r}: {row.title}")
                yield place(row), event, oddity
            else:
                yield place(row), self._event(row, EventKind.TUTORING_REPORT, row.date, key, day=day), None

    def _states(self) -> Iterable[tuple[TutoringRow | None, _Told]]:
        """Statuses that appeared (accepted, withdrawn, completed, unknown), with a closing report if any."""
        before = {(self._cycle(row), status_word(row)) for row in self.old}
        appeared: dict[tuple[date | None, str], list[TutoringRow]] = {}
        for row in self.now:
            pair = (self._cycle(row), status_word(row))
            if pair not in before and status_of(row) not in (Status.FILED, Status.UNDER_WAY):
                appeared.setdefault(pair, []).append(row)
        latest = max((cycle for cycle in map(self._cycle, self.now) if cycle), default=None)
        for (cycle, word), rows in appeared.items():
            own = self._own_evidence(cycle, word, rows)
            # A shared status repeats itself on the rows of closed cycles: there only a row's own counts.
            if own or cycle == latest:
                row = own[0] if own else rows[-1]
                day = self._own_date(row) if own else None
                closes = bool(own) and report_of(row) in _CLOSING.values() and status_of(row) in STATES
                for told in self._state_event(row, word, day, cycle):
                    yield (row if closes else None), told

    def _state_event(
        self, row: TutoringRow, word: str, day: date | None, cycle: date | None
    ) -> Iterable[_Told]:
        status = status_of(row)
        if status is None:
            event = self._event(
                row, EventKind.REVIEW_STEP, row.date, f"状态{word}", day=day, unknown="status"
            )
            yield place(row), event, Oddity(where=row.company, what=f"unknown 辅导状态 {row.status!r}")
        elif status is Status.COMPLETED:
            if report_of(row) is not Report.COMPLETION:  # otherwise the report has told it
                event = self._event(row, EventKind.TUTORING_REPORT, row.date, f"状态{word}", day=day)
                yield place(row), event, None
        else:
            state = STATES[status]
            event = self._event(
                row, EventKind.MILESTONE, state.code, row.date, day=day, state=state, filed=cycle
            )
            yield place(row), event, None

    def _own_evidence(self, cycle: date | None, word: str, rows: list[TutoringRow]) -> list[TutoringRow]:
        """The rows whose status is theirs alone, so that their date is the status's date.

        Never a row whose status changed in place; a closing report always; any other report only where
        statuses and dates are seen to differ from those of the filing.
        """
        known = {row_key(row) for row in self.old}
        filings = [row for row in self.now if row.date == cycle and report_of(row) is Report.FILING]
        shared = any(status_word(row) == word for row in filings) or any(
            row_key(row) in known for row in rows
        )
        closing = (None, *(_CLOSING[status] for status in (status_of(rows[0]),) if status in _CLOSING))
        return [
            row
            for row in rows
            if row_key(row) not in known
            and report_of(row) is not Report.FILING
            and (report_of(row) in closing or (cycle not in (None, row.date) and not shared))
        ]

    def _cycle(self, row: TutoringRow) -> date | None:
        """The filing a row belongs to: the last one not after the row's 备案时间."""
        return max((day for day in filing_rows(self.now) if day <= row.date), default=None)

    def _own_date(self, row: TutoringRow) -> date | None:
        """The row's own day: its 备案时间 unless that is (or may be) the filing's, then the PDF's day."""
        if report_of(row) is Report.FILING or (self._cycle(row) or row.date) != row.date:
            return row.date
        return disclosed_on(row)

    def _event(
        self,
        row: TutoringRow,
        kind: EventKind,
        *unique: object,
        day: date | None,
        state: State | None = None,
        before: str = "",
        after: str = "",
        filed: date | None = None,
        unknown: str = "",
    ) -> Event:
        details: dict[str, str | int | float | bool] = {
            "tutor": row.tutor,
            "office": row.office,
            "status": row.status,
            "report_type": row.report_type,
            "filing_time": row.date.isoformat(),
        }
        if period := period_of(row):
            details["period"] = period
        if former := read_company_name(row.company).former:
            details["former_names"] = "、".join(former)
        if unknown:
            details["unknown"] = unknown
        if filed is not None:
            details["filed_on"] = filed.isoformat()
            if day is not None and day >= filed:
                details["days_since_filing"] = (day - filed).days
        return Event(
            id=event_id(SOURCE, self.key, kind, *unique),
            kind=kind,
            source=SOURCE,
            project_id=self.key,
            issuer=row.company,
            state=state,
            date=day,
            first_seen_at=self.stamp.first_seen_at,
            baseline=self.stamp.baseline,
            # Unknown words are shown as printed; a known status needs no second wording.
            reason=f"辅导状态：{row.status}；报告类型：{row.report_type}" if unknown else "",
            title=row.title,
            url=row.document_url or self.stamp.url,
            raw_sha256=self.stamp.raw_sha256,
            before=before,
            after=after,
            details=details,
        )
