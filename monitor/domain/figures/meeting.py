"""The day of a listing committee meeting (上市委会议), read from the notice that calls it (审议会议公告).

Rule: the day stands in the sentence that calls the meeting; two days, or a result's past tense, give none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from monitor.domain.figures.pages import Page
from monitor.domain.money import simplify

__all__ = ["calls_meeting_off", "find_meeting_day"]

_CALLED = re.compile(
    r"(?:定于|将于|拟于)(?P<year>20\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日[^。]{0,60}?(?:召开|举行)[^。]{0,60}?审议会议"
)
_CANCELLED = re.compile(r"(?:取消|推迟|延期)(?:召开)?(?:对[^。]{1,60})?(?:的)?审议|取消审议")

# In the issuer's own sentence, either way round: 取消审议某公司, 取消对某公司…的审议, 对某公司的审议延期.
_OFF = re.compile(
    r"(?:取消|推迟|延期|暂缓)(?:召开)?(?:对)?[^,。;]{0,60}?审议|审议[^,。;]{0,20}(?:取消|推迟|延期|暂缓)"
)


def find_meeting_day(pages: Sequence[Page], *, issuer: str = "") -> date | None:
    """The one day the notice calls a meeting for; None where it names none, several, or not the issuer."""
    text = re.sub(r"\s", "", simplify("".join(page.text for page in pages)))
    if issuer and _bare(issuer) not in _bare(text):
        return None
    if _CANCELLED.search(text):
        return None
    days = set()
    for match in _CALLED.finditer(text):
        try:
            days.add(date(int(match["year"]), int(match["month"]), int(match["day"])))
        except ValueError:
            return None  # a day the calendar does not have
    return days.pop() if len(days) == 1 else None


def calls_meeting_off(pages: Sequence[Page], *, issuer: str) -> bool:
    """Whether a sentence of the notice that names the issuer cancels or puts off its review (取消审议)."""
    text = _bare("".join(page.text for page in pages))
    name = _bare(issuer)
    return bool(name) and any(name in part and _OFF.search(part) for part in re.split("[。;]", text))


def _bare(text: str) -> str:
    return re.sub(r"[\s()]", "", simplify(text))
