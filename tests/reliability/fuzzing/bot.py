"""Targets of what people send the bot: updates, commands, buttons, inline questions, names, hours, choices.

Rule: whatever is written comes back as a reaction the chat service takes and the store can hold.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from alerts.bot.access import COMMANDS, TAPS, Mode
from alerts.bot.asking import since_of
from alerts.bot.contract import Inbound, Kind, Reaction
from alerts.bot.criteria import criteria_of, criterion_of, shown_in, with_criterion, without_criterion
from alerts.bot.living import living_buttons, living_message
from alerts.bot.pinyin import reading
from alerts.bot.react import alert_buttons, needs_admin, react
from alerts.bot.reading import person_of, read_update
from alerts.bot.signing import MOST_BYTES, Signer
from alerts.glossary import Language
from alerts.preferences import Preferences, from_stored, quiet_span, time_of, to_stored
from alerts.stored_message import to_text
from monitor.domain.errors import DecodeError
from tests.reliability.fuzz_events import AT
from tests.reliability.fuzzing import seeds
from tests.reliability.fuzzing.desk import FINDER, FuzzDesk
from tests.reliability.fuzzing.messages import through_telegram
from tests.reliability.fuzzing.target import Broken, Choices, Target, text_of
from tests.reliability.fuzzing.words import JSON_WORDS, TEXT_WORDS

_SIGNER = Signer("123456:fuzz")
_LANGUAGES: tuple[Language, ...] = ("zh", "en")
_MODES: tuple[Mode, ...] = ("open", "closed", "invite")
_CHATS = ((7, "private"), (-100200, "supergroup"), (-5, "group"), (-9, "channel"))


def _judge(reaction: Reaction) -> None:
    shown = [*reaction.replies, *reaction.inline, *([reaction.edit] if reaction.edit else [])]
    for message in shown:
        to_text(message).encode()
        through_telegram(message)
        for row in message.buttons:
            for button in row:
                if not 1 <= len(button.data.encode()) <= MOST_BYTES or not button.label:
                    raise Broken(f"a button Telegram refuses: {button}")
    f"{reaction.toast}{reaction.whisper}{reaction.verdict}".encode()


def _react(inbound: Inbound, choices: Choices) -> None:
    mode, admin = choices.pick(_MODES), choices.chance(128)
    needs_admin(inbound)
    _judge(react(inbound, FuzzDesk(choices), _SIGNER, mode, group_admin=admin))


def _split(data: bytes) -> tuple[str, Choices]:
    """What is written before the first line end, and the bytes that decide the rest."""
    written, _, rest = data.partition(b"\n")
    return text_of(written), Choices(rest)


def _inbound(kind: Kind, choices: Choices, **more: object) -> Inbound:
    chat, chat_type = choices.pick(_CHATS[:1] * 3 + _CHATS)
    return Inbound(
        update_id=1,
        kind=kind,
        user=choices.pick((7, 7, 7, 0)),
        user_language=choices.pick(("zh-hans", "en", "")),
        chat=chat,
        chat_type=chat_type,
        thread=choices.pick((None, None, 3)),
        **more,  # type: ignore[arg-type]
    )


def _update(data: bytes) -> None:
    try:
        update = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DecodeError("no JSON") from error
    if not isinstance(update, dict):
        raise DecodeError("no update")
    person_of(update)
    inbound = read_update(update, "ipo_bot")
    if inbound is not None:
        f"{inbound.text}{inbound.data}{inbound.query_id}{inbound.chat_type}{inbound.user_language}".encode()
        _react(inbound, Choices(b"\x80" * 40))


def _command(data: bytes) -> None:
    written, choices = _split(data)
    message = {
        "message_id": 5,
        "from": {"id": 7, "is_bot": False, "language_code": "en"},
        "chat": {"id": 7, "type": "private"},
        "text": written,
        "date": 1,
    }
    if choices.chance(60):
        message["reply_to_message"] = {"message_id": 4}
    inbound = read_update({"update_id": 1, "message": message})
    if inbound is None:
        raise DecodeError("no command")
    _react(inbound, choices)


def _button(data: bytes) -> None:
    written, choices = _split(data)
    inbound = _inbound("callback", choices, query_id="q", message_id=5)
    try:
        sealed = _SIGNER.seal(inbound.chat, written)
    except ValueError as error:
        raise DecodeError("longer than a button") from error
    made = Inbound(**{name: getattr(inbound, name) for name in Inbound.__slots__} | {"data": sealed})
    _react(made, choices)


def _forged(data: bytes) -> None:
    if _SIGNER.open(7, text_of(data)) is not None:
        raise Broken("a forged button was opened")
    inbound = Inbound(
        update_id=1,
        kind="callback",
        user=7,
        chat=7,
        chat_type="private",
        query_id="q",
        data=text_of(data)[:64],
    )
    _react(inbound, Choices(data))


def _inline(data: bytes) -> None:
    written, choices = _split(data)
    _react(_inbound("inline", choices, query_id="q", text=written[:400]), choices)


def _finder(data: bytes) -> None:
    text = text_of(data)
    found = FINDER.find(text[:400])
    if found.company is not None and found.suggestions:
        raise Broken("found, and not sure")
    reading(text)


def _criteria(data: bytes) -> None:
    wanted = criterion_of(text_of(data))
    if wanted is None:
        raise DecodeError("a company")
    held = with_criterion(Preferences(), wanted)
    for one in criteria_of(held):
        shown_in(one, "zh"), shown_in(one, "en")
    if wanted.kind == "m" and not 0 < int(wanted.value) < 2**63:
        raise Broken(f"a minimum that no database holds: {wanted}")
    if criteria_of(without_criterion(held, wanted.kind, wanted.value)):
        raise Broken(f"{wanted} cannot be taken back")


def _hours(data: bytes) -> None:
    text = text_of(data)[:400]
    since = since_of(text, AT)
    if since is not None:
        since.astimezone(AT.tzinfo).isoformat()
    time_of(text)
    held = Preferences(quiet=text).held_until(AT)
    if quiet_span(text) is None and held is not None:
        raise Broken("hours that cannot be read hold an alert")


def _choices(data: bytes) -> None:
    try:
        stored = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DecodeError("no JSON") from error
    if not isinstance(stored, dict):
        raise DecodeError("no object")
    held = from_stored(stored)
    held.mutes("1", AT), held.held_until(AT), criteria_of(held)
    for one in criteria_of(held):
        shown_in(one, "zh"), shown_in(one, "en")
    if from_stored(to_stored(held)) != held:
        raise Broken("choices change when they are stored again")


def _alert_buttons(data: bytes) -> None:
    choices = Choices(data)
    rows = alert_buttons(_SIGNER, str(choices.number(-(10**14), 10**14)), choices.number(0, 2**40), "en")
    if any(len(button.data.encode()) > MOST_BYTES for row in rows for button in row):
        raise Broken("a button Telegram refuses")


def _living(data: bytes) -> None:
    choices = Choices(data)
    desk = FuzzDesk(choices)
    card = desk.card(1)
    if card is None:
        raise DecodeError("no card")
    language = choices.pick(_LANGUAGES)
    kept, marked = choices.chance(128), choices.chance(60)
    through_telegram(living_message(card, language, desk.now, kept=kept, marked=marked))
    living_buttons(_SIGNER, "-100200/3", choices.number(0, 2**40), language)


def _updates() -> tuple[bytes, ...]:
    person = {"id": 7, "is_bot": False, "language_code": "zh-hans"}
    chat = {"id": -100200, "type": "supergroup"}
    made = (
        {
            "message": {
                "message_id": 5,
                "from": person,
                "chat": {"id": 7, "type": "private"},
                "text": "/company@ipo_bot 沐曦",
            }
        },
        {
            "message": {
                "message_id": 5,
                "from": person,
                "chat": chat,
                "text": "/start",
                "message_thread_id": 3,
                "is_topic_message": True,
                "reply_to_message": {"message_id": 4},
            }
        },
        {
            "callback_query": {
                "id": "q",
                "from": person,
                "data": "w 1~0123456789",
                "message": {"message_id": 9, "chat": chat},
            }
        },
        {"channel_post": {"message_id": 5, "chat": {"id": -9, "type": "channel"}, "text": "/start"}},
        {"inline_query": {"id": "q", "from": person, "query": "沐曦"}},
        {"my_chat_member": {"from": person, "chat": chat, "new_chat_member": {"status": "kicked"}}},
    )
    return tuple(json.dumps({"update_id": 1, **one}, ensure_ascii=False).encode() for one in made)


def _lines(*written: str) -> tuple[bytes, ...]:
    random = seeds.choices((60, 200))
    return tuple(
        line.encode() + b"\n" + random[at % 2].replace(b"\n", b"") for at, line in enumerate(written)
    )


_WRITTEN = (
    "沐曦",
    "MetaX",
    "688802",
    "保荐 中信证券",
    "板块 科创板",
    "最低 20 亿",
    "min 20",
    "theme ai",
    "2026",
    "#A1B2",
    "3d",
    "2026-07-01",
    "22:00-07:30",
    "weekly mon 08:30",
    "daily 08:30",
    "off",
    "both",
    "沐曦 7",
    "urgent off",
    "1002",
)
_PRESSED = (
    "c 1",
    "ct 2",
    "cp 3",
    "w 12",
    "t 12",
    "p 12",
    "m 12",
    "o i 1",
    "f i 1",
    "f s 中信证券",
    "f m 100",
    "u b 科创板",
    "mi 7 1",
    "x",
    "s l zh",
    "s r all",
    "s q off",
    "s q 22:00-07:30",
    "l both",
    "k money off",
)


def targets() -> list[Target]:
    """Every reader of what people send, and what the bot makes of it."""
    words = TEXT_WORDS + tuple(one.encode() for one in _WRITTEN)
    commands = tuple(f"/{name} {_WRITTEN[at % len(_WRITTEN)]}" for at, name in enumerate(COMMANDS))
    taps = _PRESSED + tuple(f"{name} 1" for name in TAPS)
    stored = (
        b'{"subscribed":true,"issuers":{"1":"a"},"watch":["b"],"min_planned_fen":100,'
        b'"kinds":{"milestone":false},"quiet":"22:00-07:30","daily":"08:30","weekly":"1 08:30",'
        b'"muted":{"*":"2026-07-06T09:00:00+00:00|x"}}'
    )

    def text(name: str, one: Callable[[bytes], None], samples: tuple[bytes, ...], usual: int = 400) -> Target:
        return Target(name=name, one=one, samples=samples, words=words, usual=usual, most=8192)

    plain = tuple(one.encode() for one in _WRITTEN)
    return [
        Target(name="bot-update", one=_update, samples=_updates(), words=JSON_WORDS, usual=1024),
        text("bot-command", _command, _lines(*commands, *(f"/watch {one}" for one in _WRITTEN))),
        text("bot-button", _button, _lines(*taps)),
        text("bot-forged-button", _forged, tuple(f"{one}~0123456789".encode() for one in _PRESSED)),
        text("bot-inline", _inline, _lines(*_WRITTEN[:5])),
        text("bot-finder", _finder, plain),
        text("bot-criteria", _criteria, plain[3:8]),
        text("bot-hours", _hours, plain),
        Target(name="bot-choices", one=_choices, samples=(stored,), words=JSON_WORDS, usual=1024),
        Target(
            name="bot-living-card", one=_living, samples=seeds.choices(), usual=400, most=2048, binary=True
        ),
        Target(
            name="bot-alert-buttons",
            one=_alert_buttons,
            samples=seeds.choices((8, 20)),
            usual=64,
            most=256,
            binary=True,
        ),
    ]
