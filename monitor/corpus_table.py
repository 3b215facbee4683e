"""The printed result of `monitor.corpus`: what was compared, expected and found."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TextIO


@dataclass(kw_only=True)
class Table:
    """The printed result: what was compared, expected and found."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)

    def compare(self, what: str, expected: object, found: object) -> None:
        """One line; a difference is kept."""
        self.lines.append((what, str(expected), str(found)))
        if expected != found:
            self.differences.append(f"{what}: expected {expected}, found {found}")

    def note(self, what: str, found: object) -> None:
        """A line nothing is compared with."""
        self.lines.append((what, "", str(found)))

    def write(self, out: TextIO) -> None:
        """Three columns, then every difference."""
        for what, expected, found in self.lines:
            mark = "" if not expected else "  ok" if expected == found else "  DIFFERS"
            out.write(f"{what:<62}{expected:>10}{found:>12}{mark}\n")
        for difference in self.differences[:50]:
            out.write(f"! {difference}\n")
        out.write("all equal\n" if not self.differences else f"{len(self.differences)} differences\n")
