"""Every word an alert may use, once in Chinese and once in English.

Rule: one table per enum, one entry per member; a test walks the enums, so a new member without words fails.
Rule: the exchange's own Chinese word is kept; English is the standard IPO term beside it.
Rule: what is in no table is shown as it came, never dropped and never guessed.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from monitor.domain.events import EventKind
from monitor.domain.grades import Grade
from monitor.domain.records import DocumentType, Role
from monitor.domain.relevance import EvidenceKind
from monitor.domain.stages import OUTCOMES, STAGES, Outcome, Stage, State

Language = Literal["zh", "en"]


class Word(NamedTuple):
    """One thing in both languages."""

    zh: str
    en: str

    def __call__(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


STAGE: dict[Stage, Word] = {
    Stage.ACCEPTED: Word("已受理", "application accepted"),
    Stage.INQUIRY: Word("已问询", "inquiry"),
    Stage.COMMITTEE: Word("上市委会议", "listing committee"),
    Stage.SUBMITTED: Word("提交注册", "submitted for registration"),
    Stage.REGISTRATION: Word("注册结果", "registration result"),
    Stage.ISSUED: Word("已发行", "issued"),
    Stage.SUSPENDED: Word("中止", "review suspended"),
    Stage.TERMINATED: Word("终止", "review terminated"),
    Stage.REEXAMINATION: Word("复审委会议", "re-examination committee"),
    Stage.SUPPLEMENTARY: Word("补充审核", "supplementary review"),
    Stage.TUTORING_FILED: Word("辅导备案", "tutoring filed"),
    Stage.TUTORING_ACCEPTED: Word("辅导验收", "tutoring accepted"),
    Stage.TUTORING_WITHDRAWN: Word("撤回辅导备案", "tutoring filing withdrawn"),
}

OUTCOME: dict[Outcome, Word] = {
    Outcome.COMMITTEE_PASSED: Word("上市委会议通过", "passed"),
    Outcome.CONDITIONAL: Word("有条件通过", "passed with conditions"),
    Outcome.NOT_PASSED: Word("未通过", "not passed"),
    Outcome.DEFERRED: Word("暂缓审议", "decision deferred"),
    Outcome.REEXAMINATION_PASSED: Word("通过", "passed"),
    Outcome.REGISTERED: Word("注册生效", "registration effective"),
    Outcome.REFUSED: Word("不予注册", "registration refused"),
    Outcome.REGISTRATION_TERMINATED: Word("终止注册", "registration terminated"),
    Outcome.FINANCIALS_UPDATE: Word("财报更新", "financial statements to be updated"),
    Outcome.OTHER_MATTERS: Word("其他事项", "other matters"),
}

# Outcomes whose own words already name the stage: "注册生效" needs no "注册结果：" before it.
SELF_EXPLANATORY: dict[Language, frozenset[Outcome]] = {
    "zh": frozenset(
        {
            Outcome.COMMITTEE_PASSED,
            Outcome.REGISTERED,
            Outcome.REFUSED,
            Outcome.REGISTRATION_TERMINATED,
        }
    ),
    "en": frozenset({Outcome.REGISTERED, Outcome.REFUSED, Outcome.REGISTRATION_TERMINATED}),
}

KIND: dict[EventKind, Word] = {
    EventKind.PROJECT_DISCOVERED: Word("新项目", "new project"),
    EventKind.MILESTONE: Word("审核里程碑", "review milestone"),
    EventKind.REVIEW_STEP: Word("审核进展（状态未变）", "review step, state unchanged"),
    EventKind.REASON_ADDED: Word("补充披露原因", "reason disclosed"),
    EventKind.DOCUMENT_DISCLOSED: Word("披露文件", "document disclosed"),
    EventKind.FIGURE_FIRST_SEEN: Word("首次披露金额", "figure first seen"),
    EventKind.FIGURE_REVISED: Word("金额变更", "figure revised"),
    EventKind.ISSUER_RENAMED: Word("发行人更名", "issuer renamed"),
    EventKind.PARTY_CHANGED: Word("中介机构变更", "intermediary changed"),
    EventKind.CORRECTION: Word("更正", "correction"),
    EventKind.TUTORING_REPORT: Word("辅导工作报告", "tutoring progress report"),
    EventKind.RELEVANCE_CHANGED: Word("相关性变更", "relevance changed"),
    EventKind.DAILY_RELATED: Word("每日相关公司动态", "related issuers, daily"),
    EventKind.OFFER_PRICE_SET: Word("发行价格确定", "offer price set"),
    EventKind.SUBSCRIPTION_SCHEDULED: Word("网上申购日期", "online subscription scheduled"),
    EventKind.LOTTERY_RATE: Word("网上中签率", "online lottery rate"),
    EventKind.ISSUE_RESULT: Word("发行结果", "issue result"),
    EventKind.LISTING_SCHEDULED: Word("上市日期", "listing scheduled"),
    EventKind.LISTED: Word("上市", "listed"),
    EventKind.BULLETIN_DISCLOSED: Word("发行上市公告", "issue bulletin"),
    EventKind.FIGURES_READ: Word("文件数据", "figures of a document"),
    EventKind.DRAFT_CHANGED: Word("招股书数据变更", "figures of the prospectus changed"),
    EventKind.REGISTRATION_NUMBER: Word("注册批复文号", "registration decision number"),
    EventKind.CALENDAR_REMINDER: Word("日程提醒", "calendar reminder"),
    EventKind.SOURCE_TROUBLE: Word("数据源异常", "source in trouble"),
    EventKind.SOURCE_RECOVERED: Word("数据源恢复", "source recovered"),
    EventKind.OPERATOR_NOTICE: Word("运维通知", "operator notice"),
    EventKind.BOT_REPLY: Word("机器人答复", "answer of the bot"),
    EventKind.CHAT_WELCOME: Word(
        "已静默建档，之后只提醒新变化", "learned quietly; only what is new is alerted from now on"
    ),
}

GRADE: dict[Grade, Word] = {
    Grade.AI_CHIP: Word("AI 芯片", "AI chips"),
    Grade.RELATED: Word("产业链相关", "related"),
    Grade.NO: Word("无关", "not related"),
}

EVIDENCE: dict[EvidenceKind, Word] = {
    EvidenceKind.PIN: Word("人工指定", "set by the operator"),
    EvidenceKind.REGISTRY: Word("公司名录", "registry of companies"),
    EvidenceKind.MAIN_BUSINESS: Word("招股书主营业务", "business section of the prospectus"),
    EvidenceKind.DESCRIPTION: Word("公司简介", "description"),
    EvidenceKind.PROJECT_TITLE: Word("项目名称", "project title"),
    EvidenceKind.NAME_WORD: Word("公司名称", "company name"),
    EvidenceKind.INDUSTRY_CODE: Word("行业代码", "industry code"),
}

DOCUMENT: dict[DocumentType, Word] = {
    DocumentType.PROSPECTUS_DRAFT: Word("招股说明书（申报稿）", "prospectus, application version"),
    DocumentType.PROSPECTUS_COMMITTEE: Word("招股说明书（上会稿）", "prospectus, committee version"),
    DocumentType.PROSPECTUS_REGISTRATION: Word("招股说明书（注册稿）", "prospectus, registration version"),
    DocumentType.AUDIT_REPORT: Word("财务报表及审计报告", "financial statements and audit report"),
    DocumentType.LEGAL_OPINION: Word("法律意见书", "legal opinion"),
    DocumentType.OFFERING_SPONSOR_LETTER: Word("发行保荐书", "offering sponsor letter"),
    DocumentType.LISTING_SPONSOR_LETTER: Word("上市保荐书", "listing sponsor letter"),
    DocumentType.INQUIRY_REPLY: Word("问询和回复", "inquiry and reply"),
    DocumentType.REGISTRATION_DECISION: Word("注册结果文件", "registration decision"),
    DocumentType.TERMINATION_DECISION: Word("终止审核决定", "termination decision"),
    DocumentType.COMMITTEE_NOTICE: Word("上市委会议公告", "listing committee notice"),
    DocumentType.COMMITTEE_RESULT: Word("上市委会议结果公告", "listing committee result"),
    DocumentType.TUTORING_REPORT: Word("辅导工作报告", "tutoring report"),
    DocumentType.OTHER: Word("其他文件", "other document"),
    DocumentType.UNKNOWN: Word("未识别类型的文件", "document of a type not recognised"),
}

ROLE: dict[Role, Word] = {
    Role.SPONSOR: Word("保荐机构", "sponsor"),
    Role.ACCOUNTANT: Word("会计师事务所", "accountant"),
    Role.LAW_FIRM: Word("律师事务所", "law firm"),
    Role.APPRAISER: Word("资产评估机构", "appraiser"),
    Role.TUTOR: Word("辅导机构", "tutor"),
    Role.OTHER: Word("其他中介机构", "other intermediary"),
}

# `Figure.kind` is an open set of strings; these are the kinds the sources produce.
FIGURE: dict[str, Word] = {
    "planned_proceeds": Word("拟募集资金", "planned proceeds"),
    "gross_proceeds": Word("募集资金总额", "gross proceeds"),
    "net_proceeds": Word("募集资金净额", "net proceeds"),
    "offer_price": Word("发行价格", "offer price"),
    "issue_costs": Word("发行费用", "issue costs"),
    "shares": Word("发行股数", "shares offered"),
    "pe_ratio": Word("发行市盈率", "P/E at offer"),
    "ps_ratio": Word("发行市销率", "P/S at offer"),
    "market_cap_at_issue": Word("发行时市值", "market value at offer"),
    "lottery_rate_initial": Word("初步中签率", "initial online lottery rate"),
    "lottery_rate_final": Word("最终中签率", "final online lottery rate"),
    "subscription_multiple": Word("网上申购倍数", "online subscription multiple"),
    "strategic_placement": Word("战略配售金额", "strategic placement"),
    "revenue": Word("营业收入", "revenue"),
    "net_profit": Word("净利润", "net profit"),
    "net_profit_parent": Word("归母净利润", "net profit to parent"),
    "rnd_expense": Word("研发费用", "R&D expense"),
    "use_of_proceeds": Word("募资投向", "use of proceeds"),
    "project_investment": Word("项目总投资", "total investment"),
    "listing_standard": Word("上市标准", "listing standard"),
    # The reader's own words, where a figure is named as withheld.
    "planned": Word("拟募集资金", "planned proceeds"),
    "price": Word("发行价格", "offer price"),
    "gross": Word("募集资金总额", "gross proceeds"),
    "net": Word("募集资金净额", "net proceeds"),
    "fees": Word("发行费用", "issue costs"),
}

# What `details["correction"]` says happened to a row; anything else is shown raw.
CORRECTION: dict[str, Word] = {
    "restated": Word("交易所修改了已发布的记录", "the exchange changed a posted row"),
    "withdrawn": Word("交易所撤下了已发布的记录", "the exchange withdrew a posted row"),
    "restored": Word("交易所恢复了撤下的记录", "the exchange put a withdrawn row back"),
    "earlier row": Word("交易所补登了更早的记录", "the exchange added an earlier row"),
}

# Keys of a first start's or a new chat's summary.
SUMMARY: dict[str, Word] = {
    "projects": Word("已建档项目", "Projects known"),
    "issuers": Word("已建档公司", "Companies known"),
    "events": Word("已入库的历史事件", "Past events stored"),
    "milestones": Word("历史里程碑", "Past milestones"),
    "sources": Word("数据源", "Sources"),
    "latest": Word("最近一次更新", "Latest update"),
    "watch": Word("关注名单", "Watchlist"),
}

BOARD: dict[str, Word] = {
    "科创板": Word("科创板", "STAR Market"),
    "主板": Word("主板", "Main Board"),
    "创业板": Word("创业板", "ChiNext"),
    "北交所": Word("北交所", "Beijing Stock Exchange"),
}

CURRENCY: dict[str, Word] = {
    "CNY": Word("亿元", "RMB"),
    "HKD": Word("亿港元", "HKD"),
    "USD": Word("亿美元", "USD"),
}


def _look_up(text: str, table: dict[str, Word], language: Language) -> str:
    return table[text](language) if text in table else text


def figure_words(kind: str, language: Language) -> str:
    """The name of a kind of figure; an unknown kind shows its own key."""
    return _look_up(kind, FIGURE, language)


def correction_words(what: str, language: Language) -> str:
    """What happened to a row; a word not in the table is shown as it came."""
    return _look_up(what, CORRECTION, language)


def summary_words(key: str, language: Language) -> str:
    """The name of a count in a summary; a key not in the table is shown as it came."""
    return _look_up(key, SUMMARY, language)


def board_words(board: str, language: Language) -> str:
    """The name of a board; a name not in the table is shown as it came."""
    return _look_up(board, BOARD, language)


def document_words(value: str, language: Language) -> str:
    """The name of a document type given its stable word; an unknown word is shown raw."""
    try:
        return DOCUMENT[DocumentType(value)](language)
    except ValueError:
        return value


def grade_words(value: str, language: Language) -> str:
    """The name of a relevance grade given its stable word; an unknown word is shown raw."""
    try:
        return GRADE[Grade(value)](language)
    except ValueError:
        return value


def evidence_words(value: str, language: Language) -> str:
    """The name of a kind of evidence given its stable word; an unknown word is shown raw."""
    try:
        return EVIDENCE[EvidenceKind(value)](language)
    except ValueError:
        return value


def role_words(value: str, language: Language) -> str:
    """The name of an intermediary's role given its stable word; an unknown word is shown raw."""
    try:
        return ROLE[Role(value)](language)
    except ValueError:
        return value


def state_from_text(text: str) -> State | None:
    """Read a state from the exchange's word for a stage or an outcome, or from "3" or "3-1"; else None.

    未通过 is said by two committees, so as a word alone it names no one state.
    """
    code, _, outcome_code = text.partition("-") if text[:1].isdecimal() else (text, "", "")
    if code in STAGES:
        return State(code, outcome_code)
    stages = [State(code) for code, stage in STAGES.items() if stage.value == text]
    outcomes = [State(*pair) for pair, outcome in OUTCOMES.items() if outcome.value == text]
    found = [*stages, *outcomes]
    return found[0] if len(found) == 1 else None


def stage_words(text: str, language: Language) -> str:
    """The name of a state given the exchange's word or code; what is not known is shown raw."""
    state = state_from_text(text)
    if state:
        return state_words(state, language)
    if text == Outcome.NOT_PASSED.value:
        return OUTCOME[Outcome.NOT_PASSED](language)
    return text


def state_words(state: State, language: Language) -> str:
    """A state in one phrase, e.g. 上市委会议通过 / listing committee: passed; unknown codes are shown raw."""
    if language == "en" and state.stage is None:
        stage = f"unknown status code {state.code}"
    else:
        stage = STAGE[state.stage](language) if state.stage else state.stage_text
    if not state.outcome_code:
        return stage
    if state.outcome is None:
        unknown = f"unknown outcome code {state.outcome_code}"
        return f"{stage}：{state.outcome_text}" if language == "zh" else f"{stage}: {unknown}"
    outcome = OUTCOME[state.outcome](language)
    if state.outcome in SELF_EXPLANATORY[language]:
        return outcome
    return f"{stage}：{outcome}" if language == "zh" else f"{stage}: {outcome}"
