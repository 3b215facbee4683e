"""The conformance kit: the same ten bad days for every channel, each with the outcome it must report.

Use: `@pytest.mark.parametrize("day", DAYS, ids=str)`, stage the day on the channel's own double, send once,
then `day.check(outcome)`. A channel whose service cannot have a day says so with a reason.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from alerts.contract import Delivered, Outcome, Payload, Rejected, RetryLater
from alerts.message import Fact, Link, Message
from alerts.text import inert, labelled, unlinkable


class Day(StrEnum):
    """What the service does to one send."""

    OK = "ok"
    ERROR_IN_200 = "200-with-error"
    BAD_MESSAGE = "400"
    TOKEN_REVOKED = "401"
    CHAT_REFUSED = "403"
    SLOW_DOWN = "429 with a delay of 7 s"
    SERVER_ERROR = "500"
    TIMEOUT = "timeout"
    RESET = "reset"
    GARBAGE = "garbage"

    def check(self, outcome: Outcome, *, one_chat: bool = False) -> None:
        """Assert the one outcome this day may have; whether it may have arrived is part of it.

        `one_chat`: the channel's only chat is the channel, so a refused chat is a lost channel.
        """
        match self:
            case Day.OK:
                assert isinstance(outcome, Delivered)
                assert outcome.receipt
            case Day.ERROR_IN_200:
                assert isinstance(outcome, Rejected), "success is what the body says"
            case Day.BAD_MESSAGE:
                assert isinstance(outcome, Rejected)
                assert outcome.scope == "message"
            case Day.TOKEN_REVOKED:
                assert isinstance(outcome, Rejected)
                assert outcome.scope == "channel"
            case Day.CHAT_REFUSED:
                assert isinstance(outcome, Rejected)
                assert outcome.scope == ("channel" if one_chat else "chat")
            case Day.SLOW_DOWN:
                assert isinstance(outcome, RetryLater)
                assert (outcome.after, outcome.ambiguous) == (timedelta(seconds=7), False)
            case Day.SERVER_ERROR | Day.TIMEOUT | Day.RESET | Day.GARBAGE:
                assert isinstance(outcome, RetryLater)
                assert outcome.ambiguous, "the message may have arrived"


@dataclass(frozen=True, slots=True)
class Hostile:
    """A title that tries something, and the words of it that must stay readable."""

    name: str
    text: str
    readable: str


HOSTILE = [
    Hostile("tag", "<b>芯片</b>", "<b>芯片</b>"),
    Hostile("closing anchor", "</a>芯片<a href='https://evil.example'>", "</a>芯片<a href="),
    Hostile("ampersand", "A&B &lt; &amp;", "A&B &lt; &amp;"),
    Hostile("markdown", "_芯_ *片* `x` [a](b)", "_芯_ *片* `x` [a](b)"),
    Hostile("quotes", "\"芯\" '片'", "\"芯\" '片'"),
    Hostile("reversed", "芯\u202e片\u2066股\u2069份", "芯片股份"),
    Hostile("zero width", "芯\u200b片\u200d股\ufeff份", "芯片股份"),
    Hostile("controls", "芯\x00片\x1b[31m股\x9b份", "芯片[31m股份"),
    Hostile("new lines", "芯\r\n拟募集资金：100亿元\u2028x", "芯 拟募集资金：100亿元 x"),
    Hostile("mention", "芯片@admin", "芯片＠admin"),
    Hostile("command", "/start 芯片", "／start 芯片"),
    Hostile("host", "芯片 evil.com https://evil.cn/x", "evil．com"),
    Hostile("astral", "𠮷𠮷🀄𝔸", "𠮷𠮷🀄𝔸"),
    Hostile("combining", "e\u0301芯" + "\u0335" * 40, "e\u0301芯"),
    Hostile("surrogate", "芯\ud800片", "芯片"),
    Hostile("100 KB", "芯<&>片" * 20_000, "芯<&>片" * 10),
]


def message(title: str = "上市委会议通过", *, facts: int = 3) -> Message:
    """A message with the title in each place a title can reach."""
    return Message(
        alert_id="#A1B2",
        icon="✅",
        headline=f"示例 · {title}",
        facts=tuple(Fact(label="标题" if number else "Title", value=title) for number in range(facts)),
        links=(
            Link(label="项目页面", url="https://www.sse.com.cn/listing/renewal/ipo/detail.shtml?auditId=1"),
        ),
        why=title,
        notes=(title,),
    )


def long_message(headline: str, values: Sequence[str], links: int) -> Message:
    """A message with these facts, F0, F1, …, and as many links."""
    return Message(
        alert_id="#A1B2",
        icon="✅",
        headline=headline,
        facts=tuple(Fact(label=f"F{number}", value=value) for number, value in enumerate(values)),
        links=tuple(
            Link(label=f"L{number}", url=f"https://x.sse.com.cn/{number}") for number in range(links)
        ),
    )


def check_told_once(parts: Sequence[Payload], values: Sequence[str], links: int) -> None:
    """Every part has headline, first link and alert id; joined, the facts are whole, in order."""
    lines: list[str] = []
    for number, part in enumerate(parts, start=1):
        assert (part.part, part.parts) == (number, len(parts))
        head, *body = part.plain.split("\n")
        assert (f"({number}/{len(parts)})" in head) == (len(parts) > 1)
        assert body[-1] == "#A1B2"
        assert ("https://x.sse.com.cn/0" in part.plain) == (links > 0)
        lines += [line for line in body[:-1] if not line.startswith("🔗 ")]
    whole: list[str] = []
    for line in lines:
        if line.startswith("↳ "):
            whole[-1] += line.removeprefix("↳ ")
        else:
            whole.append(line)
    told = [labelled(f"F{number}", unlinkable(inert(value))) for number, value in enumerate(values)]
    assert whole[len(whole) - len(told) :] == told
    for number in range(links):
        assert any(f"L{number}: https://x.sse.com.cn/{number}" in part.plain for part in parts)


def assert_no_secret(secret: str, *seen: object) -> None:
    """Nothing that was logged, returned or raised holds the secret or its recognisable half."""
    half = secret.partition(":")[2] or secret
    for one in seen:
        for text in (str(one), repr(one)):
            assert secret not in text
            assert not re.search(re.escape(half), text)
