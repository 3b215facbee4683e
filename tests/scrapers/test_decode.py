"""decode.py: strict text, never guessed."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.errors import DecodeError, MonitorError
from scrapers.decode import declared_charset, decode_text

WORDS = "示例芯片（上海）股份有限公司 关于辅导备案的报告 2026-03-02 镕 㐂"


def test_utf8_and_gb18030_give_the_same_words() -> None:
    """The same words in either encoding are the same text, declared or not."""
    assert decode_text(WORDS.encode("utf-8")) == WORDS
    assert decode_text(WORDS.encode("gb18030")) == WORDS
    assert decode_text(WORDS.encode("gb18030"), "text/html; charset=GBK") == WORDS


def test_a_wrong_declaration_does_not_beat_the_bytes() -> None:
    """UTF-8 bytes declared as GBK, and GBK bytes declared as UTF-8, keep their words."""
    assert decode_text(WORDS.encode("utf-8"), "text/html; charset=gb2312") == WORDS
    assert decode_text(WORDS.encode("gb18030"), "text/html; charset=utf-8") == WORDS


@pytest.mark.parametrize(
    ("bom", "charset"),
    [(codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")],
)
def test_a_bom_names_the_charset_and_is_no_text(bom: bytes, charset: str) -> None:
    """The mark is taken off and believed."""
    assert decode_text(bom + WORDS.encode(charset)) == WORDS


def test_another_declared_charset_is_used_strictly() -> None:
    """Big5 is read as Big5 when declared."""
    assert decode_text("辅導備案".replace("辅", "輔").encode("big5"), "text/html; charset=big5") == "輔導備案"
    with pytest.raises(DecodeError, match="no big5 text"):
        decode_text("輔導".encode("big5") + b"\xff\xff", "text/html; charset=big5")


@pytest.mark.parametrize("position", range(1, 60, 7))
def test_damaged_utf8_is_never_read_as_chinese_of_another_kind(position: int) -> None:
    """One bad byte in UTF-8 text is an error, not a page of wrong characters."""
    raw = bytearray(WORDS.encode("utf-8"))
    raw[position : position + 1] = b"\xff"
    with pytest.raises(DecodeError):
        decode_text(bytes(raw))


@pytest.mark.parametrize("body", [b"", "丢\ufffd字".encode(), b"nul\x00", b"\x80\xff", b"\xb0"])
def test_lost_text_is_an_error(body: bytes) -> None:
    """Nothing, U+FFFD, NUL and bytes of no charset are DecodeError."""
    with pytest.raises(DecodeError):
        decode_text(body)


def test_private_characters_show_that_gb18030_was_wrong() -> None:
    """Bytes that decode only to private-use characters are refused."""
    assert b"\xaa\xa1".decode("gb18030") == "\ue000"
    with pytest.raises(DecodeError, match="U\\+E000"):
        decode_text("中文".encode("gb18030") + b"\xaa\xa1")


def test_the_declared_charset_is_found() -> None:
    """The header comes before the meta element; without either there is none."""
    page = b'<html><head><meta http-equiv="Content-Type" content="text/html; charset=GB2312">'
    assert declared_charset(page) == "gb2312"
    assert declared_charset(page, 'text/html; charset="UTF-8"') == "utf-8"
    assert declared_charset(b"<html>") == ""


@given(st.binary(max_size=80), st.sampled_from(["", "text/html; charset=gbk", "a; charset=nonsense"]))
def test_any_bytes_give_text_or_a_monitor_error(body: bytes, kind: str) -> None:
    """No other exception leaves the decoder, and what it returns holds no lost character."""
    try:
        text = decode_text(body, kind)
    except MonitorError:
        return
    assert "\ufffd" not in text
    assert "\x00" not in text
