"""Events and messages whose every text is hostile, decided by bytes alone: what the renderers are fed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from alerts.message import Button, Fact, Link, Message
from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.records import Figure
from monitor.domain.stages import State
from tests.reliability.fuzzing.target import Choices

AT = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)

_NASTY = (
    "",
    "甲",
    "示例芯片股份有限公司",
    "<b>",
    "</a>",
    "&amp;",
    "&",
    "<a href='tg://user?id=1'>",
    "@everyone",
    "/start",
    "\u202e",
    "\u2066",
    "\u200d",
    "\x00",
    "\x1b[31m",
    "\r\n",
    "\t",
    "http://evil.example/",
    "javascript:alert(1)",
    "t.me/x",
    "=cmd|' /C calc'!A0",
    "]]>",
    "*_~`",
    "[x](y)",
    "|a|b|c|d|e|f",
    "2026-07-06",
    "2026-07-06|milestone|5|1|2098|甲",
    "planned_proceeds|changed|1|2|80亿元|70亿元|",
    "2025 1-6",
    "8-1",
    "12",
    "9" * 4400,
    "…" * 300,
    "字" * 900,
    "𝔘" * 500,
    '"' * 700,
    "e\u0301" * 200,
    "&" * 2000,
)
_LONG_FROM = _NASTY.index("9" * 4400)
# Every detail a renderer reads, and one that none does.
_KEYS = (
    "at_discovery", "bulletin_kind", "calendar_kind", "changes", "change_01", "change_02", "correction",
    "count", "days_left", "days_since_acceptance", "days_since_filing", "days_since_previous",
    "days_since_tutoring_filed", "days_to_listing", "document_kind", "document_type", "document_url",
    "draft", "earlier_date", "earlier_project", "earlier_type", "evidence", "evidence_kind",
    "evidence_word", "fictional", "filed_on", "former_names", "grade", "grade_pinned", "grade_registered",
    "grade_word", "issuer_en", "issuer_short", "item_01", "item_02", "last_ok", "league_ai_of",
    "league_ai_rank", "league_kind", "league_of", "league_rank", "league_unknown", "league_year",
    "list_planned", "list_trouble", "listing_standard", "listing_standard_page", "lottery_rate",
    "lottery_rate_unit", "message", "more", "new_issuer", "office", "over_plan", "over_plan_kind",
    "over_plan_percent", "page", "pages", "pe_ratio", "percentile_faster", "percentile_sample", "period",
    "planned_fen", "polls_failed", "posted_late", "previous_stage", "purchase_limit",
    "registration_number", "report_type", "repost", "role", "security_code", "since", "sponsors",
    "stage_path", "status", "tutor", "tutoring_accepted", "tutoring_days", "tutoring_filed", "unknown",
    "unknown_code", "unusual_move", "verdict", "why", "withheld", "withheld_kinds", "withheld_page",
    "withheld_why", "nobody_reads_this",
)  # fmt: skip
_NUMBERS = {"over_plan", "over_plan_percent"}  # exact decimals of our own making
_OWN_TEXT = {"message"}  # written by ourselves: a message made beforehand
_ITEMS = {"item_01", "item_02"}  # the same: items_of raises for a detail that is none
_KINDS = list(EventKind)


def hostile(choices: Choices, most: int = 2) -> str:
    """Text of nasty pieces and of the bytes' own characters; seldom a long one."""
    pieces = []
    for _ in range(choices.number(0, most)):
        if choices.chance(90):
            pieces.append(choices.text(40))
        else:
            long = choices.chance(2)
            pieces.append(choices.pick(_NASTY if long else _NASTY[:_LONG_FROM]))
    return "".join(pieces)


def either(choices: Choices, among: Sequence[str]) -> str:
    """One of these, or hostile text."""
    at = choices.byte() % (len(among) + 1)
    return among[at] if at < len(among) else hostile(choices, 1)


def amount(choices: Choices) -> Decimal:
    """Any amount, also a negative or a huge one."""
    return Decimal(choices.number(-(10**18), 10**18)).scaleb(-choices.number(0, 6))


def figure(choices: Choices) -> Figure:
    """A figure as an event carries it."""
    kinds = ("planned_proceeds", "offer_price", "proceeds_item", "net_proceeds", "revenue")
    return Figure(
        kind=either(choices, kinds),
        amount=amount(choices),
        currency=choices.pick(("CNY", "USD", "HKD", "")),
        as_printed=hostile(choices),
        qualifier=either(
            choices,
            (
                "",
                "约",
            ),
        ),
        period=either(
            choices,
            (
                "",
                "2024",
                "2025 1-6",
            ),
        ),
        label=hostile(choices, 1),
        page=choices.pick((None, 1, 400)),
        quote=hostile(choices, 1),
    )


def made_event(choices: Choices) -> Event:
    """An event decided by the bytes alone."""
    kind = choices.pick(_KINDS)
    details: dict[str, str | int | float | bool] = {}
    for _ in range(choices.number(0, 12)):
        key = choices.pick(_KEYS)
        if key in _OWN_TEXT:
            continue
        how = choices.byte() % 6
        if key in _NUMBERS:
            details[key] = str(amount(choices))
        elif key in _ITEMS:
            details[key] = "|".join(
                (
                    "2026-07-06",
                    choices.pick(_KINDS).value,
                    choices.pick(("", "5")),
                    "1",
                    "2",
                    hostile(choices, 1),
                )
            )
        else:
            details[key] = (
                hostile(choices)
                if how < 3
                else choices.number(-(10**9), 10**9)
                if how == 3
                else choices.number(0, 10**6) / 997
                if how == 4
                else choices.chance(128)
            )
    codes = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "77", "tutoring-filed")
    return Event(
        id=event_id("sse_star", hostile(choices, 1), kind, hostile(choices, 1)),
        kind=kind,
        source=either(
            choices,
            (
                "sse_star",
                "csrc_tutoring",
                "sse_issue",
            ),
        ),
        project_id=hostile(choices, 1),
        issuer=hostile(choices),
        board=either(
            choices,
            (
                "科创板",
                "主板",
                "",
            ),
        ),
        state=State(either(choices, codes), choices.pick(("", "1", "4", "9")))
        if choices.chance(200)
        else None,
        date=date(2026, 7, 6) if choices.chance(200) else None,
        published_at=AT - timedelta(days=choices.number(-9000, 90_000)) if choices.chance(200) else None,
        first_seen_at=AT,
        reason=hostile(choices, 4),
        title=hostile(choices, 4),
        url=either(
            choices,
            (
                "https://www.sse.com.cn/x?auditId=1",
                "http://127.0.0.1/",
            ),
        ),
        before=hostile(choices),
        after=hostile(choices),
        figures=tuple(figure(choices) for _ in range(choices.number(0, 3))),
        details=details,
    )


def made_message(choices: Choices) -> Message:
    """A message as a renderer or the bot would hand it to a channel."""
    urls = ("https://www.sse.com.cn/x", "http://a.example/" + "a" * 3000, "https://[", "ftp://x")
    return Message(
        alert_id=either(
            choices,
            (
                "#A1B2",
                "",
            ),
        ),
        icon=either(
            choices,
            (
                "📥",
                "",
            ),
        ),
        headline=hostile(choices, 3),
        facts=tuple(
            Fact(label=hostile(choices, 1), value=hostile(choices, 3)) for _ in range(choices.number(0, 9))
        ),
        links=tuple(
            Link(label=hostile(choices, 1), url=either(choices, (*urls,)))
            for _ in range(choices.number(0, 4))
        ),
        why=hostile(choices),
        notes=tuple(hostile(choices) for _ in range(choices.number(0, 3))),
        urgent=choices.chance(60),
        own_words=choices.chance(30),
        buttons=tuple(
            (Button(label=choices.text(40) or "x", data=f"w {n}~0123456789"),)
            for n in range(choices.number(0, 3))
        ),
    )
