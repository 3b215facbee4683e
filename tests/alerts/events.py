"""Events as the pipeline makes them: representative ones, and at least one of every kind.

The counts, percentiles, tutoring dates and the revision are made up for the tests; they are no facts.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from monitor.domain.events import Event, EventKind
from monitor.domain.records import Figure
from monitor.domain.stages import State

PAGE = "https://www.sse.com.cn/listing/renewal/ipo/detail.shtml?auditId=2078"
PDF = "https://static.sse.com.cn/stock/disclosure/announcement/c/202510/002078_20251024_AB.pdf"
PRICE = Figure(kind="offer_price", amount=Decimal("104.66"), currency="CNY", as_printed="104.6600元/股")
PLANNED = Figure(
    kind="planned_proceeds", amount=Decimal(3904170000), currency="CNY", as_printed="390,417.00万元"
)


def event(kind: EventKind = EventKind.MILESTONE, **changes: Any) -> Event:
    """An event of the STAR application 2078 with what a test changes."""
    facts: dict[str, Any] = {
        "id": f"sse_star/2078/{kind.value}/2025-10-24",
        "kind": kind,
        "source": "sse_star",
        "project_id": "2078",
        "issuer": "沐曦集成电路（上海）股份有限公司",
        "board": "科创板",
        "date": date(2025, 10, 24),
        "first_seen_at": datetime(2025, 10, 24, 10, 5, tzinfo=UTC),
        "published_at": datetime(2025, 10, 24, 10, 3, tzinfo=UTC),
        "url": PAGE,
    }
    facts |= changes
    facts["details"] = {"issuer_short": "沐曦股份", **changes.get("details", {})}
    return Event(**facts)


COMMITTEE_PASSED = event(
    state=State("3", "1"),
    figures=(PLANNED,),
    details={
        "days_since_acceptance": 116,
        "days_since_previous": 98,
        "previous_stage": "已问询",
        "percentile_faster": 93,
        "percentile_sample": 317,
        "sponsors": "华泰联合证券有限责任公司",
        "why": "关注名单：沐曦",
    },
)
ACCEPTED = event(
    id="sse_star/2078/milestone/已受理/2025-06-30",
    state=State("1"),
    date=date(2025, 6, 30),
    published_at=datetime(2025, 6, 30, 12, 15, tzinfo=UTC),
    first_seen_at=datetime(2025, 6, 30, 12, 16, tzinfo=UTC),
    figures=(PLANNED,),
    details={
        "tutoring_days": 166,
        "tutoring_filed": "2025-01-15",
        "tutoring_accepted": "2025-06-30",
        "sponsors": "华泰联合证券有限责任公司",
    },
)
SUSPENDED = event(
    id="demo/90001/milestone/中止/2026-03-31",
    project_id="90001",
    issuer="示例智算科技股份有限公司",
    state=State("7", "1"),
    date=date(2026, 3, 31),
    published_at=datetime(2026, 4, 2, 9, 30, tzinfo=UTC),
    first_seen_at=datetime(2026, 4, 2, 9, 31, tzinfo=UTC),
    reason="发行上市申请文件中记载的财务资料已过有效期，需要补充提交。",
    url="",
    details={"issuer_short": "示例智算", "fictional": True, "posted_late": True, "previous_stage": "已问询",
             "days_since_acceptance": 90, "days_since_previous": 75},
)  # fmt: skip
UNKNOWN = event(state=State("12", "9"), details={"previous_stage": "提交注册"})
DOCUMENT = event(
    EventKind.DOCUMENT_DISCLOSED,
    title="沐曦集成电路（上海）股份有限公司科创板首次公开发行股票招股说明书（上会稿）",
    details={"document_type": "prospectus_committee", "document_url": PDF},
)
REVISED = event(
    EventKind.FIGURE_REVISED,
    figures=(
        Figure(kind="planned_proceeds", amount=Decimal(4197000000), currency="CNY", as_printed="41.97亿元"),
    ),
    before="39.0417亿元",
    after="41.97亿元",
)
GOLDEN = {
    "committee_passed": COMMITTEE_PASSED,
    "accepted": ACCEPTED,
    "suspended_fictional": SUSPENDED,
    "unknown_code": UNKNOWN,
    "document": DOCUMENT,
    "figure_revised": REVISED,
}

EVERY_KIND: dict[EventKind, Event] = {
    EventKind.PROJECT_DISCOVERED: event(EventKind.PROJECT_DISCOVERED, state=State("1")),
    EventKind.MILESTONE: COMMITTEE_PASSED,
    EventKind.REVIEW_STEP: event(EventKind.REVIEW_STEP, state=State("2")),
    EventKind.REASON_ADDED: event(EventKind.REASON_ADDED, state=State("8"), reason="发行人撤回发行上市申请"),
    EventKind.DOCUMENT_DISCLOSED: DOCUMENT,
    EventKind.FIGURE_FIRST_SEEN: event(EventKind.FIGURE_FIRST_SEEN, figures=(PLANNED,)),
    EventKind.FIGURE_REVISED: REVISED,
    EventKind.ISSUER_RENAMED: event(
        EventKind.ISSUER_RENAMED, before="旧名有限公司", after="新名股份有限公司"
    ),
    EventKind.PARTY_CHANGED: event(
        EventKind.PARTY_CHANGED, before="甲证券", after="乙证券", details={"role": "sponsor"}
    ),
    EventKind.CORRECTION: event(
        EventKind.CORRECTION,
        state=State("2"),
        before="2025-07-01",
        after="2025-07-02",
        details={"correction": "restated"},
    ),
    EventKind.TUTORING_REPORT: event(
        EventKind.TUTORING_REPORT,
        source="csrc_tutoring",
        title="关于沐曦首次公开发行股票辅导工作进展情况报告（第一期）",
        details={"report_type": "辅导工作进展情况报告"},
    ),
    EventKind.RELEVANCE_CHANGED: event(
        EventKind.RELEVANCE_CHANGED,
        source="monitor",
        state=State("2"),
        before="related",
        after="ai_chip",
        reason="related → ai_chip: main business says “GPU” in “公司主要从事GPU的研发、设计和销售”",
        details={
            "grade": "ai_chip",
            "score": 0.9,
            "evidence_kind": "main_business",
            "evidence_word": "GPU",
            "evidence": "公司主要从事GPU的研发、设计和销售",
        },
    ),
    EventKind.DAILY_RELATED: event(
        EventKind.DAILY_RELATED,
        source="monitor",
        issuer="",
        project_id="",
        board="",
        url="",
        published_at=None,
        details={
            "issuer_short": "",
            "count": 3,
            "through_seq": 71,
            "item_01": "2025-10-24|milestone|3|1|2101|示例存储",
            "item_03": "2025-10-25|listed|||2102|示例材料",
            "item_02": "2025-10-24|milestone|tutoring-filed||abc|示例设备|甲",
        },
    ),
    EventKind.OFFER_PRICE_SET: event(
        EventKind.OFFER_PRICE_SET,
        source="sse_issue",
        figures=(PRICE, PLANNED),
        details={"security_code": "688802", "shares_offered": "4010.0000万股", "online_date": "2025-12-05"},
    ),
    EventKind.SUBSCRIPTION_SCHEDULED: event(
        EventKind.SUBSCRIPTION_SCHEDULED,
        source="sse_issue",
        date=date(2025, 12, 5),
        details={"security_code": "688802", "purchase_limit": "0.5500万股"},
    ),
    EventKind.LOTTERY_RATE: event(
        EventKind.LOTTERY_RATE,
        source="sse_issue",
        details={
            "lottery_rate": "0.03348913",
            "lottery_rate_unit": "%",
            "lottery_rate_unit_inferred": True,
        },
    ),
    EventKind.ISSUE_RESULT: event(
        EventKind.ISSUE_RESULT,
        source="sse_issue",
        details={"withheld": "gross_proceeds", "withheld_why": "×10"},
    ),
    EventKind.LISTING_SCHEDULED: event(
        EventKind.LISTING_SCHEDULED,
        source="sse_issue",
        date=date(2025, 12, 17),
        before="2025-12-16",
        after="2025-12-17",
    ),
    EventKind.LISTED: event(EventKind.LISTED, source="sse_issue", date=date(2025, 12, 17)),
    EventKind.BULLETIN_DISCLOSED: event(
        EventKind.BULLETIN_DISCLOSED,
        source="sse_issue",
        title="沐曦股份首次公开发行股票并在科创板上市发行公告",
        details={"bulletin_kind": "offering_notice", "document_url": PDF},
    ),
    EventKind.FIGURES_READ: event(
        EventKind.FIGURES_READ,
        title="招股说明书（申报稿）",
        figures=(
            Figure(
                kind="planned_proceeds",
                amount=Decimal("3904000000"),
                currency="CNY",
                as_printed="390,400.00万元",
                page=31,
            ),
            Figure(
                kind="use_of_proceeds",
                amount=Decimal("2459200000"),
                currency="CNY",
                as_printed="245,920万元",
                label="新型高性能通用 GPU 研发及产业化项目",
                page=31,
            ),
        ),
        details={
            "document_type": "prospectus_application",
            "document_url": PDF,
            "draft": "first",
            "listing_standard": "第 2.1.2 条第（四）项",
            "listing_standard_page": 30,
        },
    ),
    EventKind.DRAFT_CHANGED: event(
        EventKind.DRAFT_CHANGED,
        title="招股说明书（上会稿）",
        details={
            "document_type": "prospectus_committee",
            "earlier_type": "prospectus_application",
            "earlier_date": "2025-06-30",
            "changes": 1,
            "change_01": "planned_proceeds|changed|31|33|400,000.00万元|390,400.00万元|",
        },
    ),
    EventKind.REGISTRATION_NUMBER: event(
        EventKind.REGISTRATION_NUMBER,
        title="注册的批复",
        details={"registration_number": "证监许可〔2025〕2507号", "page": 1, "document_url": PDF},
    ),
    EventKind.CALENDAR_REMINDER: event(
        EventKind.CALENDAR_REMINDER,
        source="sse_issue",
        date=date(2025, 12, 5),
        details={"calendar_kind": "subscription", "days_left": 1},
    ),
    EventKind.SOURCE_TROUBLE: event(
        EventKind.SOURCE_TROUBLE,
        issuer="",
        project_id="",
        url="",
        reason="三次轮询无可用回答",
        details={"issuer_short": ""},
    ),
    EventKind.SOURCE_RECOVERED: event(
        EventKind.SOURCE_RECOVERED, issuer="", project_id="", url="", details={"issuer_short": ""}
    ),
    EventKind.OPERATOR_NOTICE: event(
        EventKind.OPERATOR_NOTICE,
        issuer="",
        url="",
        title="timeline/2078",
        reason="未知字段 newField",
        details={"issuer_short": ""},
    ),
    EventKind.BOT_REPLY: event(
        EventKind.BOT_REPLY,
        source="monitor",
        issuer="",
        board="",
        url="",
        date=None,
        published_at=None,
        title="运行状态",
        details={},
    ),
    EventKind.CHAT_WELCOME: event(
        EventKind.CHAT_WELCOME,
        source="monitor",
        issuer="",
        board="",
        url="",
        date=None,
        published_at=None,
        details={"projects": 1282},
    ),
}
