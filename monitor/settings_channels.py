"""Reads the channels: console, Telegram, and those that post to one secret address each.

Rule: a kind of hook is one key, `channels.<kind>`: a table, or a list of tables with a name each.
Rule: every problem of every table is noted, with the place of the table; no address is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from alerts.registry import HOOKS
from monitor.domain.addresses import names_this_host_or_net
from monitor.settings_items import LANGUAGES, chat, chat_id, event_kind, issuer_name, user_id
from monitor.settings_schema import (
    Channels,
    ConsoleSettings,
    HookSettings,
    Language,
    Secret,
    TelegramSettings,
)
from monitor.settings_values import Key, Raw, Unfit, Values, pick, split

_FIELDS = (
    "name",
    "enabled",
    "url",
    "url_file",
    "secret",
    "secret_file",
    "language",
    "watch",
    "kinds",
    "operator",
)
_MAIL_FIELDS = (*_FIELDS, "to", "from")
_MAIL = re.compile(r"[^\s@,<>\"]+@[^\s@,<>\"]+")
_T = TypeVar("_T")


def channels(values: Values, home: Path | None, language: Language) -> Channels:
    """Everything under `channels`; `language` is that of chats that name none."""
    return Channels(
        console=ConsoleSettings(enabled=values.flag("channels.console.enabled", True)),
        telegram=_telegram(values, home, language),
        hooks=tuple(hook for kind in HOOKS for hook in _hooks(values, kind, home, language)),
    )


def _telegram(values: Values, home: Path | None, language: Language) -> TelegramSettings:
    at = "channels.telegram."
    enabled = values.flag(f"{at}enabled", False)
    token, raw = values.secret(f"{at}token", "secret", home)
    # The token becomes a part of the path; Telegram's own look like 123456:ABC-def.
    if token is not None and not re.fullmatch(r"[A-Za-z0-9:_-]{1,256}", token):
        values.problem(f"{at}token", "must be the token as BotFather printed it", raw, show=False)
    if enabled and raw is None:
        values.problem(f"{at}token", f"must be set (or {at}token_file) while {at}enabled is true")
    chats = values.items(
        f"{at}chats", (), "list of chat ids or tables", "[]", lambda item: chat(item, language)
    )
    if len({chat.id for chat in chats}) < len(chats):
        values.problem(f"{at}chats", "must not name a chat twice", values.raw(f"{at}chats"))
    return TelegramSettings(
        enabled=enabled,
        token=Secret(token) if token else None,
        api_url=values.url(f"{at}api_url", "https://api.telegram.org"),
        chats=chats,
        operator_chat=values.read(f"{at}operator_chat", "chat id", "none", lambda raw: chat_id(raw.value)),
        bot=values.flag(f"{at}bot", True),
        owner=values.read(f"{at}owner", "user id", "none", lambda raw: user_id(raw.value)),
        admins=values.items(f"{at}admins", (), "list of user ids", "[]", user_id),
        access=values.choice(f"{at}access", ("open", "closed", "invite"), "invite"),
    )


def describe_hook(hook: HookSettings) -> str:
    """One line that says where a hook posts and what, without its secrets."""
    to = f" for {', '.join(hook.to)}" if hook.to else ""
    watch = f", only names with {', '.join(hook.watch)}" if hook.watch else ""
    kinds = f", {', '.join(hook.kinds)}" if hook.kinds else ""
    signed = ", with its secret" if hook.secret else ""
    return f"channel {hook.name}: {hook.host or 'apprise'}{to}, {hook.language}{watch}{kinds}{signed}"


def _hooks(values: Values, kind: str, home: Path | None, language: Language) -> list[HookSettings]:
    key = f"channels.{kind}"
    values.gather(key)
    values.keys[key] = Key(name=key, kind="table or list of tables", default="none")
    raw = values.raw(key)
    if raw is None:
        return []
    try:
        value = split(str(raw.value)) if raw.written else raw.value
    except Unfit:
        value = None
    tables = value if isinstance(value, list) else [value]
    if not tables or not all(isinstance(table, dict) for table in tables):
        values.problem(key, f"must be a table [{key}] or tables [[{key}]]", raw, show=False)
        return []
    found = []
    for number, table in enumerate(tables, start=1):
        where = f"{key}[{number}]" if len(tables) > 1 else key
        hook = _Table(values, kind, where, table, raw, home).hook(language)
        found += [hook] if hook else []
    for what, seen in (
        ("have the same name twice", [hook.name for hook in found]),
        ("post to one address twice", [(hook.url, hook.to) for hook in found]),
    ):
        if len(set(seen)) < len(seen):
            values.problem(key, f"must not {what}", raw, show=False)
    return found


class _Table:
    """One hook's table: each field is read by itself, so that all that is wrong is said at once."""

    def __init__(
        self,
        values: Values,
        kind: str,
        where: str,
        table: Mapping[str, object],
        raw: Raw,
        home: Path | None,
    ) -> None:
        self._values, self._kind, self._where, self._home = values, kind, where, home
        self._table = table
        self._raw = raw

    def hook(self, language: Language) -> HookSettings | None:
        """The hook as configured; None when it is off or has a problem, which is then noted."""
        before = len(self._values.problems)
        mail = self._kind == "email"
        for name in self._table:
            if name not in (known := _MAIL_FIELDS if mail else _FIELDS):
                self._problem(name, f"unknown key; known are {', '.join(known)}")
        enabled = self._read("enabled", _flag, True)
        name = self._read("name", _name, "")
        url = self._secret("url", lambda text: _address(self._kind, text))
        secret = self._secret("secret", _secret)
        if url is None and not {"url", "url_file"} & self._table.keys():
            self._problem("url", f"must be set (or url_file), like {HOOKS[self._kind].like}")
        if secret is not None and not HOOKS[self._kind].signed:
            self._problem("secret", "must not be set: this service has none besides its address")
        nobody: tuple[str, ...] = ()
        to = self._read("to", lambda item: _many(item, _mail), nobody)
        sender = self._read("from", _mail, "") or _user(url)
        if mail and not to:
            self._problem("to", 'must be a list of e-mail addresses, like ["me@example.org"]')
        if mail and not sender:
            self._problem("from", "must be the e-mail address mails come from")
        if mail and secret and url and url.startswith("smtp+plain:"):
            self._problem("url", "must begin with smtps:// or smtp:// where there is a password")
        hook = HookSettings(
            kind=self._kind,
            name=f"{self._kind}/{name}" if name else self._kind,
            url=Secret(url or ""),
            secret=Secret(secret) if secret else None,
            language=self._read("language", lambda item: pick(item, LANGUAGES), language),
            watch=self._read("watch", lambda item: _many(item, issuer_name), None),
            kinds=self._read("kinds", lambda item: _many(item, event_kind), ()),
            operator=self._read("operator", _flag, False),
            to=to,
            sender=sender,
            bare=not self._raw.written and bool({"url", "secret"} & self._table.keys()),
        )
        return hook if enabled and len(self._values.problems) == before else None

    def _problem(self, name: str, must: str) -> None:
        self._values.problem(f"{self._where}.{name}", must, self._raw, show=False)

    def _read(self, name: str, parse: Callable[[object], _T], default: _T) -> _T:
        if name not in self._table:
            return default
        try:
            return parse(self._table[name])
        except Unfit as unfit:
            self._problem(name, str(unfit))
            return default

    def _secret(self, name: str, parse: Callable[[str], str]) -> str | None:
        """A value, or the content of the file its `_file` twin names."""
        file = f"{name}_file"
        if name in self._table and file in self._table:
            self._problem(file, f"must not be set together with {name}; keep one")
            return None
        if file in self._table:
            raw = Raw(
                value=self._table[file], origin=self._raw.origin, written=False, folder=self._raw.folder
            )
            text: object = self._values.content(f"{self._where}.{file}", raw, self._home)
            if text is None:
                return None
        elif name in self._table:
            text = self._table[name]
        else:
            return None
        if not isinstance(text, str) or not text.strip():
            self._problem(name, "must be text in quotes")
            return None
        try:
            return parse(text.strip())
        except Unfit as unfit:
            self._problem(file if file in self._table else name, str(unfit))
            return None


def _address(kind: str, text: str) -> str:
    """The address, checked for its kind; no message quotes it, as it is a secret."""
    hook = HOOKS[kind]
    must = f"must be an address like {hook.like}"
    if re.search(r"[\s\x00-\x1f]", text) or not re.match(r"[a-z][a-z0-9+.-]*://", text):
        raise Unfit(must)
    if not hook.schemes:
        return text
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise Unfit(must) from error
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    mail = kind == "email"
    if parts.scheme not in hook.schemes or not parts.hostname or parts.fragment:
        raise Unfit(must)
    if not re.fullmatch(hook.shape, path) or parts.password is not None or (parts.username and not mail):
        raise Unfit(must)
    if parts.scheme in ("http", "smtp+plain") and not names_this_host_or_net(parts.hostname):
        raise Unfit(f"must begin with {hook.schemes[0]}://, as its secret would travel unencrypted")
    return text


def _secret(text: str) -> str:
    if text.isprintable():
        return text
    raise Unfit("must be one line of printable text")


def _name(item: object) -> str:
    if isinstance(item, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,32}", item):
        return item
    raise Unfit("must be 1 to 32 letters, digits, - or _")


def _flag(item: object) -> bool:
    if isinstance(item, bool):
        return item
    raise Unfit("must be true or false")


def _mail(item: object) -> str:
    if isinstance(item, str) and _MAIL.fullmatch(item.strip()):
        return item.strip()
    raise Unfit("must be e-mail addresses like me@example.org")


def _user(url: str | None) -> str:
    user = unquote(urlsplit(url).username or "") if url else ""
    return user if _MAIL.fullmatch(user) else ""


def _many(item: object, parse: Callable[[object], _T]) -> tuple[_T, ...]:
    if not isinstance(item, list):
        raise Unfit("must be a list")
    return tuple(parse(one) for one in item)
