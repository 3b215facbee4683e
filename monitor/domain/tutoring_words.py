"""The words of the tutoring list (辅导状态, 报告类型) and what each means; tables as data.

Rule: a word outside the tables keeps its raw spelling, becomes a shown event and an operator notice.
Grade: no complete page was captured. 辅导备案, 辅导验收, 撤回辅导备案 and 辅导工作完成 are attested by
three independent readers of the page (2026), every other entry is INFERRED from the rules' wording.
"""

from __future__ import annotations

import re
from enum import StrEnum

from monitor.domain.names import normalise_company_name
from monitor.domain.records import TutoringRow


class Status(StrEnum):
    """What a 辅导状态 says of the company."""

    FILED = "filed"
    UNDER_WAY = "under_way"
    COMPLETED = "completed"  # the tutor's work is done; not yet the regulator's acceptance
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


class Report(StrEnum):
    """What a 报告类型 says of the document."""

    FILING = "filing"
    PROGRESS = "progress"
    COMPLETION = "completion"
    TUTOR_CHANGE = "tutor_change"
    WITHDRAWAL = "withdrawal"


STATUSES: dict[str, Status] = {
    "辅导备案": Status.FILED,
    "备案完成": Status.FILED,
    "已备案": Status.FILED,
    "辅导中": Status.UNDER_WAY,
    "辅导工作进行中": Status.UNDER_WAY,
    "辅导工作完成": Status.COMPLETED,
    "辅导完成": Status.COMPLETED,
    "辅导验收": Status.ACCEPTED,
    "辅导验收通过": Status.ACCEPTED,
    "辅导验收完成": Status.ACCEPTED,
    "撤回辅导备案": Status.WITHDRAWN,
    "撤回备案": Status.WITHDRAWN,
    "终止辅导": Status.WITHDRAWN,
    "辅导终止": Status.WITHDRAWN,
}

REPORTS: dict[str, Report] = {
    "辅导备案报告": Report.FILING,
    "辅导备案": Report.FILING,
    "备案报告": Report.FILING,
    "辅导备案申请报告": Report.FILING,
    "辅导工作进展报告": Report.PROGRESS,
    "辅导工作进展情况报告": Report.PROGRESS,
    "辅导进展报告": Report.PROGRESS,
    "辅导工作报告": Report.PROGRESS,
    "辅导工作中期报告": Report.PROGRESS,
    "辅导工作完成报告": Report.COMPLETION,
    "辅导工作完成情况报告": Report.COMPLETION,
    "辅导工作总结报告": Report.COMPLETION,
    "辅导总结报告": Report.COMPLETION,
    "辅导验收报告": Report.COMPLETION,
    "更换辅导机构": Report.TUTOR_CHANGE,
    "变更辅导机构": Report.TUTOR_CHANGE,
    "更换辅导机构报告": Report.TUTOR_CHANGE,
    "变更辅导机构报告": Report.TUTOR_CHANGE,
    "撤回辅导备案": Report.WITHDRAWAL,
    "撤回辅导备案报告": Report.WITHDRAWAL,
    "撤回辅导备案申请": Report.WITHDRAWAL,
    "终止辅导": Report.WITHDRAWAL,
    "终止辅导报告": Report.WITHDRAWAL,
    "辅导终止报告": Report.WITHDRAWAL,
}

_PERIOD = re.compile(r"第[〇零一二三四五六七八九十百两\d]+期")


def status_of(row: TutoringRow) -> Status | None:
    """The status of a row, None when its word is in no table."""
    return STATUSES.get(normalise_company_name(row.status))


def report_of(row: TutoringRow) -> Report | None:
    """The kind of a row's report, its period (第一期) left aside; None when its word is in no table."""
    word = normalise_company_name(row.report_type)
    return REPORTS.get(re.sub(rf"\(?{_PERIOD.pattern}\)?", "", word))


def period_of(row: TutoringRow) -> str:
    """The period a report names, as printed (第三期); "" when it names none."""
    found = _PERIOD.search(row.title) or _PERIOD.search(row.report_type)
    return found[0] if found else ""
