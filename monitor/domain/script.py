"""Brings the ways a Chinese name or sentence is written to one form, so that words can be compared.

Rule: `fold_text` keeps the length of its input, so a position in the folded text is one in the original.
Rule: only the characters our vocabulary and registry need are mapped from traditional; others stay.
"""

from __future__ import annotations

import re
from typing import Final

from monitor.domain.traditional import SIMPLIFIED

_TABLE: Final = str.maketrans(
    SIMPLIFIED
    | {chr(0xFF01 + i): chr(0x21 + i).lower() for i in range(94)}
    | {chr(ord("A") + i): chr(ord("a") + i) for i in range(26)}
    | {
        "\u3000": " ",
        "\u00a0": " ",
        "﹣": "-",
        "–": "-",
        "—": "-",
        "〔": "(",
        "〕": ")",
        "［": "[",
        "］": "]",
    }
)

# Taiwan and Hong Kong words of the same length as the mainland ones.
_WORDS: Final = {
    "积体电路": "集成电路",
    "人工智慧": "人工智能",
    "绘图处理器": "图形处理器",
    "绘图芯片": "图形芯片",
    "绘图晶片": "图形芯片",
    "伺服器": "服务器",
    "记忆体": "存储器",
    "执行绪": "多线程",
    "类比": "模拟",
    "晶片": "芯片",
    "软体": "软件",
    "硬体": "硬件",
    "网路": "网络",
    "智慧": "智能",
    "推论": "推理",
    "运算": "计算",
    "资料中心": "数据中心",
    "资料处理": "数据处理",
    "光罩": "掩膜",
    "矽": "硅",
}
_WORD_RE: Final = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))

_CJK = r"\u3400-\u9fff\uf900-\ufaff，。；、：（）“”"
_INNER_BLANK: Final = re.compile(rf"(?<=[{_CJK}])\s+|(?<!\s)\s++(?=[{_CJK}])")
_BLANKS: Final = re.compile(r"\s+")

_LISTING_MARK: Final = re.compile(
    r"^(?:\*?st|xd|xr|dr|[nc](?=[\u4e00-\u9fff]))|[-－](?:uw|wp|sw|[upwsbdv]{1,2})$"
)
_ENGLISH_FORM: Final = re.compile(
    r"\b(?:co|company|ltd|limited|inc|incorporated|corp|corporation|plc|llc|jsc|group|holdings?|the)\b"
)
_CHINESE_FORM: Final = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|股份公司|控股集团|集团股份|集团|国际控股|控股|公司)+$"
)
_PLACES = (
    "中国|北京|上海|天津|重庆|广东|深圳|广州|珠海|东莞|佛山|浙江|杭州|宁波|嘉兴|绍兴|江苏|南京|苏州|无锡|昆山|"
    "常州|南通|安徽|合肥|芜湖|湖北|武汉|湖南|长沙|四川|成都|陕西|西安|山东|济南|青岛|福建|厦门|福州|河南|郑州|"
    "辽宁|大连|沈阳|吉林|长春|河北|江西|南昌|贵州|贵阳|海南|香港"
)
_BRACKETED: Final = re.compile(r"[(\[【][^)\]】]*[)\]】]")
_PLACE_FIRST: Final = re.compile(rf"^(?:{_PLACES})(?:市|省)?")
_TRADE_LAST: Final = re.compile(
    r"(?:智能科技|集成电路|信息技术|计算技术|科技|技术|半导体|微电子|电子|智能|信息|股份)+$"
)
_PUNCTUATION: Final = re.compile(r"[\s.,·・'’\"“”()\[\]【】&/_-]+")


def fold_text(text: str) -> str:
    """Traditional, full-width, upper-case and Taiwan wordings read as simplified, half-width, lower-case."""
    return _WORD_RE.sub(lambda m: _WORDS[m.group()], text.translate(_TABLE))


def close_up(text: str) -> str:
    """Blanks inside Chinese text are layout, not words; between Latin words one blank stays."""
    return _BLANKS.sub(" ", _INNER_BLANK.sub("", text)).strip()


def fold_name(name: str) -> str:
    """Two spellings of one company name fold to the same key; legal form and listing marks fall away."""
    folded = fold_text(name).strip()
    folded = _LISTING_MARK.sub("", folded.replace(" ", "") if not folded.isascii() else folded)
    last = max(folded.rfind(mark) for mark in ")]】") + 1  # behind it no bracket closes: nothing to look for
    folded = _BRACKETED.sub("", folded[:last]) + folded[last:] or folded
    if folded.isascii():
        folded = _ENGLISH_FORM.sub("", folded)
    return _CHINESE_FORM.sub("", _PUNCTUATION.sub("", folded)) or _PUNCTUATION.sub("", folded)


def looser_names(name: str) -> tuple[str, ...]:
    """The keys of a name without its place and trade words, never shorter than three characters."""
    key = fold_name(name)
    placeless = _PLACE_FIRST.sub("", key)
    bare = _TRADE_LAST.sub("", placeless)
    return tuple(k for k in dict.fromkeys((placeless, bare)) if len(k) >= 3 and k != key)
