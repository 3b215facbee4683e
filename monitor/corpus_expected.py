"""What captured rows say, counted without the program's own code: the other side of `monitor.corpus`.

Rule: nothing of the parser, the diff or the store is used here, so an error of theirs cannot hide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

_OUTCOMES = {"3": "commitiResult", "9": "commitiResult", "5": "registeResult", "7": "suspendStatus"}
_PROSPECTUSES = {1: "prospectus_application", 2: "prospectus_committee", 3: "prospectus_registration"}
_DOCUMENTS = {6: "inquiry_reply", 32: "audit_report", 33: "legal_opinion", 35: "registration_decision"}
_DOCUMENTS |= {36: "offering_sponsor_letter", 37: "listing_sponsor_letter", 38: "termination_decision"}
_MEETINGS = {1: "committee_notice", 2: "committee_result"}

# (status, outcome), date, row id, reasons of the run
Milestone = tuple[tuple[str, str], str, str, str]
# (project, path, type, time of upload)
Paper = tuple[str, str, str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Expected:
    """What the captured rows say, counted without the program's own code."""

    rows: Mapping[str, Mapping[str, tuple[str, str]]]  # project → row id → (date, reason)
    milestones: Mapping[str, Sequence[Milestone]]
    published: Mapping[str, str]  # row id → when it was put on the site
    documents: frozenset[Paper]


def expect(captured: Iterable[Mapping[str, list[dict[str, Any]]]]) -> Expected:
    """Rows, run-length collapsed milestones and typed documents of captured projects."""
    rows: dict[str, dict[str, tuple[str, str]]] = {}
    milestones: dict[str, list[Milestone]] = {}
    published: dict[str, str] = {}
    papers: set[Paper] = set()
    for lists in captured:
        key = str(lists["info"][0]["stockAuditNum"])
        by_id = {row["auditItemId"]: row for row in reversed(lists["res"])}
        by_id |= {row["auditItemId"]: row for row in lists["status"] if row["auditItemId"] not in by_id}
        posted = sorted(by_id.values(), key=lambda row: (row["timesave"], row["qianDate"]))
        rows[key] = {row["auditItemId"]: (row["publishDate"], _reason(row)) for row in posted}
        published |= {row["auditItemId"]: row["timesave"] for row in posted}
        milestones[key] = []
        for state, group in groupby(posted, key=_state):
            run = list(group)
            reasons = "\n".join(dict.fromkeys(text for row in run if (text := _reason(row))))
            milestones[key].append((state, run[0]["publishDate"], run[0]["auditItemId"], reasons))
        for row in lists["release"]:
            kind = _DOCUMENTS.get(row["fileType"]) or _PROSPECTUSES[row["fileVersion"]]
            papers.add((key, row["filePath"], kind, row["fileUpdateTime"]))
        for row in lists["result"]:
            papers.add((key, row["filePath"], _MEETINGS[row["fileType"]], row["fileUpdTime"]))
    return Expected(rows=rows, milestones=milestones, published=published, documents=frozenset(papers))


def _state(row: Mapping[str, Any]) -> tuple[str, str]:
    status = str(row["auditStatus"])
    return status, str(row.get(_OUTCOMES.get(status, ""), ""))


def _reason(row: Mapping[str, Any]) -> str:
    return str(row.get("reasonDesc") or "").strip()
