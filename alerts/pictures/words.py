"""The words on the pictures, in both languages, and how names, days and amounts are written there."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from alerts.glossary import Language as OneLanguage
from alerts.glossary import Word, figure_words, state_words
from alerts.pictures.facts import Language, Name
from monitor.domain.stages import State

_CST = timezone(timedelta(hours=8))
_YI = Decimal(100_000_000)
_MILLION = Decimal(1_000_000)

_SOURCES = {
    "sse_star": Word("上海证券交易所", "Shanghai Stock Exchange"),
    "sse_issue": Word("上海证券交易所", "Shanghai Stock Exchange"),
    "csrc_tutoring": Word("中国证监会", "CSRC"),
}
DOT = "·"  # as wide as a Chinese character in this font: it needs no blanks around it

TIMELINE = Word("审核时间线", "Review timeline")
OWN = Word("本公司", "this issuer")
PACK = Word("同板块中位数（样本数）", "median of the board (sample)")
TOTAL_DAYS = Word("受理到{}：{} 天", "From acceptance to {}: {} days")
TOTAL_SO_FAR = Word("受理至今：{} 天", "Since acceptance: {} days")
SO_FAR = Word("至今", "so far")
EARLIER = Word("更早的 {} 个阶段未显示", "{} earlier stages not shown")
NO_STAGE = Word("暂无已公布的阶段", "no stage has been published")
PROCEEDS = Word("募集资金投向", "Use of proceeds")
TOTAL = Word("总投资", "total investment")
FROM_PROCEEDS = Word("拟用募集资金", "from proceeds")
SUM = Word("项目合计", "Sum of the projects")
MORE_PROJECTS = Word("另有 {} 个项目未显示", "{} more projects not shown")
NO_PROJECT = Word("文件中没有可核对的投向", "no use of proceeds has been read")
LEAGUE = Word("{} 年募资排行", "Raises of {}")
RAISED = Word("募集资金总额（按申购年份）", "Gross proceeds, by year of subscription")
PLANNED = Word("AI 芯片公司拟募资（按受理年份）", "AI chips: planned, by year of acceptance")
MEASURES = {"gross_proceeds": RAISED, "planned_proceeds": PLANNED}
MORE_RAISES = Word("另有 {} 家未显示", "{} more not shown")
NO_RAISE = Word("暂无已知金额", "no amount is known")
BOARD = Word("AI 芯片上市进程", "AI-chip pipeline")
ISSUERS = Word("{} 家公司", "{} issuers")
DAYS_IN_STAGE = Word("数字为在当前阶段的天数", "numbers are days in the stage")
NO_ISSUER = Word("暂无公司", "no issuer is known")
MORE_ISSUERS = Word("另有 {} 家未显示", "{} more not shown")
SOURCE = Word("来源：{}", "Source: {}")
AS_OF = Word("截至 {}（北京时间）", "As of {}, Shanghai time")
PAGE = Word("第 {} 页", "p. {}")


def say(word: Word, language: Language, *values: object) -> str:
    """A word in the language asked, in both with a stroke between them."""
    if language == "both":
        return " / ".join(dict.fromkeys((word.zh.format(*values), word.en.format(*values))))
    return word(language).format(*values)


EACH: tuple[OneLanguage, OneLanguage] = ("zh", "en")


def one(language: Language) -> OneLanguage:
    """The language of what has room for one only."""
    return "en" if language == "en" else "zh"


def name_of(name: Name, language: Language) -> str:
    """A name where there is little room: both only where both were asked for."""
    if not name.en or language == "zh":
        return name.zh
    return name.en if language == "en" else f"{name.zh} {name.en}"


def full_name(name: Name, language: Language) -> str:
    """A name in a title: the Chinese one always stands there."""
    if not name.en or language == "zh":
        return name.zh
    return f"{name.en} {name.zh}" if language == "en" else f"{name.zh} {name.en}"


def state_of(state: State, language: OneLanguage) -> str:
    """A state with a capital, e.g. 上市委会议通过 / Listing committee: passed."""
    words = state_words(state, language)
    return words[:1].upper() + words[1:] if language == "en" else words


def sources_of(names: tuple[str, ...], language: OneLanguage) -> str:
    """Where the facts come from, in words; a source we have no word for is shown as it is called."""
    said = (_SOURCES[name](language) if name in _SOURCES else name for name in names)
    return ("、" if language == "zh" else ", ").join(dict.fromkeys(said))


def figure_of(kind: str, language: Language) -> str:
    """The name of a kind of figure."""
    english = figure_words(kind, "en")
    return say(Word(figure_words(kind, "zh"), english[:1].upper() + english[1:]), language)


def days_of(count: int, language: Language) -> str:
    """60 天, 60 d."""
    return f"{count:,} d" if language == "en" else f"{count} 天"


def amount_of(yuan: Decimal, language: Language) -> str:
    """An amount to its last digit: 80.16 亿元, RMB 8,016 m; nothing is rounded."""
    if language == "en":
        return f"RMB {_plain(yuan / _MILLION)} m"
    return f"{_plain(yuan / _YI)} 亿元"


def _plain(number: Decimal) -> str:
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def moment(at: datetime) -> str:
    """An instant on Shanghai's clock, to the minute; raises ValueError for a naive one."""
    if at.tzinfo is None:
        msg = f"an instant without a time zone cannot be shown: {at!r}"
        raise ValueError(msg)
    return at.astimezone(_CST).strftime("%Y-%m-%d %H:%M")
