"""Pictures at work: drawn when they are sent, taken by the stand-in, and replaced by words in need."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import col, select

from alerts.channels import telegram, telegram_text
from alerts.message import Fact, Message
from alerts.pictures.samples import SAMPLES
from alerts.pictures.stored import facts_of, picture_of
from alerts.stored_message import from_text, to_text
from monitor.store.tables import EventRow, FigureRow, ReadingRow
from tests.bot.kit import GROUP, NOW, OWNER, BotWorld
from tests.doubles.bot_faults import Fault, refusal
from tests.doubles.bot_state import Shown
from tests.store.facts import MOORE


def size_of(shown: Shown) -> tuple[int, int]:
    """Width and height of the picture a message shows."""
    assert shown.photo[:8] == b"\x89PNG\r\n\x1a\n"
    assert len(shown.photo) <= 150_000
    return int.from_bytes(shown.photo[16:20]), int.from_bytes(shown.photo[20:24])


def newest(world: BotWorld, chat: int = OWNER) -> Shown:
    """The last message of a chat."""
    return world.told(chat)[-1]


def owed(world: BotWorld) -> list[str]:
    """The answers in the queue as they are stored, oldest first."""
    rows = world.read(
        lambda s: s.exec(
            select(EventRow.details).where(EventRow.kind == "bot_reply").order_by(col(EventRow.seq))
        ).all()
    )
    return [str(details["message"]) for details in rows]


@pytest.mark.parametrize(
    ("asked", "kind", "said"),
    [
        ("/company 摩尔线程", "timeline", "2026-07-01"),
        ("/pipeline", "board", "沐曦股份"),
        ("/league 2026", "league", "80 亿元"),
    ],
)
async def test_the_answer_is_a_picture_with_its_words_below(
    world: BotWorld, asked: str, kind: str, said: str
) -> None:
    """One message: 1,080 px wide, at most 150 KB, the whole answer as its caption, the buttons below."""
    await world.ask("/start")
    await world.ask("/language zh")
    text = await world.ask(asked)
    await world.quiet()
    shown = newest(world)
    assert size_of(shown)[0] == 1080
    assert shown.text == text
    assert said in text
    assert bool(shown.keyboard) is (kind == "timeline")
    assert json.loads(owed(world)[-1])["picture"]["kind"] == kind


async def test_the_queue_holds_facts_and_no_bytes(world: BotWorld) -> None:
    """What is stored is text; read back it is the issuer's road with its days."""
    await world.ask("/start")
    await world.ask("/company 摩尔线程")
    picture = from_text(owed(world)[-1]).picture
    assert picture is not None
    assert len(owed(world)[-1]) < 10_000
    facts = facts_of(picture)
    days = [(stop.day, stop.days) for stop in facts.stops]  # type: ignore[union-attr]
    assert days == [
        (date(2026, 6, 1), 9),
        (date(2026, 6, 10), 10),
        (date(2026, 6, 20), 11),
        (date(2026, 7, 1), 5),
    ]


async def test_the_timeline_button_brings_it_in_a_group_and_its_topic(world: BotWorld) -> None:
    """There too the picture comes where the button was tapped."""
    await world.ask("/start", chat=GROUP)
    await world.ask("/company 沐曦", chat=GROUP)
    await world.tap("时间线", chat=GROUP)
    await world.quiet()
    assert size_of(newest(world, GROUP))[0] == 1080
    assert "2026-06-26" in newest(world, GROUP).text
    topic = {"message_thread_id": 7, "is_topic_message": True}
    await world.ask("/start", chat=GROUP, **topic)
    await world.ask("/pipeline", chat=GROUP, **topic)
    await world.quiet()
    assert newest(world, GROUP).thread == 7
    assert newest(world, GROUP).photo


def stated(
    url: str,
    issuer: int,
    kind: str,
    *,
    amount: str | None = None,
    qualifier: str | None = None,
    rows: list[list[str | None]] | None = None,
) -> FigureRow:
    """One figure on page 318 of a document."""
    return FigureRow(
        url=url,
        issuer_id=issuer,
        kind=kind,
        amount=amount,
        currency="CNY",
        unit="元",
        measure="money",
        as_printed="",
        qualifier=qualifier,
        page=318,
        quote="",
        document_sha256="ab" * 32,
        confidence="1",
        rows=rows or [],
    )


def read_prospectus(world: BotWorld) -> None:
    """A prospectus of Moore Threads with a table of two projects has been read."""
    issuer = world.issuer(MOORE)
    url = "https://static.sse.com.cn/stock/p1.pdf"
    with world.app.database.write() as session:
        if session.get(ReadingRow, url) is None:
            session.add(
                ReadingRow(
                    url=url,
                    key="p1",
                    source="sse_star",
                    kind="prospectus_registration",
                    issuer_id=issuer,
                    title="示例招股说明书（注册稿）",
                    date=date(2026, 7, 1),
                    not_before=NOW,
                    queued_at=NOW,
                )
            )
            session.flush()
        table: list[list[str | None]] = [
            ["示例研发项目", "2500000000", "2100000000.01"],
            ["补充流动资金", None, "900000000"],
        ]
        session.add(stated(url, issuer, "use_of_proceeds", rows=table))
        session.add(stated(url, issuer, "planned_proceeds", amount="3000000000.01"))
        session.add(stated(url, issuer, "net_proceeds", amount="2900000000", qualifier="约"))


async def test_use_of_proceeds_comes_on_its_button_once_a_document_states_it(world: BotWorld) -> None:
    """No button before; then each project, the exact sum, the page, and nothing that is only 约."""
    await world.ask("/start")
    await world.ask("/company 摩尔线程")
    await world.quiet()
    labels = [button["text"] for row in newest(world).keyboard for button in row]
    assert not [label for label in labels if "募资投向" in label]
    read_prospectus(world)
    await world.ask("/company 摩尔线程")
    await world.tap("募资投向")
    await world.quiet()
    shown = newest(world)
    assert size_of(shown)[0] == 1080
    assert "第 318 页" in shown.text
    assert "拟用募集资金 21.0000000001 亿元，总投资 25 亿元" in shown.text
    assert "项目合计" in shown.text
    assert shown.text.count("30.0000000001 亿元") == 2
    assert "净额" not in shown.text


@pytest.mark.parametrize(
    "fault",
    [
        refusal(400, "Bad Request: IMAGE_PROCESS_FAILED"),
        refusal(400, "Bad Request: not enough rights to send photos to the chat"),
        refusal(413, "Request Entity Too Large"),
    ],
    ids=["unreadable", "no rights", "too large"],
)
async def test_a_refused_picture_is_replaced_by_its_words(world: BotWorld, fault: Fault) -> None:
    """The same words come as text, once, and the chat stays reachable."""
    await world.ask("/start")
    world.api.script(fault, method="sendPhoto")
    text = await world.ask("/pipeline")
    await world.quiet()
    assert newest(world).photo == b""
    assert "沐曦" in text
    assert "沐曦" in await world.ask("/company 沐曦")


async def test_a_picture_that_cannot_be_drawn_is_replaced_by_its_words(
    world: BotWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is asked of the chat service but to show the text."""
    await world.ask("/start")
    monkeypatch.setattr(telegram, "drawn", lambda picture: b"")
    assert "沐曦" in await world.ask("/pipeline")
    assert newest(world).photo == b""
    assert [call.method for call in world.api.calls if call.method == "sendphoto"] == []


async def test_killed_before_it_is_sent_it_is_drawn_after_the_restart(world: BotWorld) -> None:
    """The facts outlive the process that owed them; the picture comes once."""
    await world.ask("/start")
    await world.quiet()
    await world.stop()
    before = len(world.told(OWNER))
    await world.restart()
    delivery = world._tasks.pop(0)
    delivery.cancel()  # this process handles commands and sends nothing
    await asyncio.gather(delivery, return_exceptions=True)
    world.api.say(OWNER, "/pipeline")
    await world.until(lambda: world.verdicts()[-1:] == ["handled"] and not world.api.updates)
    await world.stop()
    assert len(world.told(OWNER)) == before
    await world.restart()
    await world.until(lambda: len(world.told(OWNER)) > before)
    await world.quiet()
    assert len(world.told(OWNER)) == before + 1
    assert size_of(newest(world))[0] == 1080


def test_words_too_long_for_a_caption_follow_the_picture() -> None:
    """The picture comes above the headline alone; then every line, whole, and the buttons last."""
    picture = picture_of(SAMPLES["board"], "zh")
    message = Message(
        alert_id="",
        icon="🏁",
        headline="示例",
        facts=tuple(Fact(label=str(number), value="算" * 40) for number in range(30)),
        picture=picture,
    )
    first, second = telegram_text.format_telegram(message)
    assert (first.picture, first.text, first.part, first.parts) == (picture, "<b>🏁 示例</b>", 1, 2)
    assert (second.picture, second.part, second.parts) == (None, 2, 2)
    assert second.text.count("算") == 1200
    (short,) = telegram_text.format_telegram(from_text(to_text(replace(message, facts=()))))
    assert short.picture == picture


def test_a_caption_is_counted_as_the_chat_service_counts_it() -> None:
    """Marks and escapes do not count, what they stand for does: 1,024 points fit, one more does not."""
    assert telegram_text.visible('<b>a &amp; b</b> <a href="https://x.example/?q=1">c</a>') == 7
    facts = (Fact(label="a", value="&" * (1_024 - len("x\na: "))),)
    fits = Message(
        alert_id="", icon="", headline="x", facts=facts, picture=picture_of(SAMPLES["board"], "zh")
    )
    (payload,) = telegram_text.format_telegram(fits)
    assert telegram_text.visible(payload.text) == 1_024
    over = replace(fits, headline="xx")
    assert len(telegram_text.format_telegram(over)) == 2


def test_what_was_stored_before_there_were_pictures_is_still_read() -> None:
    """A queue written by an older version goes out as it is."""
    old = json.loads(to_text(Message(alert_id="", icon="💬", headline="示例")))
    del old["picture"]
    assert from_text(json.dumps(old)).picture is None
