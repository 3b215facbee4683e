"""Words worth splicing in: values that readers of JSON, HTML, Chinese text and TOML may stumble over."""

# ruff: noqa: E501  wide characters

from __future__ import annotations

JSON_WORDS = (
    b"null", b'""', b"0", b"-1", b"1e999", b"99999999999999999999", b"[]", b"{}", b"true", b'"\\ud800"',
    b'"\\u0000"', b'"20261399250000"', b'"2026-02-30 25:61:00"', b'"-"', b"3.1415926535897932384626",
    b'"\xef\xbc\x91\xef\xbc\x92"', b"2026-07-06", b"20260706093000", b"0001-01-01 00:00:00",
    b"9999-12-31 23:59:59", "²".encode(), "٣".encode(), b"688795", b"1.5", b"-0", b"1e400", b"NaN",
    "科创板".encode(), b"\\u0000", b"I0011", b"2098",
)  # fmt: skip
HTML_WORDS = (
    b"<table>", b"</table>", b"<td>", b"</tr>", b"<!--", b"-->", b"<script>", b"&#0;", b"&#xD800;",
    b"<![CDATA[", b"<tbody>", b"<table class=m-table2>", b"colspan=99999999", "共 9999 页".encode(),
    "序号".encode(), b"2026-02-30", b"<meta charset=gbk>", b"2026-07-06", b"0000/1/1", "2026年7月6日".encode(),
    "暂无数据".encode(), "辅导验收".encode(), "撤回辅导备案".encode(), "第〇期".encode(), b"12", "²".encode(),
    b"9" * 4400, b"downloadPdf1('/pre_ipo/2026/7/6/a.pdf')", b"http://[", b"//[::1", b'onclick="',
)  # fmt: skip
TEXT_WORDS = tuple(
    word.encode()
    for word in (
        "亿元", "万元", "千万", "百", "十", "零", "〇", "壹贰叁", "1,234,567.89", "１２３，４５６．７８",
        "不超过", "约", "至", "~", "人民币", "美元", "HK$", "%", "％", "股", "元/股", "-", "—", "0.00", "1e9",
        "９" * 40, "1," * 60, " " * 80, "\u202e", "\u200b", "\u0000", "（", "）", "股份有限公司",
        "有限责任公司", "集团", "摩尔线程", "以下简称", "曾用名", "Co., Ltd.", "𠮷", "Ａ", "²", "٣", "9" * 4400,
        "\u0130", "ﬀ", "e\u0301" * 9, "\u1160", "\ufdfa", "\n", "\f", "\u2028",
    )
)  # fmt: skip
DOCUMENT_WORDS = TEXT_WORDS + tuple(
    word.encode()
    for word in (
        "募集资金总额", "募集资金净额", "发行价格", "发行市盈率", "单位：万元", "合计", "序号 项目名称 投资总额",
        "第2页", "## 第3页", "招股说明书", "发行结果公告", "上市公告书", "证监许可〔2026〕1612号", "（1）",
        "第六节业务与技术", "报告期各期", "2024年度 2023年度", "营业收入", "净利润", "保荐承销费", "回拨前",
        "网上发行最终中签率", "超额配售选择权", "元/股", "本次募集资金扣除发行费用后将投资于以下项目：",
    )
)  # fmt: skip
TOML_WORDS = (
    b"[", b"]", b'"""', b"= nan", b"1979-05-27", b"\\u0000", b"a.b.c=1\n", b"-0x1", b"[[x]]\n", b"true",
    b"[channels.wecom]\nenabled = true\nurl = \"https://h/x?key=abc\"\n", b"9" * 5000, b"'~/a'", b"[1,2]",
    b"closed = [2027-01-01]\n", b'"http://[::1"', b'"\xef\xbf\xbd"', b"= inf", b"25:00", b"1e400",
)  # fmt: skip
PDF_WORDS = (
    b"/Pages", b"/Kids [3 0 R]", b"/Count 99999999", b"/Count -1", b"/Type /Page", b"/Parent 2 0 R", b"/Length 99999",
    b"endobj", b"stream\n", b"endstream", b"xref", b"trailer", b"startxref", b"%%EOF", b"/Encrypt 1 0 R", b"1 0 R",
    b"4 0 R", b"<<", b">>", b"[", b"(", b") Tj", b"BT", b"ET", b"/MediaBox [0 0 1e30 -1]", b"/Filter /FlateDecode",
    b"/Filter /LZWDecode", b"Tf", b"TJ", b"0 0 Td", b"99999 0 obj", b"<FEFF4E2D>", b"/ToUnicode 4 0 R", b"q " * 90,
)  # fmt: skip
