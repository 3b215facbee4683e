"""The terminal: a compact framed alert where a person is watching, plain lines otherwise.

Rule: no control character from a title reaches the terminal, and no markup in it is obeyed.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from alerts.contract import Delivered, Outcome, Payload, RetryLater
from alerts.message import Message
from alerts.text import inert, labelled, safe_url

ADDRESS = "console"


class ConsoleChannel:
    """Prints each alert once; the receipt is its running number in this process."""

    __slots__ = ("_console", "_printed", "name")

    def __init__(self, *, name: str = "console", console: Console | None = None) -> None:
        self.name = name
        self._console = console or Console(highlight=False)
        self._printed = 0

    def format(self, message: Message) -> tuple[Payload, ...]:
        """One payload, always: a terminal has no limit; `text` marks its first line, `plain` is the same."""
        lines = [" ".join(part for part in (inert(message.icon), inert(message.headline)) if part)]
        lines += [labelled(inert(fact.label), inert(fact.value)) for fact in message.facts]
        lines += [f"※ {inert(note)}" for note in message.notes]
        lines += [f"{inert(link.label)}: {url}" for link in message.links if (url := safe_url(link.url))]
        last = "  ".join(part for part in (inert(message.alert_id), inert(message.why)) if part)
        text = "\n".join([*lines, *([last] if last else [])])
        return (Payload(text=text, plain=text),)

    async def send(self, address: str, payload: Payload, *, plain: bool = False) -> Outcome:
        """Print it; a closed pipe or full disk is a reason to try again later."""
        head, *rest = payload.text.split("\n")
        framed = self._console.is_terminal and not plain
        try:
            if framed:
                self._console.print(Text("╭ ", style="dim") + Text(head, style="bold"), soft_wrap=True)
                for line in rest[:-1]:
                    self._console.print(Text("│ ", style="dim") + _labelled(line), soft_wrap=True)
                for line in rest[-1:]:
                    self._console.print(Text("╰ " + line, style="dim"), soft_wrap=True)
            else:
                self._console.print(Text(payload.plain + "\n"), soft_wrap=True)
            self._console.file.flush()
        except OSError as error:
            return RetryLater(why=f"cannot write to the console: {error.strerror}", ambiguous=True)
        self._printed += 1
        return Delivered(receipt=str(self._printed))

    async def close(self) -> None:
        """Nothing to let go of."""


def _labelled(line: str) -> Text:
    colon = "：" if "：" in line else ": "
    label, found, value = line.partition(colon)
    return Text(label + found, style="cyan") + Text(value) if found else Text(line)
