"""The child process: limits hold, bad files are named, and nothing of the parent is at risk."""

# ruff: noqa: E501  sentences of documents stand on one line

from __future__ import annotations

import io
import json
import os
import zlib
from pathlib import Path

import pytest

from monitor.commands.extract import EXIT_BAD_FILE, EXIT_OK, extract_files
from monitor.documents import sandbox
from monitor.documents.load import load_document
from monitor.documents.sandbox import Limits, read_pdf
from monitor.domain.errors import DecodeError, SourceEmpty
from tests.documents import made

_MIB = 1 << 20


def _pdf(content: bytes, *, inflate: int = 0) -> bytes:
    """A one-page PDF whose content stream is `content`, deflated; `inflate` zero bytes are put before it."""
    stream = zlib.compress(b"%" + b" " * inflate + b"\n" + content, 9)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R"
        b" /Resources << /Font << /F 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(stream) + stream + b"\nendstream",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n" % number + text + b"\nendobj\n"
    start = len(body)
    body += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


def test_child_has_no_network_and_small_memory(tmp_path: Path) -> None:
    """A document is read far below the memory limit and with sockets refused."""
    read = read_pdf(made.draw(tmp_path / "d.pdf", made.METAX_LOTTERY))
    assert read.network in {"namespace", "refused"}
    assert read.peak_kib < 350 * 1024
    assert "0.03348913%" in "".join(page.text for page in read.pages).replace(" ", "")


def test_child_refuses_sockets() -> None:
    """Inside the child a socket cannot be made, whatever the kernel grants."""
    code = (
        "import socket, monitor.documents.child as child\n"
        "child._no_network()\n"
        "try:\n    socket.socket()\nexcept PermissionError:\n    raise SystemExit(7)\n"
    )
    import subprocess
    import sys

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 7


def test_memory_bomb_kills_only_the_child(tmp_path: Path) -> None:
    """A stream that inflates a thousand-fold ends as a DecodeError or an empty page, within the limit."""
    path = tmp_path / "bomb.pdf"
    path.write_bytes(_pdf(b"BT /F 12 Tf (x) Tj ET", inflate=700 * _MIB))
    limits = Limits(memory_bytes=400 * _MIB, cpu_seconds=20, wall_seconds=30)
    with pytest.raises((DecodeError, SourceEmpty)):
        read_pdf(path, limits)
    assert os.getpid() > 0


def test_time_limit_ends_the_child(tmp_path: Path) -> None:
    """A document that takes too long is given up at the wall-clock limit, by name."""
    path = made.draw(tmp_path / "d.pdf", made.MOORE_FINAL)
    with pytest.raises(DecodeError, match=r"longer than 0\.01 s"):
        read_pdf(path, Limits(wall_seconds=0.01))


def test_output_limit_ends_the_child(tmp_path: Path) -> None:
    """More text than the limit is refused while it arrives, not after."""
    path = made.draw(tmp_path / "d.pdf", made.MOORE_FINAL)
    with pytest.raises(DecodeError, match="more text than"):
        read_pdf(path, Limits(output_bytes=100))


@pytest.mark.parametrize(
    ("name", "body", "error"),
    [
        ("empty.pdf", b"", SourceEmpty),
        ("page.pdf", b"<!DOCTYPE html><html><body>403</body></html>", DecodeError),
        ("cut.pdf", b"%PDF-1.7\n1 0 obj\n<< /Type", DecodeError),
        ("garbage.pdf", b"%PDF-1.4\n" + bytes(range(256)) * 40, DecodeError),
        ("binary.bin", bytes(range(256)), DecodeError),
        ("blank.txt", b"  \n ", SourceEmpty),
    ],
)
def test_bad_files_are_typed_errors(tmp_path: Path, name: str, body: bytes, error: type[Exception]) -> None:
    """Truncated, empty, web page, garbage: each is named, none passes as a document without figures."""
    path = tmp_path / name
    path.write_bytes(body)
    with pytest.raises(error):
        load_document(path)


def test_encrypted_pdf_is_named(tmp_path: Path) -> None:
    """A password-protected file says that it is encrypted."""
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    path = tmp_path / "locked.pdf"
    canvas = Canvas(str(path), encrypt=StandardEncryption("secret", ownerPassword="owner"))
    canvas.drawString(100, 100, "x")
    canvas.save()
    with pytest.raises(DecodeError, match="encrypted"):
        load_document(path)


def test_missing_file_is_a_typed_error(tmp_path: Path) -> None:
    """A path that is not there is a DecodeError, not an OSError."""
    with pytest.raises(DecodeError, match="cannot be read"):
        load_document(tmp_path / "nowhere.pdf")


def test_one_bad_file_does_not_cost_the_others(tmp_path: Path) -> None:
    """Every good file still yields its figures; the exit code and standard error tell of the bad one."""
    good = made.draw(tmp_path / "good.pdf", made.METAX_LOTTERY)
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.7 nothing")
    stdout, stderr = io.StringIO(), io.StringIO()
    assert extract_files([bad, good], stdout, stderr, True) == EXIT_BAD_FILE
    documents = json.loads(stdout.getvalue())["documents"]
    assert documents[0]["error"]["type"] == "DecodeError"
    assert [figure["kind"] for figure in documents[1]["figures"]][-1] == "subscription_multiple"
    assert str(bad) in stderr.getvalue()
    assert stderr.getvalue().count("\n") == 1


def test_json_keys_are_the_public_ones(tmp_path: Path) -> None:
    """The keys of a figure are the documented ones; money is whole fen."""
    path = made.draw(tmp_path / "d.pdf", made.CAMBRICON_LISTING)
    stdout = io.StringIO()
    assert extract_files([path], stdout, io.StringIO(), True) == EXIT_OK
    document = json.loads(stdout.getvalue())["documents"][0]
    gross = next(figure for figure in document["figures"] if figure["kind"] == "gross")
    assert set(gross) == {
        "kind", "amount", "currency", "unit", "as_printed", "qualifier", "page", "quote", "document_sha256", "confidence",
    }  # fmt: skip
    assert gross["amount"] == 258_203_900_000
    assert gross["document_sha256"] == document["document_sha256"]
    shares = next(figure for figure in document["figures"] if figure["kind"] == "shares")
    assert shares["amount"] == "40100000"


@pytest.mark.parametrize("mark", ["## 第{n}页\n", "[第{n}页]\n", "\f"])
def test_text_pages_by_mark_or_form_feed(tmp_path: Path, mark: str) -> None:
    """Text keeps its page numbers, by printed mark or by form feed, in UTF-8 or gb18030."""
    parts = ["封面", "本次发行价格为104.66元/股。", "募集资金净额389,931.10万元。"]
    if mark == "\f":
        text = mark.join(parts)
    else:
        text = "".join(mark.format(n=number) + part + "\n" for number, part in enumerate(parts, 1))
    for encoding in ("utf-8", "gb18030"):
        path = tmp_path / f"{encoding}.txt"
        path.write_bytes(text.encode(encoding))
        stdout = io.StringIO()
        assert extract_files([path], stdout, io.StringIO(), True) == EXIT_OK
        figures = json.loads(stdout.getvalue())["documents"][0]["figures"]
        assert [(f["kind"], f["amount"], f["page"]) for f in figures] == [
            ("price", 10466, 2),
            ("net", 389_931_100_000, 3),
        ]


def test_child_that_dies_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that dies without a word is a DecodeError that names its exit code."""
    path = made.draw(tmp_path / "d.pdf", made.METAX_LOTTERY)
    monkeypatch.setattr(sandbox.sys, "executable", "/bin/false")
    with pytest.raises(DecodeError, match="stopped with code 1"):
        read_pdf(path)
