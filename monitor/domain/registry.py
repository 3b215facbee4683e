"""The curated companies: who is known beforehand to make AI chips, who only sounds like it, and why.

Rule: a company is found by its whole folded name, never by a part of a longer one.
Rule: two companies may not share a name, and every entry names its source; a bad file is one ConfigError.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Final

from monitor.domain.errors import ConfigError
from monitor.domain.grades import Grade
from monitor.domain.script import fold_name, fold_text, looser_names

_FIELDS: Final = frozenset({"key", "grade", "names", "ambiguous", "exact", "products", "source", "note"})

_GROUP_FIELDS: Final = frozenset({"grade", "note", "source", "companies"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """One entry of companies.toml as written there."""

    key: str
    grade: Grade
    names: tuple[str, ...]
    ambiguous: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    source: str
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A company found, the registered name that matched, and whether others may carry that name too."""

    company: Company
    name: str
    ambiguous: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Registry:
    """All companies with their folded names; `products` are the folded AI-chip products of all of them."""

    companies: tuple[Company, ...]
    products: tuple[str, ...]
    by_name: Mapping[str, Match]

    def find(self, *names: str) -> Match | None:
        """The company one of these whole names belongs to; a sure match goes before an ambiguous one."""
        found = [m for name in names if name.strip() and (m := self._find_one(name))]
        return next((m for m in found if not m.ambiguous), found[0] if found else None)

    def _find_one(self, name: str) -> Match | None:
        for key in (_as_written(name), fold_name(name)):
            if match := self.by_name.get(key):
                return match
        looser = (self.by_name.get(key) for key in looser_names(name))
        return next((m for m in looser if m and not m.ambiguous), None)


def parse_registry(text: str) -> Registry:
    """The registry a companies.toml describes; raises ConfigError with every problem of the file."""
    try:
        document = tomllib.loads(text)
        tables, groups = document.get("company", []), document.get("group", [])
    except (ValueError, RecursionError) as exc:  # an integer of thousands of digits is no TOML error
        raise ConfigError([f"companies.toml: {exc}"]) from exc
    if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
        raise ConfigError(["companies.toml: `company` must be a list of tables"])
    problems: list[str] = []
    tables = [*tables, *_grouped(groups, problems)]
    companies = [c for i, table in enumerate(tables, 1) if (c := _company(i, table, problems))]
    by_name = _names(companies, problems)
    if problems:
        raise ConfigError(problems)
    products = tuple(
        dict.fromkeys(fold_text(p) for c in companies if c.grade is Grade.AI_CHIP for p in c.products)
    )
    return Registry(companies=tuple(companies), products=products, by_name=by_name)


@lru_cache(maxsize=1)
def bundled_registry() -> Registry:
    """The registry that ships with the program."""
    folder = files("monitor.domain")
    return parse_registry(
        "\n".join(
            folder.joinpath(name).read_text(encoding="utf-8")
            for name in ("companies.toml", "companies_related.toml")
        )
    )


def _grouped(groups: object, problems: list[str]) -> list[dict[str, object]]:
    """The companies of tables that state grade, note and source once for many; each list of names is one."""
    if not isinstance(groups, list) or not all(isinstance(group, dict) for group in groups):
        problems.append("companies.toml: `group` must be a list of tables")
        return []
    found: list[dict[str, object]] = []
    for group in groups:
        problems += [
            f"companies.toml: group: unknown field {name!r}" for name in sorted(set(group) - _GROUP_FIELDS)
        ]
        shared = {name: group[name] for name in ("grade", "note", "source") if name in group}
        for names in group.get("companies", []):
            found.append(shared | {"key": names[0] if names else "", "names": names})
    return found


def _company(number: int, table: dict[str, object], problems: list[str]) -> Company | None:
    where = f"companies.toml: company {number} ({table.get('key', 'no key')})"
    before = len(problems)
    problems += [f"{where}: unknown field {name!r}" for name in sorted(set(table) - _FIELDS)]
    text = {name: table.get(name, "") for name in ("key", "grade", "source", "note")}
    lists = {name: table.get(name, []) for name in ("names", "ambiguous", "exact", "products")}
    problems += [
        f"{where}: {name} must be text" for name, value in text.items() if not isinstance(value, str)
    ]
    for name, value in lists.items():
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            problems.append(f"{where}: {name} must be a list of text")
    problems += [f"{where}: {name} is missing" for name in ("key", "source") if not text[name]]
    if text["grade"] not in list(Grade):
        problems.append(f"{where}: grade must be one of {', '.join(Grade)}")
    if not lists["names"] and not lists["ambiguous"]:
        problems.append(f"{where}: names are missing")
    if len(problems) > before:
        return None
    return Company(
        key=str(text["key"]),
        grade=Grade(str(text["grade"])),
        source=str(text["source"]),
        note=str(text["note"]),
        names=_texts(lists["names"]),
        ambiguous=_texts(lists["ambiguous"]),
        exact=_texts(lists["exact"]),
        products=_texts(lists["products"]),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(v) for v in value) if isinstance(value, list) else ()


def _as_written(name: str) -> str:
    """The key of a name that counts only letter by letter, such as the exchange's first-day short name."""
    return "=" + fold_text(name).replace(" ", "")


def _names(companies: list[Company], problems: list[str]) -> dict[str, Match]:
    by_name: dict[str, Match] = {}
    for company in companies:
        keyed = [(n, fold_name(n), False) for n in company.names]
        keyed += [(n, fold_name(n), True) for n in company.ambiguous]
        keyed += [(n, _as_written(n), False) for n in company.exact]
        for name, key, ambiguous in keyed:
            known = by_name.setdefault(key, Match(company=company, name=name, ambiguous=ambiguous))
            if known.company is not company:
                problems.append(
                    f"companies.toml: {name!r} belongs to both {known.company.key} and {company.key}"
                )
    return by_name
