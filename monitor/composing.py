"""A job as the wire message it is: rendered, noted as late or as a possible repeat, cut into parts.

Rule: pure; a later part of a message is cut exactly as its first part was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from alerts import notes as words
from alerts.contract import Channel, Payload
from alerts.message import Button, Message
from monitor.domain.events import Event, alert_code
from monitor.store.jobs import Job

_PATIENCE = 5.0  # seconds for a card: the alert behind it waits no longer
_NAMED = 40  # characters of a headline that tell which alert is meant

Render = Callable[[Event, str], Message]
Buttons = Callable[[Job], tuple[tuple[Button, ...], ...]]
RenderDigest = Callable[[Sequence[Event], str], Message]


@dataclass(frozen=True, kw_only=True, slots=True)
class Composed:
    """The part to send now, out of how many, and the notes its message was cut with."""

    payload: Payload
    part: int
    parts: int
    notes: tuple[str, ...]


def compose(
    job: Job, channel: Channel, render: Render, render_digest: RenderDigest, buttons: Buttons | None = None
) -> Composed:
    """The job's next wire message; any copy that may not be the first says so and names the alert."""
    if job.card is not None:
        face = channel.format(job.card.message)[0]
        face = replace(face, silent=True, edit=job.card.message_id, patience=_PATIENCE)
        return Composed(payload=face, part=1, parts=1, notes=())
    if len(job.events) > 1:
        bare = render_digest(job.events, job.language)
    else:
        bare = render(job.events[0], job.language)
        if buttons is not None and not bare.buttons:
            bare = replace(bare, buttons=buttons(job))
    bare = replace(bare, why="; ".join(dict.fromkeys(why for why in job.whys if why)) or bare.why)
    notes = job.progress.notes if job.parts_sent else _late(job)
    message = replace(bare, notes=(*notes, *bare.notes))
    payloads = channel.format(message)
    sent, marked = job.parts_sent, job.marked
    if sent and len(payloads) != job.progress.parts:
        # Another version of this program cut the message elsewhere: all of it again, as a repeat.
        sent, marked = 0, True
    payload = payloads[sent]
    if marked:
        mark = words.possible_repeat(
            message.alert_id or alert_code(job.events[0].id), max(2, job.attempt + 1), job.language
        )
        whole = channel.format(replace(message, notes=(mark, *message.notes)))
        payload = (
            whole[0] if len(payloads) == len(whole) == 1 else _mark_part(channel, message, mark, payload)
        )
    payload = replace(payload, reply_to=job.reply_to)
    return Composed(payload=payload, part=sent + 1, parts=len(payloads), notes=notes)


def _late(job: Job) -> tuple[str, ...]:
    return (words.late(*job.late, job.language),) if job.late else ()


def _mark_part(channel: Channel, message: Message, mark: str, payload: Payload) -> Payload:
    """The mark above one part of many, escaped by the channel itself."""
    head = channel.format(
        Message(
            alert_id=message.alert_id,
            icon=message.icon,
            headline=message.headline[
                :_NAMED
            ],  # the part below has all of it, and parts are cut near their limit
            notes=(mark,),
        )
    )[0]
    return replace(payload, text=f"{head.text}\n\n{payload.text}", plain=f"{head.plain}\n\n{payload.plain}")
