"""The commands about the bot itself: how it fares, and what it can do."""

from __future__ import annotations

from alerts.bot import cards
from alerts.bot.access import COMMANDS, Access, Call, command
from alerts.bot.contract import AccessView, Reaction, Role
from alerts.glossary import Language
from alerts.message import Fact, Message

_FIRST = ("start", "company", "pipeline", "next", "league", "watch", "unwatch", "watching")  # in /help


@command("status", Access.USER, "数据源与投递状态", "how sources and deliveries fare")
def status(call: Call) -> Reaction:
    """How the sources fare and what this bot still owes."""
    sources, queue = call.desk.sources(), call.desk.queue()
    people = call.desk.access() if call.inbound.private and call.role in (Role.OWNER, Role.ADMIN) else None
    waiting = sum(queue.get(state, 0) for state in ("pending", "sending", "unresolved"))

    def make(language: Language) -> Message:
        zh = language == "zh"
        lines = [
            Fact(
                label=source.name,
                value=(f"⚠️ {source.trouble}" if source.trouble else "✅")
                + (f" · {cards.instant(source.last_ok_at)}" if source.last_ok_at else ""),
            )
            for source in sources
        ]
        lines.append(Fact(label="待发" if zh else "waiting to be sent", value=str(waiting)))
        lines.append(Fact(label="已发" if zh else "sent", value=f"{queue.get('sent', 0):,}"))
        if people is not None:
            lines.append(
                Fact(label="访问" if zh else "access", value=access_words(people, call.mode, language))
            )
        kept = (
            "停机超过 24 小时期间发出的命令会被 Telegram 丢弃；提醒不会。"
            if zh
            else "Telegram forgets commands sent while we are down for more than 24 h; alerts are never lost."
        )
        return Message(
            alert_id="",
            icon="🩺",
            headline="运行状态" if zh else "Status",
            facts=tuple(lines),
            notes=(kept,),
        )

    return call.reply(make)


def access_words(view: AccessView, mode: str, language: Language) -> str:
    """Who may use the bot, in one line."""
    if language == "zh":
        shown = {"open": "开放", "closed": "关闭", "invite": "邀请制"}[mode]
        return (
            f"{shown} · 成员 {view.members} · 频道 {view.channels} · 会话 {view.chats}"
            f"（话题 {view.topics}） · 24 小时内拒绝 {view.refused} 次"
        )
    return (
        f"{mode} · members {view.members} · channels {view.channels} · chats {view.chats}"
        f" (topics {view.topics}) · refused in 24 h: {view.refused}"
    )


@command("help", Access.USER, "所有命令", "every command")
def help_text(call: Call) -> Reaction:
    """Every command this person may use."""
    admin = call.role in (Role.OWNER, Role.ADMIN) and call.inbound.private
    listed = [COMMANDS[name] for name in (*_FIRST, *(name for name in COMMANDS if name not in _FIRST))]
    shown = [one for one in listed if one.access is not Access.OWNER or admin]

    def make(language: Language) -> Message:
        zh = language == "zh"
        lines = tuple(Fact(label=one.name, value=one.zh if zh else one.en) for one in shown)
        return Message(
            alert_id="", icon="❓", headline="命令" if zh else "Commands", facts=lines, own_words=True
        )

    return call.reply(make)
