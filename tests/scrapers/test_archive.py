"""Raw answers: stored once, replayed byte for byte, pruned, never torn."""

from __future__ import annotations

import gc
import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.domain.errors import StoreError
from scrapers.archive import Archive, entries, replay
from scrapers.contract import Document, Request

START = datetime(2026, 7, 6, 9, 0, tzinfo=UTC)


def document(body: bytes, minute: int = 0, label: str = "list", **params: str) -> Document:
    return Document(
        request=Request(
            label=label, url="https://u:pw@query.example.org/q.do?a=1", params=params, expects="json"
        ),
        body=body,
        content_type="application/json",
        fetched_at=START + timedelta(minutes=minute),
    )


def archive(folder: Path, max_bytes: int = 10_000_000, days: int = 30) -> Archive:
    return Archive(folder, max_bytes=max_bytes, max_age=timedelta(days=days))


def bodies(folder: Path) -> list[Path]:
    return sorted(folder.glob("bodies/*/*"))


def test_what_was_stored_is_replayed_byte_for_byte_in_order(tmp_path: Path) -> None:
    """Body, label, parameters, content type and time come back; the order is that of fetching."""
    kept = archive(tmp_path)
    kept.store(document(b'{"later":1}', minute=5, label="detail", stockAuditNum="2098"))
    kept.store(document("系统\x00".encode(), minute=1))
    first, second = replay(tmp_path)
    assert (first.body, first.fetched_at) == ("系统\x00".encode(), START + timedelta(minutes=1))
    assert (second.body, second.request.label, second.content_type) == (
        b'{"later":1}',
        "detail",
        "application/json",
    )
    assert second.request.params == {"stockAuditNum": "2098"}
    assert second.request.expects == "json"
    assert second.sha256 == document(b'{"later":1}').sha256


def test_an_unchanged_body_is_stored_once(tmp_path: Path) -> None:
    """A hundred polls with the same answer are a hundred lines and one body."""
    kept = archive(tmp_path)
    for minute in range(100):
        kept.store(document(b"{}" * 5000, minute))
    assert len(bodies(tmp_path)) == 1
    assert bodies(tmp_path)[0].stat().st_size < 200
    assert len(list(replay(tmp_path))) == 100


def test_the_index_shows_no_secret(tmp_path: Path) -> None:
    """Passwords in the address and parameters that are keys or tokens are not written down."""
    archive(tmp_path).store(document(b"{}", apiKey="canary1", access_token="canary2", keyword="芯片"))
    text = (tmp_path / "index.jsonl").read_text(encoding="utf-8")
    assert "canary" not in text
    assert "pw" not in text
    assert "芯片" in text
    line = json.loads(text)
    assert line["url"] == "https://query.example.org/q.do?a=1"
    assert line["params"] == {"apiKey": "***", "access_token": "***", "keyword": "芯片"}
    assert (line["status"], line["fetched_at"]) == (200, "2026-07-06T09:00:00+00:00")


def test_bad_answers_are_kept_as_evidence_but_not_replayed(tmp_path: Path) -> None:
    """A challenge page stays on disk with its verdict; a replay shows what a parser was given."""
    kept = archive(tmp_path)
    kept.store(document(b"<html>", 0), 403, "Blocked")
    kept.store(document(b"{}", 1))
    assert [found.body for found in replay(tmp_path)] == [b"{}"]
    assert [(entry.status, entry.verdict) for entry, _ in entries(tmp_path)] == [
        (403, "Blocked"),
        (200, "ok"),
    ]


def test_pruning_by_age_forgets_the_old_but_keeps_a_body_still_in_use(tmp_path: Path) -> None:
    """Lines past the age limit go; a body goes only with its last line."""
    kept = archive(tmp_path, days=1)
    kept.store(document(b"old"))
    kept.store(document(b"both"))
    kept.store(document(b"both", minute=2000))
    pruned = kept.prune(START + timedelta(minutes=2000))
    assert (pruned.answers_removed, pruned.bodies_removed) == (2, 1)
    assert [found.body for found in replay(tmp_path)] == [b"both"]
    assert pruned.bytes_left == sum(path.stat().st_size for path in bodies(tmp_path))


def test_pruning_by_size_keeps_the_newest(tmp_path: Path) -> None:
    """The bodies left fit the limit, and they are those fetched last."""
    kept = archive(tmp_path, max_bytes=3500)
    for number in range(10):
        # incompressible by construction: each body is a chain of hashes
        body = b"".join(document(f"{number}/{step}".encode()).sha256.encode() for step in range(32))
        kept.store(document(body, minute=number))
    newest_first = [found.sha256 for found in replay(tmp_path)][::-1]
    pruned = kept.prune(START)
    left = [found.sha256 for found in replay(tmp_path)][::-1]
    assert 0 < len(left) < 10
    assert left == newest_first[: len(left)]
    assert sum(path.stat().st_size for path in bodies(tmp_path)) == pruned.bytes_left <= 3500
    assert pruned.answers_removed == pruned.bodies_removed == 10 - len(left)
    assert kept.prune(START).answers_removed == 0


def test_pruning_holds_no_index_in_memory(tmp_path: Path) -> None:
    """Twenty thousand answers cost it less than 2 MiB; held whole they would be thirty."""
    kept = archive(tmp_path, days=1)
    kept.store(document(b"one"))
    index = tmp_path / "index.jsonl"
    index.write_bytes(index.read_bytes() * 20_000)
    kept.store(document(b"two", minute=2000))
    gc.collect()
    tracemalloc.start()
    pruned = kept.prune(START + timedelta(minutes=2000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pruned.answers_removed == 20_000
    assert [found.body for found in replay(tmp_path)] == [b"two"]
    assert peak < 2 << 20


def test_what_is_stored_during_a_pruning_is_kept(tmp_path: Path) -> None:
    """The daemon prunes in a thread of its own: neither a line nor a body of that time is lost."""
    kept = archive(tmp_path, max_bytes=4000)
    with ThreadPoolExecutor(1) as worker:
        for number in range(120):
            pruning = worker.submit(kept.prune, START)
            newest = [document(f"{number}/{step}".encode(), minute=number) for step in range(5)]
            for one in newest:
                kept.store(one)
            pruning.result()
            found = {each.sha256 for each in replay(tmp_path)}
            assert {one.sha256 for one in newest} <= found


def test_a_line_torn_by_a_crash_is_cut_off_at_the_next_start(tmp_path: Path) -> None:
    """Whatever part of the last line reached the disk, the answers before and after it are there."""
    kept = archive(tmp_path)
    kept.store(document(b"one"))
    whole = (tmp_path / "index.jsonl").read_bytes()
    for cut in range(1, len(whole)):
        (tmp_path / "index.jsonl").write_bytes(whole + whole[:cut])
        archive(tmp_path).store(document(b"two", 1))
        assert [found.body for found in replay(tmp_path)] == [b"one", b"two"]


def test_leftovers_of_a_crash_are_removed_by_pruning(tmp_path: Path) -> None:
    """A half-written body never has a body's name, and a body without a line is removed."""
    kept = archive(tmp_path)
    kept.store(document(b"one"))
    folder = bodies(tmp_path)[0].parent
    (folder / "abc.gz.77.part").write_bytes(b"half")
    kept.store(document(b"orphan", 1))
    lines = (tmp_path / "index.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "index.jsonl").write_bytes(lines[0])
    assert kept.prune(START).bodies_removed == 1
    assert [path.name for path in bodies(tmp_path)] == [f"{document(b'one').sha256}.gz"]


@pytest.mark.parametrize("damage", ["missing", "altered", "cut", "no gzip"])
def test_a_damaged_body_is_never_replayed(tmp_path: Path, damage: str) -> None:
    """A body that is missing or not what its name says raises StoreError."""
    kept = archive(tmp_path)
    kept.store(document(b"one" * 100))
    kept.store(document(b"two" * 100, 1))
    path = next(path for path in bodies(tmp_path) if path.stem == document(b"one" * 100).sha256)
    other = next(found for found in bodies(tmp_path) if found != path)
    match damage:
        case "missing":
            path.unlink()
        case "altered":
            path.write_bytes(other.read_bytes())
        case "cut":
            path.write_bytes(path.read_bytes()[:-9])
        case _:
            path.write_bytes(b"one")
    with pytest.raises(StoreError):
        list(replay(tmp_path))


@pytest.mark.parametrize(
    "line", ["{", "[]", "{}", '{"sha256":"../../x"}', "null", '{"fetched_at":"2026-07-06T09:00:00"}']
)
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    """A line that is no entry stops the replay with its number; a folder without index is no archive."""
    archive(tmp_path).store(document(b"one"))
    with (tmp_path / "index.jsonl").open("a") as index:
        index.write(line + "\n")
    with pytest.raises(StoreError, match="line 2 is damaged"):
        list(replay(tmp_path))
    with pytest.raises(StoreError):
        list(replay(tmp_path / "elsewhere"))


def test_a_hash_that_is_a_path_is_damage(tmp_path: Path) -> None:
    """An index from a stranger cannot make us read another file."""
    archive(tmp_path).store(document(b"one"))
    index = tmp_path / "index.jsonl"
    row = json.loads(index.read_text()) | {"sha256": "../../../etc/passwd"}
    index.write_text(json.dumps(row) + "\n")
    with pytest.raises(StoreError, match="line 1 is damaged"):
        list(replay(tmp_path))


def test_a_disk_that_refuses_is_a_store_error(tmp_path: Path) -> None:
    """A folder that cannot be made is reported as the store's trouble."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match=r"Not a directory|File exists"):
        archive(tmp_path / "file")
