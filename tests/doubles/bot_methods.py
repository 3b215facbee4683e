"""The methods of the Bot API stand-in: each one function, refusing in Telegram's words."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tests.doubles.bot_state import ME, Chat, Refused, Shown
from tests.doubles.telegram_parser import ParseRefused, parse_html

if TYPE_CHECKING:
    from tests.doubles.bot_api import BotApi

MOST_POINTS = 4096  # after parsing
MOST_BYTES = 32_768  # before parsing
MOST_PHOTO = 10 * 1024 * 1024


def _read_text(
    params: dict[str, str], key: str = "text", most: int = MOST_POINTS
) -> tuple[str, list[dict[str, Any]]]:
    raw = params.get(key, "")
    if len(raw.encode()) > MOST_BYTES:
        raise Refused(400, "Bad Request: text is too long")
    mode = params.get("parse_mode", "")
    entities: list[dict[str, Any]] = []
    if mode.lower() == "html":
        try:
            raw, entities = parse_html(raw)
        except ParseRefused as refused:
            text = str(refused)
            raise Refused(400, f"Bad Request: {text[:1].lower()}{text[1:]}") from refused
    elif mode:
        raise Refused(400, "Bad Request: unsupported parse_mode")
    if key == "text" and not raw.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(raw) > most:
        raise Refused(400, "Bad Request: message is too long")
    return raw.strip(), entities


async def get_me(api: BotApi, params: dict[str, str]) -> Any:
    """The bot itself."""
    return {
        **ME,
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


def _read_keyboard(params: dict[str, str]) -> list[list[dict[str, str]]]:
    """The inline keyboard of a message, refused as td refuses it (`ReplyMarkup.cpp`)."""
    if "reply_markup" not in params:
        return []
    try:
        markup = json.loads(params["reply_markup"])
    except ValueError as error:
        raise Refused(400, "Bad Request: can't parse reply keyboard markup JSON object") from error
    rows = markup.get("inline_keyboard") if isinstance(markup, dict) else None
    if not isinstance(rows, list):
        raise Refused(400, "Bad Request: object expected as reply markup")
    for button in (button for row in rows for button in row):
        if not str(button.get("text", "")).strip():
            raise Refused(400, "Bad Request: text buttons must be non-empty")
        if not 1 <= len(str(button.get("callback_data", "")).encode()) <= 64:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    if sum(len(row) for row in rows) > 100:
        raise Refused(400, "Bad Request: reply markup is too long")
    return rows


def _read_reply(chat: Chat, params: dict[str, str]) -> int | None:
    """The message replied to; one that is gone is refused, unless the caller allows to go without."""
    if "reply_parameters" not in params:
        return None
    asked = json.loads(params["reply_parameters"])
    if any(one.message_id == asked["message_id"] and not one.deleted for one in chat.shown):
        return int(asked["message_id"])
    if asked.get("allow_sending_without_reply") is True:
        return None
    raise Refused(400, "Bad Request: message to be replied not found")


async def send_message(api: BotApi, params: dict[str, str]) -> Any:
    """Show a text in a chat."""
    chat = api.find_chat(params.get("chat_id", ""))
    text, entities = _read_text(params)
    keyboard = _read_keyboard(params)
    reply_to = _read_reply(chat, params)
    api.check_rate(chat)
    thread = params.get("message_thread_id")
    shown = Shown(
        message_id=chat.next_id,
        text=text,
        entities=entities,
        at=api.clock(),
        silent=params.get("disable_notification", "").lower() == "true",
        thread=int(thread) if thread else None,
        reply_to=reply_to,
        raw=params.get("text", ""),
        parse_mode=params.get("parse_mode", ""),
        keyboard=keyboard,
    )
    chat.next_id += 1
    chat.shown.append(shown)
    return api.as_message(chat, shown)


def _find_shown(chat: Chat, params: dict[str, str], doing: str) -> Shown:
    for shown in chat.shown:
        if str(shown.message_id) == params.get("message_id") and not shown.deleted:
            return shown
    raise Refused(400, f"Bad Request: message to {doing} not found")


async def edit_message_text(api: BotApi, params: dict[str, str]) -> Any:
    """Replace a text; the same text again is refused."""
    chat = api.find_chat(params.get("chat_id", ""))
    shown = _find_shown(chat, params, "edit")
    text, entities = _read_text(params)
    keyboard = _read_keyboard(params)
    if (text, entities, keyboard) == (shown.text, shown.entities, shown.keyboard):
        raise Refused(400, "Bad Request: message is not modified")
    shown.keyboard = keyboard
    shown.text, shown.entities, shown.edits = text, entities, shown.edits + 1
    return api.as_message(chat, shown)


async def delete_message(api: BotApi, params: dict[str, str]) -> Any:
    """Take a message out of sight."""
    _find_shown(api.find_chat(params.get("chat_id", "")), params, "delete").deleted = True
    return True


async def get_chat(api: BotApi, params: dict[str, str]) -> Any:
    """A chat by id or @name."""
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    full = {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, True),
    }
    return {**api.find_chat(params.get("chat_id", "")).as_json(), **full}


async def get_updates(api: BotApi, params: dict[str, str]) -> Any:
    """Updates from `offset` on; the ones before it are forgotten; waits `timeout` seconds for the first."""
    offset = int(params.get("offset", "0"))
    api.updates = [update for update in api.updates if update["update_id"] >= offset]
    if not api.updates and float(params.get("timeout", "0")) > 0:
        api.update_came.clear()
        waits = [asyncio.create_task(event.wait()) for event in (api.update_came, api.closing)]
        await asyncio.wait(waits, timeout=float(params["timeout"]), return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
    return api.updates[: int(params.get("limit", "100"))]


def _read_photo(text: str) -> tuple[bytes, tuple[int, int]]:
    """The uploaded PNG and its measures, refused as the Bot API refuses what it cannot show."""
    try:
        photo = base64.b64decode(text, validate=True)
    except ValueError:
        photo = b""  # a file_id, or a name without a file
    if len(photo) < 24 or photo[:8] != b"\x89PNG\r\n\x1a\n":
        raise Refused(400, "Bad Request: IMAGE_PROCESS_FAILED")
    width, height = int.from_bytes(photo[16:20]), int.from_bytes(photo[20:24])
    if len(photo) > MOST_PHOTO:
        raise Refused(413, "Request Entity Too Large")
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise Refused(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    return photo, (width, height)


async def send_photo(api: BotApi, params: dict[str, str]) -> Any:
    """Show a picture of lawful measures with a caption of at most 1,024 code points."""
    chat = api.find_chat(params.get("chat_id", ""))
    if "photo" not in params:
        raise Refused(400, "Bad Request: there is no photo in the request")
    photo, (width, height) = _read_photo(params["photo"])
    caption, entities = _read_text({**params, "text": ""}, key="caption", most=1024)
    keyboard = _read_keyboard(params)
    reply_to = _read_reply(chat, params)
    api.check_rate(chat)
    thread = params.get("message_thread_id")
    shown = Shown(
        message_id=chat.next_id,
        text=caption,
        entities=entities,
        at=api.clock(),
        silent=params.get("disable_notification", "").lower() == "true",
        thread=int(thread) if thread else None,
        reply_to=reply_to,
        raw=params.get("caption", ""),
        parse_mode=params.get("parse_mode", ""),
        keyboard=keyboard,
        photo=photo,
    )
    chat.next_id += 1
    chat.shown.append(shown)
    message = api.as_message(chat, shown)
    size = {"file_id": "P1", "file_unique_id": "U1", "width": width, "height": height}
    del message["text"]
    return {**message, "photo": [size], "caption": caption}


async def answer_callback_query(api: BotApi, params: dict[str, str]) -> Any:
    """Stop the clock on a tapped button, once; at most 200 characters are shown."""
    query_id = params.get("callback_query_id", "")
    if api.taps.get(query_id, "answered") is not None:
        raise Refused(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    if len(params.get("text", "")) > 200:
        raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
    api.taps[query_id] = params.get("text", "")
    return True


async def answer_inline_query(api: BotApi, params: dict[str, str]) -> Any:
    """Offer results for `@bot words`, once; each with an id of its own and a text that parses."""
    query_id = params.get("inline_query_id", "")
    if api.questions.get(query_id, []) is not None:
        raise Refused(
            400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
        )
    results = json.loads(params.get("results", "null"))
    if not isinstance(results, list) or len(results) > 50:
        raise Refused(400, "Bad Request: RESULTS_TOO_MUCH")
    ids = [result["id"] for result in results]
    if len(set(ids)) < len(ids) or not all(1 <= len(one.encode()) <= 64 for one in ids):
        raise Refused(400, "Bad Request: RESULT_ID_DUPLICATE")
    for result in results:
        content = result["input_message_content"]
        result["shown"], _ = _read_text(
            {"text": content["message_text"], "parse_mode": content["parse_mode"]}
        )
    api.questions[query_id] = results
    return True


async def get_chat_member(api: BotApi, params: dict[str, str]) -> Any:
    """What a person is in a group."""
    chat = api.find_chat(params.get("chat_id", ""))
    user = int(params.get("user_id", "0"))
    status = chat.members.get(user)
    if status is None:
        raise Refused(400, "Bad Request: user not found")
    held = {"user": {"id": user, "is_bot": False, "first_name": f"U{user}"}, "status": status}
    if status == "creator":
        held["is_anonymous"] = False
    if status == "administrator":
        rights = (
            "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats "
            "can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories "
            "can_edit_stories can_delete_stories"
        )
        held |= dict.fromkeys(rights.split(), False)
    return held


async def set_my_commands(api: BotApi, params: dict[str, str]) -> Any:
    """The menu of commands: at most 100, each name in lower case, described in 1–256 characters."""
    commands = json.loads(params.get("commands", "[]"))
    for one in commands:
        name, text = one["command"], one["description"]
        if not (name.isascii() and name.islower() and 1 <= len(name) <= 32):
            raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(text) <= 256:
            raise Refused(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    api.menu[params.get("language_code", "")] = commands
    return True


METHODS: dict[str, Callable[[BotApi, dict[str, str]], Awaitable[Any]]] = {
    "getme": get_me,
    "sendmessage": send_message,
    "editmessagetext": edit_message_text,
    "deletemessage": delete_message,
    "getchat": get_chat,
    "getupdates": get_updates,
    "sendphoto": send_photo,
    "answercallbackquery": answer_callback_query,
    "answerinlinequery": answer_inline_query,
    "getchatmember": get_chat_member,
    "setmycommands": set_my_commands,
}
