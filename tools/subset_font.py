"""Makes the font of the pictures: `python tools/subset_font.py NotoSansSC-Regular.otf OUT.otf` (fontTools).

Rule: what is kept: GB 2312, its traditional forms, the first level of Big5, signs, and characters of names
that neither holds. The font's own name stays: "Source" is its reserved name and stands nowhere in it.
"""

from __future__ import annotations

import sys

import opencc
from fontTools import subset
from fontTools.ttLib import TTFont

# Characters of given names and places outside GB 2312.
NAMES = (
    "碁喆堃玥珺祎琎昇晟翀昉赟頔颋垚犇淼焱燚骉妤婧媖彧忞旻昀昕昶晞晔暕榀槚橦沄沚泠洺浠浡淏渼湉滢漪潆濛炘炜"
    "烜焜煊煐熤燏璟璠瑨瑀瑄瑅瑗瑭瑱珅珈珣珩琇琏琤玎玘玠玢玭玹珵玙珖璘璐琬琰嫚嬿邨晗暄曈翎翥翾芃芊苒茜荻莀菂葳"
    "蓁蕤薷蘅钰钲铖铠锟锴锺镕镫闵闳阗陟隽雯霁霈韡韫顼颀颢飏骁骅骐骙髙鲲鹍鸢麒龑夬岍岚峣崟嵘嶪"
)


def rows(codec: str, first: int, last: int) -> set[str]:
    """Every character a double-byte codec has between two lead bytes."""
    found = set()
    for lead in range(first, last + 1):
        for trail in range(0x40, 0xFF):
            found.update(bytes((lead, trail)).decode(codec, "ignore"))
    return found


def wanted() -> set[str]:
    """The characters kept."""
    simplified = rows("gb2312", 0xA1, 0xF7)
    kept = simplified | rows("big5", 0xA4, 0xC6) | set(NAMES)
    for way in ("s2t", "s2tw", "s2hk"):
        converter = opencc.OpenCC(way)
        kept.update("".join(converter.convert(char) for char in sorted(simplified)))
    spans = [
        (0x20, 0x7F),
        (0xA0, 0x180),
        (0x2010, 0x2040),
        (0x2190, 0x219A),
        (0x3000, 0x3020),
        (0xFF01, 0xFF5F),
    ]
    kept.update(chr(code) for first, end in spans for code in range(first, end))
    return kept | set("¥￥€£℃№™®©×÷±≈≤≥−•■□▲△▼▽◆◇○●★☆✓✗")


def main(source: str, target: str) -> None:
    """Write the smaller font."""
    options = subset.Options()
    options.layout_features = ["kern", "locl"]
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = list(range(15))
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    options.recalc_timestamp = False
    made = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=[ord(char) for char in wanted()])
    cutter.subset(made)
    made.save(target)


if __name__ == "__main__":
    main(*sys.argv[1:3])
