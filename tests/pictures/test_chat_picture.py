"""The documents' pictures of the bot at work: what is in them was sent, and they are the same each time."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from itertools import combinations
from pathlib import Path

import pytest
from PIL import Image

from alerts.pictures.metrics import missing
from alerts.pictures.sheet import WIDTH
from tools.draw_chat import LARGEST, SCENES, draw, lay_out
from tools.season_chat import Said, play

IMAGES = Path(__file__).parents[2] / "docs" / "images"
BOTH = sorted(SCENES)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What the command writes, in a process of its own."""
    folder = tmp_path_factory.mktemp("chats")
    command = [sys.executable, "-m", "tools.draw_chat", str(folder)]
    root, seed = Path(__file__).parents[2], {**os.environ, "PYTHONHASHSEED": "7"}
    subprocess.run(command, check=True, capture_output=True, cwd=root, env=seed, timeout=120)
    return {path.stem: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", BOTH)
async def test_the_same_season_gives_the_same_chat_of_at_most_150_kb(
    name: str, made: dict[str, bytes]
) -> None:
    """Played and drawn again in another process: the same bytes, 1,080 px wide."""
    assert sorted(made) == ["chat-en", "chat-zh"] == BOTH
    said = await play(SCENES[name].turns)
    assert draw(SCENES[name], said) == made[name]
    assert len(made[name]) <= LARGEST == 150_000
    with Image.open(io.BytesIO(made[name])) as image:
        assert (image.format, image.width) == ("PNG", WIDTH)
    _nothing_overlaps(name, said)


def _nothing_overlaps(name: str, said: tuple[Said, ...]) -> None:
    """No word lies on another or outside the sheet, none is cut off, and the font has every character."""
    chosen = [one for one in said if one.text.startswith(SCENES[name].begins)]
    by_id = {one.shown.message_id: one for one in said if one.shown}
    sheet, photos = lay_out(SCENES[name], chosen, by_id)
    boxes = [words.box for words in sheet.words]
    assert all(sheet.box.holds(box) for box in boxes)
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]
    assert not [box for box in boxes for place, _ in photos if box.overlaps(place)]
    drawn = "".join(words.text for words in sheet.words)
    assert missing(drawn) == set()
    assert "…" not in drawn
    assert len(photos) == (1 if name == "chat-zh" else 0)


async def test_the_alert_replies_to_the_card_it_has_edited() -> None:
    """The chat in Chinese: the card is older than the registration, says it, and is what the alert quotes."""
    said = await play(SCENES["chat-zh"].turns)
    card = next(one.shown for one in said if one.shown and "动态卡片" in one.text)
    alert = next(one.shown for one in said if one.shown and one.text.startswith("✅ 沐曦股份"))
    assert card.edits == 1
    assert "当前阶段：注册生效 · 2025-11-12" in card.text
    assert alert.reply_to == card.message_id
    assert [button["text"] for row in alert.keyboard for button in row] == [
        "🧭 时间线",
        "📄 招股书",
        "🔕 静音 7 天",
        "🔍 为何提醒",
    ]


async def test_a_message_that_was_never_sent_is_not_drawn() -> None:
    """A scene that names one is refused, instead of a picture without it."""
    with pytest.raises(ValueError, match="nothing in the chat begins with '/company'"):
        draw(SCENES["chat-zh"], ())


@pytest.mark.parametrize("name", BOTH)
def test_the_documents_hold_the_picture(name: str) -> None:
    """Readable, small, and as wide as the others."""
    kept = (IMAGES / f"{name}.png").read_bytes()
    assert len(kept) <= LARGEST
    with Image.open(io.BytesIO(kept)) as image:
        image.load()
        assert (image.format, image.width) == ("PNG", WIDTH)
