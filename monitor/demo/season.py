"""Reads our own season file and expands it to the exchange's wire rows.

Rule: pure but for reading the file. What the season does not know stays empty the way the exchange leaves
it empty; a stage without a known day has no row. Times of day in the season are the demo's own.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.demo.documents import document_from_file, file_from_meeting, file_row
from monitor.demo.issues import load_issues
from monitor.demo.season_file import (
    FILED_AT,
    SEASON_FILE,
    SIGNED_AT,
    SeasonDocument,
    SeasonEvent,
    SeasonFiling,
    SeasonProject,
    SeasonSighting,
    read_season,
)
from monitor.demo.world import Filing, Project, Row, World, list_state
from monitor.domain.errors import LayoutChanged

_RESULT_KEY = {3: "commitiResult", 9: "commitiResult", 5: "registeResult", 7: "suspendStatus"}
_MEETING_TYPE = {"I2010": 1, "I2020": 2}
_JOBS = {1: ((21, "保荐业务负责人"), (22, "保荐代表人A")), 2: ((31, "会计事务所负责人"), (32, "签字会计师A"))}
_JOBS |= {
    3: ((41, "律师事务所负责人"), (42, "签字律师A")),
    4: ((51, "评估事务所负责人"), (52, "签字评估师A")),
}


def load_season(path: Path = SEASON_FILE) -> World:
    """The season as a World of wire rows.

    Raises DecodeError for a malformed file, LayoutChanged for an unknown document code or a shared agenda
    naming a project the file does not hold.
    """
    season = read_season(path)
    infos = {p.id: _info(p) for p in season.projects}
    meetings = _meetings(season.projects, infos)
    return World(
        (_project(p, infos[p.id], meetings.get(p.id, [])) for p in season.projects),
        (_filing(f) for f in season.tutoring),
        load_issues() if path == SEASON_FILE else (),
    )


def diagram(events: list[Row]) -> list[Row]:
    """The progress diagram of a project: one row per stage entry, oldest first.

    `events` newest first. Repeats inside a stage are dropped and a past suspension is never shown; the
    snapshot adds the one that still lasts.
    """
    shown: list[Row] = []
    for event in reversed(events):
        mark = (event["auditStatus"], event["commitiResult"], event["registeResult"])
        last = shown[-1] if shown else None
        if event["auditStatus"] == 7:
            continue
        if last and mark == (last["auditStatus"], last["commitiResult"], last["registeResult"]):
            continue
        shown.append({k: v for k, v in event.items() if k != "reasonDesc"})
    return shown


def _hex(*parts: object) -> str:
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:32]


def _wire14(moment: datetime) -> str:
    return moment.strftime("%Y%m%d%H%M%S")


def _results(status: int, outcome: int | None) -> Row:
    row: Row = {"commitiResult": "", "registeResult": "", "suspendStatus": ""}
    if outcome is not None and status in _RESULT_KEY:
        row[_RESULT_KEY[status]] = outcome
    return row


def _event(project: SeasonProject, index: int, event: SeasonEvent) -> Row:
    return {
        "timesave": f"{event.posted:%Y-%m-%d %H:%M:%S}",
        "qianDate": f"{event.signed:%Y-%m-%d %H:%M:%S}",
        "publishDate": event.date.isoformat(),
        "auditStatus": event.status,
        **_results(event.status, event.outcome),
        "stockAuditNum": project.id,
        "reasonDesc": event.reason,
        "auditItemId": _hex("event", project.id, index),
    }


def _sighting(sighting: SeasonSighting) -> Row:
    seen = datetime.combine(sighting.date, sighting.time or SIGNED_AT)
    state: Row = {"currStatus": sighting.status, "updateDate": _wire14(seen)}
    return state | _results(sighting.status, sighting.outcome)


def _intermediaries(project: SeasonProject) -> list[Row]:
    kinds = {1: project.sponsors, 2: project.auditors, 3: project.lawyers, 4: project.appraisers}
    return [
        {
            "auditId": project.id,
            "i_intermediaryType": kind,
            "i_intermediaryId": f"0_{int(_hex(name)[:4], 16)}" if kind == 1 else str(kind * 10000),
            "i_person": [
                {
                    "i_p_personName": "示例",
                    "i_p_jobType": job,
                    "i_p_personId": str(job),
                    "i_p_jobTitle": title,
                }
                for job, title in _JOBS[kind]
                if project.fictional
            ],
            "i_intermediaryAbbrName": name,
            "i_intermediaryName": name,
            "i_intermediaryOrder": order if len(names) > 1 else "",
        }
        for kind, names in kinds.items()
        for order, name in enumerate(names, start=1)
    ]


def _issuers(project: SeasonProject) -> list[Row]:
    titles = ["董事长", "总经理", "董秘", "其他"]
    turn = int(project.id) % 4  # the exchange gives the four in varying order
    return [
        {
            "s_personName": "示例" if project.fictional and title != "其他" else "",
            "auditId": project.id,
            "s_stockIssueId": project.id,
            "s_personId": str(titles.index(title)),
            "s_issueCompanyFullName": project.issuer,
            "s_csrcCode": project.industry,
            "s_jobTitle": title,
            "s_issueCompanyAbbrName": project.short,
            "s_csrcCodeDesc": project.industry_name,
            "s_province": project.province,
            "s_areaNameDesc": "",
            "s_companyCode": "",
        }
        for title in titles[turn:] + titles[:turn]
    ]


def _events(project: SeasonProject) -> list[Row]:
    rows = [_event(project, n, event) for n, event in enumerate(project.events)]
    return sorted(rows, key=lambda row: str(row["qianDate"]), reverse=True)


def _info(project: SeasonProject) -> Row:
    events = _events(project)
    first = next((e for e in project.events if e.status == 1), None)
    accepted = project.accepted or (_wire14(first.signed) if first else "")
    return {
        **list_state(events, [_sighting(s) for s in project.sightings]),
        "planIssueCapital": "" if project.planned is None else project.planned,
        "wenHao": "",
        "stockAuditName": project.title or project.issuer,
        "stockAuditNum": project.id,
        "intermediary": _intermediaries(project),
        "collectType": 1,
        "stockIssuer": _issuers(project),
        "createTime": accepted,
        "auditApplyDate": accepted,
        "issueAmount": "",
        "issueMarketType": project.board,
        "OPERATION_SEQ": _hex("row", project.id),
    }


def _path(project: SeasonProject, index: int, document: SeasonDocument) -> str:
    if document.path:
        return document.path
    day = f"{document.date:%Y%m%d}"
    code = _hex("file", project.id, index)[:4].upper()
    return f"/disclosure/announcement/c/{day[:6]}/{int(project.id):06d}_{day}_{code}.pdf"


def _meetings(projects: list[SeasonProject], infos: dict[str, Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for project in projects:
        for index, document in enumerate(project.documents):
            if document.code not in _MEETING_TYPE:
                continue
            agenda = [project.id, *document.shared]
            if unknown := [i for i in agenda if i not in infos]:
                raise LayoutChanged("a committee agenda names projects the season lacks", seen=unknown)
            path = _path(project, index, document)
            row = {
                "fileName": path.rsplit("/", 1)[-1],
                "fileSize": 200_000 + index,
                "fileUpdTime": _wire14(datetime.combine(document.date, document.time or FILED_AT)),
                "fileTitle": document.title,
                "filePath": path,
                "publishDate": document.date.isoformat(),
                "stockAudit": [
                    {"auditId": i, "companyFullName": _issuer(infos[i]), "auditOrderNo": ""} for i in agenda
                ],
                "fileType": _MEETING_TYPE[document.code],
                "fileId": _hex("file", project.id, index),
            }
            for i in agenda:
                found.setdefault(i, []).append(row)
    return found


def _issuer(info: Row) -> str:
    return str(info["stockIssuer"][0]["s_issueCompanyFullName"])


def _newest(rows: list[Row], key: str) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: str(row[key]), reverse=True))


def _project(project: SeasonProject, info: Row, meetings: list[Row]) -> Project:
    own: list[Row] = []
    for index, document in enumerate(project.documents):
        if document.code in _MEETING_TYPE:
            continue
        own.append(
            file_row(
                info=info,
                code=document.code,
                title=document.title,
                path=_path(project, index, document),
                updated=_wire14(datetime.combine(document.date, document.time or FILED_AT)),
                size=1_000_000 + index if project.fictional else "",
                file_id=str(int(_hex("file", project.id, index)[:7], 16)),
            )
        )
    old = [
        document_from_file(row, item_id=_hex("item", row["filePath"]), mark=_hex("row", project.id))
        for row in own
    ]
    events = _events(project)
    return Project(
        info=info,
        events=tuple(events),
        stages=tuple(diagram(events)),
        documents=_newest(old, "fileUpdateTime"),
        files=_newest(own + [file_from_meeting(row, info) for row in meetings], "fileUpdTime"),
        meetings=_newest(meetings, "fileUpdTime"),
        sightings=tuple(_sighting(s) for s in project.sightings),
        fictional=project.fictional,
    )


def _filing(filing: SeasonFiling) -> Filing:
    day = filing.date
    mark = _hex("filing", filing.company, day, filing.title)[:16]
    fields: dict[str, Any] = {
        key: getattr(filing, key) for key in ("company", "tutor", "state", "office", "report", "title")
    }
    return Filing(
        **fields,
        on=day,
        pdf=f"/csrcfd/pre_ipo/{day.year}/{day.month}/{day.day}/{mark}.pdf",
        fictional=filing.fictional,
    )
