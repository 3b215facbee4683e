"""The set-up with buttons, and the commands that choose language, quiet hours, kinds and digests.

Rule: /start begins the alerts of a chat at once with the standard choices; the buttons only refine them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from alerts.bot import words as w
from alerts.bot.access import Access, Call, Make, command, tap
from alerts.bot.contract import Reaction, Role
from alerts.bot.following import choices_message
from alerts.glossary import GRADE, Language, Word
from alerts.message import Button, Fact, Message
from alerts.preferences import NAMED, Preferences, quiet_span, time_of
from monitor.domain.events import EventKind as K
from monitor.domain.grades import Grade

_LANGUAGES = {"zh": "中文", "en": "English", "both": "中文 + English"}
_LANGUAGE_WORDS = {"zh": "zh", "中文": "zh", "chinese": "zh", "en": "en", "english": "en", "英文": "en"}
_LANGUAGE_WORDS |= {"both": "both", "双语": "both"}
_NIGHT = "22:00-07:30"
_NO = {"off", "no", "关闭", "取消", "无"}
_RELEVANCE = (Grade.AI_CHIP.value, Grade.RELATED.value, "all", NAMED)
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            ("mon", "周一"),
            ("tue", "周二"),
            ("wed", "周三"),
            ("thu", "周四"),
            ("fri", "周五"),
            ("sat", "周六"),
            ("sun", "周日"),
        ),
        1,
    )
    for name in names
}

Step = Callable[[Call], tuple[Make, tuple[tuple[Button, ...], ...]]]

GROUPS_OF_KINDS: dict[str, tuple[Word, tuple[K, ...]]] = {
    "milestones": (Word("审核里程碑", "review milestones"), (K.MILESTONE, K.REASON_ADDED, K.CORRECTION)),
    "documents": (Word("文件与公告", "documents"), (K.DOCUMENT_DISCLOSED, K.BULLETIN_DISCLOSED)),
    "money": (
        Word("金额", "figures"),
        (K.FIGURE_FIRST_SEEN, K.FIGURE_REVISED, K.FIGURES_READ, K.DRAFT_CHANGED),
    ),
    "issue": (
        Word("发行与上市", "issue and listing"),
        (
            K.OFFER_PRICE_SET,
            K.SUBSCRIPTION_SCHEDULED,
            K.LOTTERY_RATE,
            K.ISSUE_RESULT,
            K.LISTING_SCHEDULED,
            K.LISTED,
            K.CALENDAR_REMINDER,
        ),
    ),
    "steps": (
        Word("审核步骤与辅导进展", "review steps, tutoring reports"),
        (K.REVIEW_STEP, K.TUTORING_REPORT),
    ),
}
_ON_REQUEST = {"steps"}


@command("start", Access.DOOR, "设置：语言、关注、免打扰", "set up: language, what to follow, quiet hours")
def start(call: Call) -> Reaction:
    """Come in, by right or by invitation, and set the chat up."""
    inbound, desk = call.inbound, call.desk
    let_in = call.mode == "open" or call.role is not Role.STRANGER
    if (inbound.private or inbound.posted) and not let_in:
        if call.mode == "closed" or not call.argument or not desk.redeem(inbound.user, call.argument):
            desk.audit(inbound, "/start", allowed=False, detail="no valid invitation")
            whisper = f"{w.NOT_ALLOWED(call.language)}{inbound.user}" if inbound.private else ""
            return Reaction(verdict="refused", whisper=whisper)
        desk.audit(inbound, "invitation", allowed=True)
    language = call.chat_language
    desk.save(inbound.address, replace(call.preferences, subscribed=True), language)
    desk.resume(inbound.address)
    desk.audit(inbound, "/start", allowed=True)
    rows = tuple((call.button(shown, f"s l {key}"),) for key, shown in _LANGUAGES.items())
    return call.say(
        "已开始提醒。30 秒设置 1/3：语言",
        "Alerts are on. Set-up in 30 seconds, 1/3: language",
        *rows,
        icon="👋",
    )


@command("settings", Access.USER, "更改设置", "change what you chose")
def settings(call: Call) -> Reaction:
    """The set-up again."""
    return start(call)


@command("stop", Access.USER, "停止提醒", "stop the alerts")
def stop(call: Call) -> Reaction:
    """No more alerts until /start; what was followed stays."""
    call.save(replace(call.preferences, subscribed=False))
    call.desk.audit(call.inbound, "/stop", allowed=True)
    return call.usage("已停止提醒，/start 可恢复", "Alerts are off; /start turns them on again")


@tap("s", Access.USER)
def set_up(call: Call) -> Reaction:
    """One step of the set-up: keep the choice, show the next step in place."""
    step, _, value = call.argument.partition(" ")
    p = call.preferences
    if step == "l" and value in _LANGUAGES:
        call.save(p, value)
        return _edit(replace_language(call, value), _follow_step)
    if step == "r" and value in _RELEVANCE:
        after = replace(p, relevance=value, subscribed=True)
        call.save(after)
        return _edit(replace_choices(call, after), _quiet_step)
    if step == "q" and (value == "off" or quiet_span(value)):
        after = replace(p, quiet="" if value == "off" else value)
        call.save(after)
        return _edit(replace_choices(call, after), _finished)
    return Reaction(toast=w.STALE(call.language))


def replace_language(call: Call, language: str) -> Call:
    """The call, seen in the language just chosen."""
    return replace(call, chat_language=language)


def replace_choices(call: Call, preferences: Preferences) -> Call:
    """The call, seen with what was just chosen."""
    return replace(call, preferences=preferences)


def _edit(call: Call, step: Step) -> Reaction:
    make, rows = step(call)
    return Reaction(edit=replace(call.message(make), buttons=rows), toast=w.DONE(call.language))


def _follow_step(call: Call) -> tuple[Make, tuple[tuple[Button, ...], ...]]:
    def make(language: Language) -> Message:
        return _note("设置 2/3：提醒哪些公司" if language == "zh" else "Set-up 2/3: which companies", "👋")

    shown = [
        GRADE[Grade.AI_CHIP](call.language),
        GRADE[Grade.AI_CHIP](call.language) + " + " + GRADE[Grade.RELATED](call.language),
    ]
    shown += (
        ["全部公司", "只提醒我点名的公司"]
        if call.language == "zh"
        else ["all companies", "only those I name"]
    )
    return make, tuple(
        (call.button(name, f"s r {key}"),) for name, key in zip(shown, _RELEVANCE, strict=True)
    )


def _quiet_step(call: Call) -> tuple[Make, tuple[tuple[Button, ...], ...]]:
    def make(language: Language) -> Message:
        zh = language == "zh"
        return _note(
            "设置 3/3：夜间免打扰（期间的提醒之后送达，紧急提醒除外）"
            if zh
            else "Set-up 3/3: quiet at night (alerts come after; urgent ones come through)",
            "👋",
        )

    off = "不设" if call.language == "zh" else "never quiet"
    return make, ((call.button(_NIGHT, f"s q {_NIGHT}"), call.button(off, "s q off")),)


def _finished(call: Call) -> tuple[Make, tuple[tuple[Button, ...], ...]]:
    def make(language: Language) -> Message:
        shown = choices_message(call.preferences, language)
        hint = (
            "再加一家公司：/watch 沐曦；所有命令：/help"
            if language == "zh"
            else "One company more: /watch MetaX; all commands: /help"
        )
        return replace(
            shown,
            headline="设置完成" if language == "zh" else "All set",
            icon="✅",
            notes=(hint,),
            own_words=not call.preferences.criteria,
        )

    return make, ()


def _note(text: str, icon: str) -> Message:
    return Message(alert_id="", icon=icon, headline=text)


@command("language", Access.USER, "语言：/language zh、en 或 both", "zh, en or both: /language en")
def language(call: Call) -> Reaction:
    """Choose the language, by word or by button."""
    chosen = _LANGUAGE_WORDS.get(call.argument.casefold())
    if chosen is None:
        rows = tuple((call.button(shown, f"l {key}"),) for key, shown in _LANGUAGES.items())
        return call.say("请选择语言", "Choose a language", *rows)
    call.save(call.preferences, chosen)
    return replace_language(call, chosen).say("语言：中文", "Language: English", icon="✅")


@tap("l", Access.USER)
def tap_language(call: Call) -> Reaction:
    """The language on the button."""
    if call.argument not in _LANGUAGES:
        return Reaction(toast=w.STALE(call.language))
    call.save(call.preferences, call.argument)
    seen = replace_language(call, call.argument)
    note = seen.message(
        lambda language: _note("语言：中文" if language == "zh" else "Language: English", "✅")
    )
    return Reaction(edit=note, toast=w.DONE(seen.language))


@command(
    "quiet",
    Access.USER,
    "免打扰：/quiet 22:00-07:30、off、urgent on|off",
    "when to be left in peace: /quiet 22:00-07:30, off, urgent on|off",
)
def quiet(call: Call) -> Reaction:
    """Set quiet hours, end them, or let urgent alerts through or not."""
    words = call.argument.casefold().replace(" - ", "-").replace("—", "-").replace("–", "-")
    p = call.preferences
    if words in _NO:
        after = replace(p, quiet="")
    elif quiet_span(words):
        after = replace(p, quiet=words)
    elif words in ("urgent on", "urgent off"):
        after = replace(p, through=words.endswith("on"))
    else:
        now_zh, now_en = p.quiet or "不设", p.quiet or "never quiet"
        return call.usage(
            f"例如 /quiet 22:00-07:30（北京时间）、/quiet off、/quiet urgent off。现在：{now_zh}",
            f"e.g. /quiet 22:00-07:30 (Shanghai time), /quiet off, /quiet urgent off. Now: {now_en}",
        )
    call.save(after)
    return call.reply(lambda language: choices_message(after, language))


@command(
    "digest",
    Access.USER,
    "摘要：/digest daily 08:30、weekly 周一 08:30、off",
    "summaries: /digest daily 08:30, weekly mon 08:30, off",
)
def digest(call: Call) -> Reaction:
    """Choose when the daily digest and the weekly look-ahead come, or end them."""
    words = (
        call.argument.casefold()
        .replace("每日", "daily ")
        .replace("每天", "daily ")
        .replace("每周", "weekly ")
        .split()
    )
    p, after = call.preferences, None
    if words and words[0] in _NO:
        after = replace(p, daily="", weekly="")
    elif len(words) == 2 and words[0] == "daily" and (at := time_of(words[1])):
        after = replace(p, daily=f"{at:%H:%M}")
    elif len(words) == 2 and words[0] in ("daily", "weekly") and words[1] in _NO:
        after = replace(p, daily="") if words[0] == "daily" else replace(p, weekly="")
    elif len(words) == 3 and words[0] == "weekly" and (at := time_of(words[2])):
        day = _WEEKDAYS.get(words[1]) or _WEEKDAYS.get(words[1][:3]) or _WEEKDAYS.get(f"周{words[1]}")
        after = replace(p, weekly=f"{day} {at:%H:%M}") if day else None
    if after is None:
        return call.usage(
            "例如 /digest daily 08:30 · /digest weekly 周一 08:30 · /digest off（北京时间）",
            "e.g. /digest daily 08:30 · /digest weekly mon 08:30 · /digest off (Shanghai time)",
        )
    call.save(after)
    return call.reply(lambda language: choices_message(after, language))


@command("kinds", Access.USER, "选择提醒种类", "choose the kinds of alerts")
def kinds(call: Call) -> Reaction:
    """Which kinds of alerts come, each group on a button that says what it does."""
    make, rows = _kinds_step(call)
    return call.reply(make, *rows)


@tap("k", Access.USER)
def tap_kinds(call: Call) -> Reaction:
    """Turn one group of kinds on or off."""
    group, _, wanted = call.argument.partition(" ")
    if group not in GROUPS_OF_KINDS or wanted not in ("on", "off"):
        return Reaction(toast=w.STALE(call.language))
    chosen = {**call.preferences.kinds}
    for kind in GROUPS_OF_KINDS[group][1]:
        chosen.pop(kind.value, None)
        if (wanted == "on") == (group in _ON_REQUEST):
            chosen[kind.value] = wanted == "on"
    after = replace(call.preferences, kinds=chosen)
    call.save(after)
    return _edit(replace_choices(call, after), _kinds_step)


def _is_on(p: Preferences, group: str) -> bool:
    kinds_of = GROUPS_OF_KINDS[group][1]
    return p.kinds.get(kinds_of[0].value, group not in _ON_REQUEST)


def _kinds_step(call: Call) -> tuple[Make, tuple[tuple[Button, ...], ...]]:
    p = call.preferences

    def make(language: Language) -> Message:
        facts = tuple(
            Fact(label=name(language), value=("✅" if _is_on(p, group) else "—"))
            for group, (name, _) in GROUPS_OF_KINDS.items()
        )
        return Message(alert_id="", icon="🎚", headline=w.KINDS(language), facts=facts)

    rows = []
    for group, (name, _) in GROUPS_OF_KINDS.items():
        on = _is_on(p, group)
        verb = ("关闭" if on else "打开") if call.language == "zh" else ("stop" if on else "add")
        rows.append((call.button(f"{verb} {name(call.language)}", f"k {group} {'off' if on else 'on'}"),))
    return make, tuple(rows)
