"""Every word the daemon can say to its operators, read from the source code, so nobody has to list it.

Rule: what is filled in at run time is shown as `…`; a name is followed to what is assigned or passed to it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PACKAGES = ("monitor", "scrapers", "alerts")
_Function = ast.FunctionDef | ast.AsyncFunctionDef
# A callable kept under another name: the bot's `trouble` is the application's `bot_trouble`.
_ALIASES = {"bot_trouble": "trouble"}
_SPEAKERS = frozenset({"news"})  # functions that return the words
_HOLE = "…"


@dataclass(frozen=True)
class _Call:
    node: ast.Call
    function: _Function | None


def _calls() -> Iterator[_Call]:
    for package in _PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            yield from _in(ast.parse(path.read_text(encoding="utf-8")), None)


def _in(node: ast.AST, function: _Function | None) -> Iterator[_Call]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield _Call(child, function)
        yield from _in(child, child if isinstance(child, _Function) else function)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def notices() -> set[str]:
    """`where: what` of every notice about something odd."""
    calls = list(_calls())
    found = set()
    for call in calls:
        given = {keyword.arg: keyword.value for keyword in call.node.keywords}
        if _name(call.node) == "Oddity" and {"where", "what"} <= given.keys():
            where = {text for text in _texts(given["where"], None, []) if text}
            what = _texts(given["what"], call.function, calls)
            # A hole alone is handed on from elsewhere, where its words are found.
            found |= {f"{one}: {words}" for one in where for words in what if words not in ("", _HOLE)}
    return found


def criticals() -> set[str]:
    """Every line at CRITICAL."""
    return {
        re.sub(r"%[.\d]*[a-z]", _HOLE, text)
        for call in _calls()
        if _name(call.node) == "critical" and call.node.args
        for text in _texts(call.node.args[0], None, [])
    }


def exit_codes() -> set[int]:
    """Every code the command line ends with by a number of its own."""
    return {
        argument.value
        for call in _calls()
        if _name(call.node) in ("exit", "_exit")
        for argument in call.node.args
        if isinstance(argument, ast.Constant) and isinstance(argument.value, int)
    }


def _texts(node: ast.expr, function: _Function | None, calls: list[_Call]) -> set[str]:
    match node:
        case ast.Constant(value=str(text)):
            return {text}
        case ast.JoinedStr(values=parts):
            words = "".join(str(p.value) if isinstance(p, ast.Constant) else _HOLE for p in parts)
            return {re.sub(f"{_HOLE}+", _HOLE, words)}
        case ast.IfExp(body=body, orelse=other):
            return _texts(body, function, calls) | _texts(other, function, calls)
        case ast.Call() if (called := _name(node)) in _SPEAKERS:
            return _returned(called)
        case ast.Name(id=name) if function is not None:
            return _assigned(name, function, calls) or _passed(name, function, calls) or {_HOLE}
    return {_HOLE}


def _assigned(name: str, function: _Function, calls: list[_Call]) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Assign | ast.NamedExpr):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id == name for target in targets):
                found |= _texts(node.value, None, calls)
    return found


def _returned(called: str) -> set[str]:
    found: set[str] = set()
    for package in _PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, _Function) and node.name == called:
                    returns = [one.value for one in ast.walk(node) if isinstance(one, ast.Return)]
                    found |= {text for one in returns if one for text in _texts(one, None, []) if text}
    return found


def _passed(name: str, function: _Function, calls: list[_Call]) -> set[str]:
    names = [one.arg for one in function.args.args if one.arg != "self"]
    if name not in names:
        return set()
    called = {function.name, _ALIASES.get(function.name, function.name)}
    place = names.index(name)
    return {
        text
        for call in calls
        if _name(call.node) in called and len(call.node.args) > place
        for text in _texts(call.node.args[place], None, calls)
    }
