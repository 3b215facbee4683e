"""Reads one configuration key at a time, from file or environment, and collects every problem.

Rule: a reading method returns its default after a problem, so that one run finds them all.
Rule: no message quotes a value that may be secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from monitor.domain.addresses import names_this_host_or_net

PREFIX = "IPO_MONITOR_"
# Names that belong to the program's surroundings and are no configuration keys.
RESERVED = frozenset({"IPO_MONITOR_CONFIG", "IPO_MONITOR_CORPUS", "IPO_MONITOR_FAILPOINT"})
_TRUE, _FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})
_Number = TypeVar("_Number", int, float)
_Choice = TypeVar("_Choice", bound=str)
_Item = TypeVar("_Item")


class Unfit(Exception):
    """A value of the wrong kind; the text says what it must be."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    """One documented key: its dotted name, kind and default as docs/configuration.md prints them."""

    name: str
    kind: str
    default: str

    @property
    def environment(self) -> str:
        """The variable that overrides it."""
        return environment_name(self.name)


@dataclass(frozen=True, kw_only=True, slots=True)
class Raw:
    """A value as it was written and where; `written` means text of the environment, still to be read."""

    value: object
    origin: str
    written: bool
    folder: Path


def environment_name(key: str) -> str:
    """`database.url` is set by `IPO_MONITOR_DATABASE__URL`."""
    return PREFIX + key.replace(".", "__").upper()


class Values:
    """The merged values; environment over file. `keys` grows with each key asked for."""

    def __init__(self, file: Mapping[str, Raw], environ: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self.keys: dict[str, Key] = {}
        self._file = dict(file)
        self._environment = {
            name[len(PREFIX) :].lower().replace("__", "."): Raw(
                value=text, origin=f"environment {name}", written=True, folder=Path()
            )
            for name, text in environ.items()
            # An empty variable is an unset one, as deployment templates leave them behind.
            if name.startswith(PREFIX) and name not in RESERVED and text.strip()
        }

    def raw(self, key: str) -> Raw | None:
        """What was written for the key, the environment winning."""
        return self._environment.get(key) or self._file.get(key)

    def problem(self, key: str, must: str, raw: Raw | None = None, *, show: bool = True) -> None:
        """Note what must be done about a key; the value is quoted unless it may be secret."""
        seen = ""
        if raw is not None:
            seen = f", not {str(raw.value)[:80]!r}" if show else ""
            seen += f" ({raw.origin})"
        self.problems.append(f"{key}: {must}{seen}")

    def unknown(self) -> None:
        """Every value nobody asked for is a problem, with the nearest known name."""
        for key, raw in [*self._file.items(), *self._environment.items()]:
            if key in self.keys:
                continue
            near = get_close_matches(key, self.keys, n=1, cutoff=0.6)
            hint = ""
            if near:
                hint = f"; did you mean {environment_name(near[0]) if raw.written else near[0]}?"
            name = environment_name(key) if raw.written else key
            self.problems.append(f"{name}: unknown key{hint or '; see docs/configuration.md'} ({raw.origin})")

    def read(self, key: str, kind: str, default: str, parse: Callable[[Raw], _Item]) -> _Item | None:
        """The parsed value, or None when unset or unfit (then a problem is noted)."""
        self.keys[key] = Key(name=key, kind=kind, default=default)
        raw = self.raw(key)
        if raw is None:
            return None
        try:
            return parse(raw)
        except Unfit as unfit:
            self.problem(key, str(unfit), raw)
            return None

    def flag(self, key: str, default: bool) -> bool:
        """true or false; from the environment also yes/no, on/off, 1/0."""

        def parse(raw: Raw) -> bool:
            word = str(raw.value).strip().lower() if raw.written else ""
            if raw.value is True or word in _TRUE:
                return True
            if raw.value is False or word in _FALSE:
                return False
            raise Unfit("must be true or false")

        found = self.read(key, "true/false", "true" if default else "false", parse)
        return default if found is None else found

    def text(self, key: str, default: str, *, shape: str = r"[^\x00-\x1f\x7f]*", must: str = "") -> str:
        """One line of text that matches `shape`."""

        def parse(raw: Raw) -> str:
            if not isinstance(raw.value, str) or not re.fullmatch(shape, raw.value):
                raise Unfit(must or "must be one line of text in quotes")
            return raw.value

        found = self.read(key, "text", f'"{default}"', parse)
        return default if found is None else found

    def choice(self, key: str, allowed: tuple[_Choice, ...], default: _Choice) -> _Choice:
        """One of a few words."""

        def parse(raw: Raw) -> _Choice:
            return pick(raw.value, allowed)

        found = self.read(key, " or ".join(f'"{word}"' for word in allowed), f'"{default}"', parse)
        return default if found is None else found

    def number(
        self, key: str, default: _Number, low: _Number, high: _Number, kind: str, shown: str = ""
    ) -> _Number:
        """A number in a range: an integer where the default is one, otherwise also with decimals."""
        whole = isinstance(default, int)
        must = f"must be {'an integer' if whole else 'a number'} from {low:g} to {high:g}"

        def parse(raw: Raw) -> _Number:
            value = raw.value
            try:
                if raw.written:
                    value = int(str(value)) if whole else float(str(value))
            except ValueError as error:
                raise Unfit(must) from error
            if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
                raise Unfit(must)
            if not low <= value <= high:  # never true of a NaN
                raise Unfit(must)
            return type(default)(value)

        found = self.read(key, kind, shown or str(default).removesuffix(".0"), parse)
        return default if found is None else found

    def seconds(self, key: str, default: float, low: float, high: float, shown: str = "") -> float:
        """A length of time in seconds, whole or with decimals."""
        return self.number(key, float(default), float(low), float(high), "seconds", shown)

    def clock_time(self, key: str, default: str) -> time:
        """A time of day as HH:MM."""
        found = self.read(key, "HH:MM", f'"{default}"', lambda raw: time_of_day(raw.value))
        return time_of_day(default) if found is None else found

    def path(self, key: str, default: Path | None, shown: str, home: Path | None) -> Path | None:
        """A path; `~` is the home folder, a relative one starts at the configuration file's folder."""

        def parse(raw: Raw) -> Path:
            return located(raw, home)

        found = self.read(key, "path", shown, parse)
        return default if found is None else found

    def items(
        self,
        key: str,
        default: tuple[_Item, ...],
        kind: str,
        shown: str,
        parse: Callable[[object], _Item],
        *,
        at_least: int = 0,
    ) -> tuple[_Item, ...]:
        """A list; in the environment JSON or separated by commas. Doubles are a problem."""

        def parse_all(raw: Raw) -> tuple[_Item, ...]:
            value = raw.value
            if raw.written:
                value = split(str(value))
            if not isinstance(value, list):
                raise Unfit("must be a list, like [1, 2]")
            found = tuple(parse(item) for item in value)
            if len(found) < at_least:
                raise Unfit("must not be empty")
            if any(item in found[:place] for place, item in enumerate(found)):
                raise Unfit("must not name anything twice")
            return found

        found = self.read(key, kind, shown, parse_all)
        return default if found is None else found

    def table(
        self, key: str, kind: str, parse: Callable[[object, object], _Item], must: str
    ) -> tuple[_Item, ...]:
        """Names with a value each, a TOML table; in the environment a JSON object in place of the table."""
        self.gather(key)

        def parse_all(raw: Raw) -> tuple[_Item, ...]:
            value = split(str(raw.value)) if raw.written else raw.value
            if not isinstance(value, dict):
                raise Unfit(must)
            return tuple(parse(name, item) for name, item in value.items())

        return self.read(key, kind, "{}", parse_all) or ()

    def gather(self, key: str) -> None:
        """Take what the file says below a key as one table under the key itself."""
        inner = {name: self._file[name] for name in self._file if name.startswith(f"{key}.")}
        if inner:
            first = next(iter(inner.values()))
            for name in inner:
                del self._file[name]
            table = {name.removeprefix(f"{key}."): raw.value for name, raw in inner.items()}
            self._file[key] = Raw(value=table, origin=first.origin, written=False, folder=first.folder)

    def url(self, key: str, default: str, *, private: str = "") -> str:
        """An http or https address without a trailing slash.

        `private` is the key that must be true before an address of this machine or net will do; "" for none.
        """

        def parse(raw: Raw) -> str:
            value = raw.value
            must = 'must be an address like "https://example.org", without user, query or fragment'
            if not isinstance(value, str) or re.search(r"[\s\x00-\x1f]", value):
                raise Unfit(must)
            try:
                parts = urlsplit(value)
                _ = parts.port
            except ValueError as error:
                raise Unfit(must) from error
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise Unfit("must begin with http:// or https:// and name a host")
            if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
                raise Unfit(must)
            if private and names_this_host_or_net(parts.hostname):
                raise Unfit(f"must be a public host unless {private} = true is set")
            return value.rstrip("/")

        found = self.read(key, "URL", f'"{default}"', parse)
        return default if found is None else found

    def secret(
        self, key: str, kind: str, home: Path | None, default: str = "none"
    ) -> tuple[str | None, Raw | None]:
        """A value or the content of the file its `…_file` key names; with where it was written."""
        file_key = f"{key}_file"
        self.keys[key] = Key(name=key, kind=kind, default=default)
        self.keys[file_key] = Key(name=file_key, kind="path", default="none")
        for values in (self._environment, self._file):
            plain, file = values.get(key), values.get(file_key)
            if plain is not None and file is not None:
                self.problem(file_key, f"must not be set together with {key}; keep one", file)
                return None, plain
            if plain is not None:
                if isinstance(plain.value, str) and plain.value.strip():
                    return plain.value.strip(), plain
                self.problem(key, "must be text in quotes", plain, show=False)
                return None, plain
            if file is not None:
                return self.content(file_key, file, home), file
        return None, None

    def content(self, key: str, raw: Raw, home: Path | None) -> str | None:
        """The one line a secret's file holds, None after a problem."""
        try:
            path = located(raw, home)
            with path.open("rb") as stream:
                text = stream.read(65_537).decode().strip()
        except Unfit as unfit:
            self.problem(key, str(unfit), raw)
        except OSError as error:
            self.problem(key, f"must name a readable file: {error.strerror}", raw)
        except UnicodeDecodeError:
            self.problem(key, "must name a file of UTF-8 text", raw)
        else:
            if text and len(text) <= 65_536 and "\n" not in text:
                return text
            self.problem(key, "must name a file that holds the secret alone, on one line", raw)
        return None


def located(raw: Raw, home: Path | None) -> Path:
    """The path a value names."""
    if not isinstance(raw.value, str) or not raw.value or "\x00" in raw.value:
        raise Unfit("must be a path in quotes")
    if raw.value == "~" or raw.value.startswith("~/"):
        if home is None:
            raise Unfit("must not begin with ~ where HOME is not set")
        return home / raw.value[2:]
    return raw.folder / raw.value


def split(text: str) -> object:
    """A list from the environment: JSON when it looks like it, otherwise separated by commas."""
    if text.lstrip().startswith(("[", "{")):
        try:
            return json.loads(text)
        except (ValueError, RecursionError) as error:
            raise Unfit("must be a JSON list or values separated by commas") from error
    return [part.strip() for part in text.split(",") if part.strip()]


def pick(value: object, allowed: tuple[_Choice, ...]) -> _Choice:
    """The allowed word that equals the value."""
    for word in allowed:
        if value == word:
            return word
    words = ", ".join(f'"{word}"' for word in allowed)
    near = get_close_matches(str(value), allowed, n=1)
    raise Unfit(f"must be one of {words}" + (f" (did you mean {near[0]}?)" if near else ""))


def time_of_day(value: object) -> time:
    """HH:MM, 00:00 to 23:59."""
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise Unfit('must be a time like "15:00", from 00:00 to 23:59')
