"""A made-up market of 1,282 projects in the exchange's wire form, and a server of it in a process of its own.

Rule: every name is openly fictional; sizes and shapes follow the exchange's rows (about 4.5 kB each).
Rule: the server is told from standard input what time it shows, so one row changes when the bench says so.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from monitor.demo.answers import encode_rows, envelope, page_of
from monitor.demo.exchange import Exchange, serve
from monitor.demo.season import diagram
from monitor.demo.world import SHANGHAI, Project, Row, World

ROWS = 1282
QUIET = datetime(2026, 3, 2, 18, 0, tzinfo=SHANGHAI)
"""Until then everything but the changes has been published."""
CHANGES = 40
"""Projects with one more milestone each, a minute apart, after QUIET."""

_PEOPLE = {1: 5, 2: 3, 3: 3, 4: 3}
_TITLES = ("董事长", "总经理", "董秘", "其他")
_NEVER: Row = {"commitiResult": "", "registeResult": "", "suspendStatus": ""}


def market(rows: int = ROWS) -> World:
    """So many projects under review; the first CHANGES of them move on after QUIET."""
    return World(_project(number, rows) for number in range(1, rows + 1))


def list_page(world: World, page: int, size: int) -> bytes:
    """The bytes of one page of the project list as the exchange sends them: each row twice."""
    params = {"isPagination": "true", "pageHelp.pageSize": str(size), "pageHelp.pageNo": str(page)}
    found = page_of(world.as_of(QUIET).projects(), params)
    return envelope(found, encode_rows(found.rows, escape=False), params)


def _project(number: int, rows: int) -> Project:
    key = str(2000 + number)
    accepted = QUIET - timedelta(days=rows - number + 60)
    events = [_event(key, 1, accepted), _event(key, 2, accepted + timedelta(days=20))]
    if number <= CHANGES:
        events.append(_event(key, 3, QUIET + timedelta(minutes=number), commitiResult=1))
    events.reverse()
    return Project(info=_info(key, accepted, events), events=tuple(events), stages=tuple(diagram(events)))


def _event(key: str, status: int, at: datetime, **results: int) -> Row:
    return {
        "timesave": f"{at:%Y-%m-%d %H:%M:%S}",
        "qianDate": f"{at:%Y-%m-%d %H:%M:%S}",
        "publishDate": f"{at:%Y-%m-%d}",
        "auditStatus": status,
        **_NEVER,
        **results,
        "stockAuditNum": key,
        "reasonDesc": "",
        "auditItemId": _mark("event", key, status),
    }


def _info(key: str, accepted: datetime, events: list[Row]) -> Row:
    newest = events[0]
    name = f"示例第{key}号智能计算芯片股份有限公司"
    return {
        "updateDate": newest["qianDate"].replace("-", "").replace(":", "").replace(" ", ""),
        "planIssueCapital": round(5 + int(key) % 70 + 0.0625, 4),
        "suspendStatus": newest["suspendStatus"],
        "wenHao": "",
        "stockAuditName": name,
        "currStatus": newest["auditStatus"],
        "stockAuditNum": key,
        "registeResult": newest["registeResult"],
        "intermediary": [_intermediary(key, kind, people) for kind, people in _PEOPLE.items()],
        "collectType": 1,
        "stockIssuer": [_officer(key, name, place, title) for place, title in enumerate(_TITLES)],
        "createTime": f"{accepted:%Y%m%d%H%M%S}",
        "issueAmount": "",
        "auditApplyDate": f"{accepted:%Y%m%d%H%M%S}",
        "commitiResult": newest["commitiResult"],
        "issueMarketType": 1,
        "OPERATION_SEQ": _mark("row", key),
    }


def _intermediary(key: str, kind: int, people: int) -> Row:
    house = f"示例{'证会律评'[kind - 1]}{int(key) % 30}服务机构（特殊普通合伙）"
    persons = [
        {
            "i_p_personName": f"示例{chr(0x7532 + at)}",
            "i_p_jobType": kind * 10 + at + 1,
            "i_p_personId": str(int(key) * 100 + kind * 10 + at),
            "i_p_jobTitle": f"第{at + 1}签字代表人",
        }
        for at in range(people)
    ]
    return {
        "auditId": key,
        "i_intermediaryType": kind,
        "i_intermediaryId": str(kind * 10000),
        "i_person": persons,
        "i_intermediaryAbbrName": house[:8],
        "i_intermediaryName": house,
        "i_intermediaryOrder": "",
    }


def _officer(key: str, name: str, place: int, title: str) -> Row:
    return {
        "s_personName": "示例甲",
        "auditId": key,
        "s_stockIssueId": key,
        "s_personId": str(int(key) * 10 + place),
        "s_issueCompanyFullName": name,
        "s_csrcCode": "C39",
        "s_jobTitle": title,
        "s_issueCompanyAbbrName": f"示例{key}",
        "s_csrcCodeDesc": "计算机、通信和其他电子设备制造业",
        "s_province": "上海",
        "s_areaNameDesc": "浦东新区",
        "s_companyCode": "",
    }


def _mark(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:32]


class Server:
    """The exchange of the market in another process, so that its work is not counted as ours."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.url = json.loads(self._line())["url"]

    def show(self, changes: int) -> None:
        """Show the market with so many of its late changes."""
        self._ask("show", changes)

    def first_request_after(self, since: float) -> float | None:
        """Monotonic second of the first answer since an instant of that clock; None before there is one."""
        found = self._ask("first", since)["first"]
        return None if found is None else float(found)

    def _ask(self, word: str, value: float) -> dict[str, float | None]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([word, value]) + "\n")
        self._process.stdin.flush()
        answer: dict[str, float | None] = json.loads(self._line())
        return answer

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def running_server() -> Iterator[Server]:
    """A server on a free loopback port; it ends when the block does."""
    command = [sys.executable, "-m", "monitor.bench_market"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own module
        try:
            yield Server(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()  # the end of its input ends it


async def _serve() -> None:
    shown = QUIET
    answered: list[float] = []

    def clock() -> datetime:
        answered.append(time.monotonic())
        return shown

    loop = asyncio.get_running_loop()
    async with serve(Exchange(market(), clock)) as url:
        _say({"url": url})
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            word, value = json.loads(line)
            if word == "show":
                shown = QUIET + timedelta(minutes=int(value))
                _say({})
            else:
                _say({"first": next((at for at in answered if at > value), None)})


def _say(words: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve())
