"""The day of a listing committee meeting, as the exchange's notices call it."""

# ruff: noqa: E501  sentences of notices stand on one line

from __future__ import annotations

from datetime import date

import pytest

from monitor.domain.figures.meeting import calls_meeting_off, find_meeting_day
from monitor.domain.figures.pages import Page

GPU = "某图芯智能科技（北京）股份有限公司"


def day(*texts: str, issuer: str = GPU) -> date | None:
    """The day read from pages numbered from one."""
    return find_meeting_day([Page(number=at, text=text) for at, text in enumerate(texts, 1)], issuer=issuer)


@pytest.mark.parametrize(
    "text",
    [
        f"上海证券交易所上市审核委员会定于2025年9月26日上午9时召开2025年第40次上市审核委员会审议会议。审议的发行人：{GPU}（首发）",
        f"科创板上市委员会定于2025年9月26日召开2025年第40次审议会议。审议{GPU}（首发）。委员名单如下",
        f"本所上市审核委员会将于 2025 年 9 月\n26 日召开 2025 年第 40 次审议\n会议，审议 {GPU[:6]}\n{GPU[6:]}。2025年9月19日",
        f"上市委定于２０２５年９月２６日召开第40次审议会议，审议{GPU.replace('（', '(').replace('）', ')')}",
    ],
)
def test_the_day_the_notice_calls_is_read(text: str) -> None:
    """The day of the meeting, not the notice's own date below it, in every print."""
    assert day(text) == date(2025, 9, 26)


@pytest.mark.parametrize(
    "text",
    [
        f"上市审核委员会2025年第40次审议会议于2025年9月26日召开，{GPU}符合发行条件。",
        f"取消审议{GPU}发行上市申请。本所定于2025年9月26日召开2025年第40次审议会议的其他事项不变。",
        f"定于2025年9月26日召开第40次审议会议，审议{GPU}；定于2025年9月27日召开第41次审议会议。",
        f"定于2025年2月30日召开2025年第40次审议会议，审议{GPU}。",
        "定于2025年9月26日召开2025年第40次审议会议，审议另一家科技股份有限公司。",
        f"{GPU}定于2025年9月26日召开临时股东会，审议募集资金事项。",
    ],
)
def test_what_calls_no_one_meeting_of_the_issuer_gives_no_day(text: str) -> None:
    """Results, cancellations, two meetings, impossible days and other issuers' or other meetings give none."""
    assert day(text) is None


@pytest.mark.parametrize(
    ("text", "off"),
    [
        (f"本所决定取消审议{GPU}发行上市申请。", True),
        (f"鉴于会后事项，上市审核委员会取消第40次审议会议对{GPU}首发申请的审议。", True),
        (f"{GPU}的审议延期至2025年10月9日。", True),
        (f"本所决定取消审议另一家科技股份有限公司发行上市申请。原定{GPU}的审议照常进行。", False),
        (f"上市委定于2025年9月26日召开第40次审议会议，审议{GPU}。", False),
        ("本所决定取消审议另一家科技股份有限公司发行上市申请。", False),
    ],
)
def test_only_a_sentence_that_names_the_issuer_calls_its_review_off(text: str, off: bool) -> None:
    """A meeting of several issuers loses only the one whose review is cancelled."""
    assert calls_meeting_off([Page(number=1, text=text)], issuer=GPU) is off
