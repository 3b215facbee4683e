"""What kind of answer a host gave, decided before anything is parsed.

Rule: pure; a page that refuses programs or reports trouble must never be read as zero rows.
Rule: challenge marks count only in answers that look like a page, never inside data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from monitor.domain.errors import Blocked, DecodeError, NotFound, RateLimited, Refused, ServerTrouble
from scrapers.contract import Request

# 412 and 521 are how Chinese site shields answer a program while serving browsers.
_REFUSING = frozenset({401, 403, 412, 451, 521})
_LONGEST_WISH = timedelta(days=1)
_SIDEKICKS = b"\xef\xbb\xbf \t\r\n"
# Scripts and words of shields, sure signs even on a page that was expected to be HTML.
_CHALLENGES = tuple(
    mark.encode(charset)
    for mark, charset in [
        ("acw_sc__v2", "ascii"),  # Alibaba's shield, seen instead of bulletins on www and static
        ("__jsl_clearance", "ascii"),
        ("CloudWAF", "ascii"),
        ("_cf_chl_opt", "ascii"),
        ("访问被拦截", "utf-8"),
        ("访问被拦截", "gb18030"),
    ]
)
_MAINTENANCE = tuple(
    word.encode(charset) for word in ("系统维护", "系统升级", "系统繁忙") for charset in ("utf-8", "gb18030")
)
_STARTS_JSON = re.compile(rb"[\[{]|[A-Za-z_$][\w$.]*\s*\(")
_WRAPPED_OBJECT = re.compile(rb"(?:[\w$.]+\s*\()?\s*(\{.*\})\s*\)?\s*;?\s*", re.DOTALL)


def classify(request: Request, status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Return when the answer is of the kind expected, otherwise raise what the caller must do.

    `headers` are looked up by lower-case names.
    Raises RateLimited, Blocked, NotFound, ServerTrouble, Refused or DecodeError.
    """
    start = body[:65_536].lstrip(_SIDEKICKS)
    page = start.startswith(b"<")
    where = f"{request.label}: the host"
    if status == 429:
        raise RateLimited(f"{where} asked us to slow down (429)", retry_after(headers))
    if page and (mark := _found(_CHALLENGES, body[:262_144])):
        raise Blocked(f"{where} answered {status} with a challenge page ({mark})")
    if status in _REFUSING:
        raise Blocked(f"{where} refused with status {status}")
    if status in (404, 410):
        raise NotFound(f"{where} has no such page ({status})")
    if status >= 500:
        raise ServerTrouble(f"{where} answered with its own error, status {status}")
    if status != 200:
        raise Refused(f"{where} answered with status {status}, which we did not ask for")
    if not start:
        raise ServerTrouble(f"{where} answered with an empty body")
    if error := _reported_error(body):
        raise ServerTrouble(f"{where} reported {error}")
    if request.expects == "json" and not page:
        if not _STARTS_JSON.match(start):
            raise DecodeError(f"{request.label}: neither JSON nor JSONP", seen=start[:80])
    elif request.expects == "pdf" and not page:
        # Readers accept the signature anywhere in the first 1,024 bytes (PDF 1.7, appendix H).
        if b"%PDF-" not in body[:1024]:
            raise DecodeError(f"{request.label}: no PDF signature", seen=start[:80])
    elif request.expects != "html":
        _raise_for_page(request, start)
    elif not page:
        raise DecodeError(f"{request.label}: no HTML", seen=start[:80])
    elif len(body) < 16_384 and _found(_MAINTENANCE, start) and b"<table" not in start.lower():
        raise ServerTrouble(f"{where} shows a maintenance page")


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The host's own wish: seconds, or a date measured against the answer's Date header; at most a day."""
    wish = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", wish):
        return min(timedelta(seconds=int(wish)), _LONGEST_WISH)
    try:
        pause = parsedate_to_datetime(wish) - parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, TypeError):  # TypeError: one of them names no zone
        return None
    return min(max(pause, timedelta(0)), _LONGEST_WISH)


def host_time(headers: Mapping[str, str]) -> datetime | None:
    """The host's clock when it answered, aware UTC; None without a usable Date, or out of a cache (Age)."""
    if headers.get("age", "0").strip() != "0":
        return None
    try:
        told = parsedate_to_datetime(headers.get("date", ""))
    except (ValueError, OverflowError):
        return None
    return told if told.tzinfo is not None else told.replace(tzinfo=UTC)


def _raise_for_page(request: Request, start: bytes) -> None:
    """A page where data was due: maintenance words are the host's trouble, a bare script is a challenge."""
    if _found(_MAINTENANCE, start):
        raise ServerTrouble(f"{request.label}: the host shows a maintenance page")
    without_scripts = re.sub(rb"(?is)<script.*?(</script>|$)|<[^>]*>|\s", b"", start)
    if b"<script" in start.lower() and len(without_scripts) < 64:
        raise Blocked(f"{request.label}: the host answered with nothing but a script")
    title = re.search(rb"(?is)<title[^>]*>(.{0,120}?)</title>", start)
    seen = (title[1] if title else start[:120]).decode("utf-8", "replace")
    raise DecodeError(f"{request.label}: a page came where {request.expects} was expected", seen=seen)


def _found(marks: tuple[bytes, ...], body: bytes) -> str:
    return next((mark.decode("gb18030", "replace") for mark in marks if mark in body), "")


def _reported_error(body: bytes) -> str:
    """The words of `{"success":"false","error":"系统繁忙...","errorType":…}`, which comes with status 200."""
    if len(body) > 4096 or b"success" not in body:
        return ""
    wrapped = _WRAPPED_OBJECT.fullmatch(body.strip(_SIDEKICKS))
    try:
        answer = json.loads(wrapped[1]) if wrapped else None
    except (ValueError, RecursionError):  # not JSON: the parser will say so with evidence
        return ""
    if not isinstance(answer, dict) or str(answer.get("success")).lower() != "false":
        return ""
    words = str(answer.get("error") or answer.get("errorType") or "")[:120]
    return words if "errorType" in answer or "系统繁忙" in words else ""
