"""What parsers return: frozen facts in the domain's words, nothing computed from our own clock.

Rule: instants are aware UTC; dates the exchange prints without a time stay `date`.
Rule: identity comes from the source's own raw values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from monitor.domain.stages import State


class Role(StrEnum):
    """Intermediaries (中介机构) of an offering."""

    SPONSOR = "sponsor"  # 保荐机构
    ACCOUNTANT = "accountant"  # 会计师事务所
    LAW_FIRM = "law_firm"  # 律师事务所
    APPRAISER = "appraiser"  # 资产评估机构
    TUTOR = "tutor"  # 辅导机构
    OTHER = "other"  # a role code we do not know; the operator is told


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Party:
    """One intermediary; joint sponsors are two parties of the same role."""

    role: Role
    name: str
    short_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One amount of money with the words it was printed in, and where a document prints it.

    `amount` is exact, in the currency's base unit (yuan); `kind` is planned_proceeds, gross_proceeds, ….
    Counts and ratios read in documents have no currency: "".
    """

    kind: str
    amount: Decimal
    currency: str
    as_printed: str
    qualifier: str = ""  # 约, 不超过, …
    period: str = ""  # of accounts: 2024, 2024 1-6
    label: str = ""  # the project a part of the proceeds goes to
    page: int | None = None  # of the document, counted from 1
    quote: str = ""  # the page's own words


@dataclass(frozen=True, kw_only=True, slots=True)
class ProjectRecord:
    """One application as its list row shows it now."""

    source: str
    key: str  # the exchange's audit id (auditId), as a string
    issuer: str
    issuer_short: str = ""
    title: str
    board: str
    state: State
    planned: Figure | None = None
    updated_at: datetime  # the decision's time, not the publication's: never a milestone date
    accepted_at: datetime | None = None
    industry_code: str = ""
    industry: str = ""
    province: str = ""
    parties: tuple[Party, ...] = ()
    url: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StatusRow:
    """One row of a project's timeline, exactly as posted."""

    item_id: str
    state: State
    date: date  # publishDate: the date of the milestone
    decided_at: datetime  # qianDate
    published_at: datetime  # timesave: when it was put on the site
    reason: str = ""


class DocumentType(StrEnum):
    """What a disclosed document is; the value is our stable word."""

    PROSPECTUS_DRAFT = "prospectus_application"  # 招股说明书（申报稿）
    PROSPECTUS_COMMITTEE = "prospectus_committee"  # 招股说明书（上会稿）
    PROSPECTUS_REGISTRATION = "prospectus_registration"  # 招股说明书（注册稿）
    AUDIT_REPORT = "audit_report"  # 财务报表及审计报告
    LEGAL_OPINION = "legal_opinion"  # 法律意见书
    OFFERING_SPONSOR_LETTER = "offering_sponsor_letter"  # 发行保荐书
    LISTING_SPONSOR_LETTER = "listing_sponsor_letter"  # 上市保荐书
    INQUIRY_REPLY = "inquiry_reply"  # 问询和回复
    REGISTRATION_DECISION = "registration_decision"  # 注册结果：批复、不予注册、终止通知
    TERMINATION_DECISION = "termination_decision"  # 终止审核决定
    COMMITTEE_NOTICE = "committee_notice"  # 上市委会议公告
    COMMITTEE_RESULT = "committee_result"  # 上市委会议结果公告
    TUTORING_REPORT = "tutoring_report"  # 辅导工作报告
    OTHER = "other"  # 其他
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentRecord:
    """One disclosed document; `key` is the source's own file id or path."""

    key: str
    project_key: str
    title: str
    type: DocumentType
    type_code: str  # as printed: "30/1" of the older query, "I0011" of the current one
    date: date
    published_at: datetime
    url: str
    path: str
    size: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Oddity:
    """Something in an answer worth the operator's look that changes no fact."""

    where: str
    what: str


@dataclass(frozen=True, kw_only=True, slots=True)
class TutoringRow:
    """One row of the regulator's tutoring list (辅导备案)."""

    company: str
    tutor: str
    date: date
    status: str  # 辅导状态, as printed
    office: str  # 派出机构
    report_type: str  # 报告类型, as printed
    title: str
    document_url: str = ""
    number: str = field(default="", compare=False)  # 序号: moves as rows are added, so no identity


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What a completed look at a list showed, for comparison with earlier looks.

    `filled` maps a key field to the share of the newest rows that have it; `scope` is what was asked for.
    """

    scope: str
    total: int
    newest: str = ""
    sample: int = 0
    filled: Mapping[str, float] = field(default_factory=dict)
