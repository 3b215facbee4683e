"""The commands of owner and admins: invitations, putting out, the audit log; in private only."""

from __future__ import annotations

import re

from alerts.bot.access import Access, Call, command
from alerts.bot.cards import instant
from alerts.bot.contract import Reaction
from alerts.message import Fact, Message

_ID = re.compile(r"-?\d{1,17}")


@command("invite", Access.OWNER, "生成一次性邀请码", "a one-time invitation")
def invite(call: Call) -> Reaction:
    """A code that lets one person in, once."""
    code, until = call.desk.invite(call.inbound.user)
    call.desk.audit(call.inbound, "invite", allowed=True)
    day = f"{until:%Y-%m-%d}"
    return call.say(
        f"邀请码 {code}，仅一次有效，至 {day}", f"Invitation {code}: works once, until {day}", icon="🎟"
    )


@command("allow", Access.OWNER, "允许频道或成员：/allow 数字编号", "let a channel or person in: /allow ID")
def allow(call: Call) -> Reaction:
    """Let a channel or a person in by numeric id."""
    if _ID.fullmatch(call.argument) is None or int(call.argument) == 0:
        return call.usage("例如 /allow -1001234567890", "e.g. /allow -1001234567890")
    call.desk.allow(int(call.argument), call.inbound.user)
    call.desk.audit(call.inbound, "allow", allowed=True, detail=call.argument)
    return call.say(f"已允许 {call.argument}", f"{call.argument} is let in", icon="🎟")


@command("revoke", Access.OWNER, "撤销成员：/revoke 数字编号", "put a member out: /revoke ID")
def revoke(call: Call) -> Reaction:
    """Put a member out by numeric id."""
    gone = _ID.fullmatch(call.argument) is not None and call.desk.revoke(int(call.argument))
    call.desk.audit(call.inbound, "revoke", allowed=bool(gone), detail=call.argument[:20])
    return call.say("已撤销" if gone else "没有这位成员", "Done" if gone else "No such member", icon="🎟")


@command("audit", Access.OWNER, "最近的操作记录", "who did what lately")
def audit(call: Call) -> Reaction:
    """The newest lines of the audit log."""
    lines = tuple(
        Fact(
            label=instant(one.at),
            value=f"{'✅' if one.allowed else '⛔'} {one.user} · {one.address} · {one.action} "
            f"{one.detail}".strip(),
        )
        for one in call.desk.audits(30)
    )
    return call.reply(
        lambda language: Message(
            alert_id="", icon="📒", headline="操作记录" if language == "zh" else "Audit log", facts=lines
        )
    )
