"""Events whose every text is hostile, decided by bytes alone: what the renderers are fed."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from monitor.domain.events import Event, EventKind, event_id
from monitor.domain.records import Figure
from monitor.domain.stages import State

AT = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)

_NASTY = (
    "<b>", "</a>", "&amp;", "&", "<a href='tg://user?id=1'>", "@everyone", "/start", "\u202e", "\u2066",
    "\u200d", "\x00", "\x1b[31m",
    "\r\n", "\t", "http://evil.example/", "javascript:alert(1)", "t.me/x", "…" * 300, "字" * 900,
    "𝔘" * 500, '"' * 700, "e\u0301" * 200,
    "示例芯片股份有限公司", "=cmd|' /C calc'!A0", "]]>", "",
)  # fmt: skip


def made_event(data: bytes) -> Event:
    """An event whose every text is hostile, decided by the bytes alone."""
    rng = random.Random(data)
    own = data.decode("utf-8", "replace")

    def text(most: int = 3) -> str:
        pieces = [rng.choice((*_NASTY, own[: rng.randint(0, 400)])) for _ in range(rng.randint(0, most))]
        return "".join(pieces)

    def amount() -> Decimal:
        return Decimal(rng.randint(-(10**18), 10**18)).scaleb(-rng.randint(0, 6))

    kind = rng.choice(list(EventKind))
    figures = tuple(
        Figure(
            kind=rng.choice(("planned_proceeds", "offer_price", text(1))),
            amount=amount(),
            currency=rng.choice(("CNY", "USD", "HKD")),
            as_printed=text(),
        )
        for _ in range(rng.randint(0, 2))
    )
    keys = ("issuer_short", "sponsors", "previous_stage", "document_type", "document_url", "tutor",
    "report_type",
            "office", "status", "role", "correction", "verdict", "since", "last_ok", "why",
            "percentile_faster",
            "days_since_acceptance", "days_since_previous", "percentile_sample", "unknown_code",
            "fictional",
            "earlier_project", "posted_late", "unusual_move", "issuer_en", text(1))  # fmt: skip
    values = (text(), rng.randint(-(10**9), 10**9), rng.random() * 10**9, rng.random() < 0.5)
    return Event(
        id=event_id("sse_star", text(1), kind, text(1)),
        kind=kind,
        source=rng.choice(("sse_star", "csrc_tutoring", text(1))),
        project_id=text(1),
        issuer=text(),
        board=rng.choice(("1", "2", text(1))),
        state=State(rng.choice(("1", "2", "3", "5", "7", "77", text(1))), rng.choice(("", "1", "9", text(1))))
        if rng.random() < 0.8
        else None,
        date=date(2026, 7, 6) if rng.random() < 0.8 else None,
        published_at=AT - timedelta(days=rng.randint(-9000, 90_000)) if rng.random() < 0.8 else None,
        first_seen_at=AT,
        reason=text(6),
        title=text(6),
        url=rng.choice(("https://www.sse.com.cn/x?auditId=1", "http://127.0.0.1/", text())),
        before=text(),
        after=text(),
        figures=figures,
        details={key: rng.choice(values) for key in keys if rng.random() < 0.4},
    )
