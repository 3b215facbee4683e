"""What happened, past tense, with deterministic ids.

Rule: an id is built from the source's own raw values and the exchange's date, so seeing the same fact
twice, restarting or overlapping windows gives the same id and adds nothing.
Rule: the milestone's date, the publication time and our first sight are three fields, never mixed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from monitor.domain.records import Figure
from monitor.domain.stages import State


class EventKind(StrEnum):
    """Every kind of event; a new kind does not type-check until every renderer handles it."""

    PROJECT_DISCOVERED = "project_discovered"
    MILESTONE = "milestone"
    REVIEW_STEP = "review_step"
    REASON_ADDED = "reason_added"
    DOCUMENT_DISCLOSED = "document_disclosed"
    FIGURE_FIRST_SEEN = "figure_first_seen"
    FIGURE_REVISED = "figure_revised"
    ISSUER_RENAMED = "issuer_renamed"
    PARTY_CHANGED = "party_changed"
    CORRECTION = "correction"
    TUTORING_REPORT = "tutoring_report"
    RELEVANCE_CHANGED = "relevance_changed"  # the issuer's grade moved: before, after and why
    DAILY_RELATED = "daily_related"  # one line a day on the milestones of related issuers
    OFFER_PRICE_SET = "offer_price_set"
    SUBSCRIPTION_SCHEDULED = "subscription_scheduled"
    LOTTERY_RATE = "lottery_rate"
    ISSUE_RESULT = "issue_result"
    LISTING_SCHEDULED = "listing_scheduled"
    LISTED = "listed"
    BULLETIN_DISCLOSED = "bulletin_disclosed"
    FIGURES_READ = "figures_read"  # what one document says in money, each figure with its page
    DRAFT_CHANGED = "draft_changed"  # a newer draft of the prospectus says other figures than the one before
    REGISTRATION_NUMBER = "registration_number"  # 证监许可〔…〕…号
    CALENDAR_REMINDER = "calendar_reminder"  # a day in the issuer's calendar is tomorrow or today
    SOURCE_TROUBLE = "source_trouble"
    SOURCE_RECOVERED = "source_recovered"
    CHAT_WELCOME = "chat_welcome"  # addressed to one new chat: the one summary of what was learned quietly
    BOT_REPLY = "bot_reply"  # an answer or digest for one chat, whole in details["message"]
    OPERATOR_NOTICE = "operator_notice"  # something odd, in title and reason: for operator chats only


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened, as it is stored, alerted and printed by `ipo-monitor events --json`."""

    id: str
    kind: EventKind
    source: str
    project_id: str = ""
    issuer: str = ""
    board: str = ""
    state: State | None = None
    date: date | None = None  # the exchange's date of the fact
    published_at: datetime | None = None  # when the exchange put it on its site
    first_seen_at: datetime
    baseline: bool = False  # learned quietly at a first start: stored, never alerted
    reason: str = ""
    title: str = ""
    url: str = ""
    raw_sha256: str = ""
    figures: tuple[Figure, ...] = ()
    before: str = ""
    after: str = ""
    # JSON facts that only the renderer reads: document_type, days_since_acceptance, percentile, …
    details: Mapping[str, str | int | float | bool] = field(default_factory=dict)


def event_id(source: str, key: str, kind: EventKind, *unique: object) -> str:
    """`source/key/kind/…`, the parts that make it unique including the exchange's date."""
    parts = [str(part).replace("/", "∕") for part in unique if part not in ("", None)]
    return "/".join([source, key, kind.value, *parts])


def alert_code(identity: str) -> str:
    """The short public id of an alert, e.g. `#A1B2`: the same for every copy of the same event."""
    digest = hashlib.sha256(identity.encode()).digest()
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: read aloud without doubt
    number = int.from_bytes(digest[:4], "big")
    return "#" + "".join(alphabet[(number >> shift) & 31] for shift in (15, 10, 5, 0))
