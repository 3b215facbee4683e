"""Every parser and every renderer as a function of bytes, by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

from tests.reliability.fuzzing.target import Broken, Target

__all__ = ["Broken", "Target", "names", "targets"]

_MODULES = ("sources", "texts", "messages", "bot")  # of tests/reliability/fuzzing


def targets(wanted: Iterable[str] = ()) -> Mapping[str, Target]:
    """The targets of these names, all of them without any; KeyError for a name there is none of.

    Modules behind the last wanted name are not imported: instrumenting what they test takes seconds.
    """
    chosen = tuple(wanted)
    found: dict[str, Target] = {}
    for module in _MODULES:
        made: list[Target] = import_module(f"tests.reliability.fuzzing.{module}").targets()
        found |= {target.name: target for target in made}
        if chosen and found.keys() >= set(chosen):
            break
    return {name: found[name] for name in chosen} or found


def names() -> list[str]:
    """Every target's name."""
    return list(targets())
