"""An issuer's stages down a line, each with its date and days beside the median of the board."""

from __future__ import annotations

from alerts.glossary import Word, board_words, state_words
from alerts.pictures import words as w
from alerts.pictures.facts import Language, Stop, Timeline
from alerts.pictures.frame import foot, head, legend, put
from alerts.pictures.metrics import width
from alerts.pictures.sheet import BODY, INNER, LARGE, MARGIN, SMALL, WIDTH, Draft, Ink, Sheet
from monitor.domain.stages import Outcome, Stage

MOST = 14  # stages drawn; of a longer road the latest
_DOT = 26
_TEXT = MARGIN + _DOT + 30
_BARS = 560
_BAR = 24
_GAP = 34
_BAD = {Stage.TERMINATED, Stage.SUSPENDED, Stage.TUTORING_WITHDRAWN}
_BAD_OUTCOMES = {Outcome.NOT_PASSED, Outcome.REFUSED, Outcome.REGISTRATION_TERMINATED, Outcome.DEFERRED}
_GOOD_OUTCOMES = {
    Outcome.REGISTERED,
    Outcome.COMMITTEE_PASSED,
    Outcome.CONDITIONAL,
    Outcome.REEXAMINATION_PASSED,
}


def lay_out(facts: Timeline, language: Language) -> Sheet:
    """The timeline as a sheet."""
    draft = Draft()
    board = w.say(Word(board_words(facts.board, "zh"), board_words(facts.board, "en")), language)
    below = w.DOT.join(filter(None, (w.say(w.TIMELINE, language), board)))
    y = head(draft, w.full_name(facts.name, language), below, total_of(facts, language))
    stops = facts.stops[-MOST:]
    if not stops:
        y = put(draft, w.say(w.NO_STAGE, language), MARGIN, y, INNER, ink=Ink.MUTED)
        return foot(draft, y, facts.origin, language)
    if any(stop.days is not None for stop in stops):
        y = legend(draft, y, ((Ink.ACCENT, w.say(w.OWN, language)), (Ink.PACK, w.say(w.PACK, language))))
    if hidden := len(facts.stops) - len(stops):
        y = (
            put(draft, w.say(w.EARLIER, language, hidden), _TEXT, y, INNER - 60, size=SMALL, ink=Ink.MUTED)
            + 10
        )
    longest = max((days for stop in stops for days in (stop.days, stop.median) if days), default=1)
    dots: list[int] = []
    rail = len(draft.shapes)
    for place, stop in enumerate(stops):
        dots.append(y + 10)
        last = place == len(stops) - 1
        y = _row(draft, y, stop, longest, language, running=last and facts.running, last=last) + _GAP
    if len(dots) > 1:
        _rail(draft, rail, dots[0], dots[-1])
    return foot(draft, y - _GAP, facts.origin, language)


def total_of(facts: Timeline, language: Language) -> str:
    """The days from acceptance to the last stage, or until today; "" where acceptance is not known."""
    accepted = [stop.day for stop in facts.stops if stop.state.stage is Stage.ACCEPTED]
    last = facts.stops[-1] if facts.stops else None
    if not accepted or last is None or last.day < accepted[0]:
        return ""
    days = (last.day - accepted[0]).days
    if facts.running:
        return w.say(w.TOTAL_SO_FAR, language, f"{days + last.days:,}") if last.days is not None else ""
    if last.state.stage is Stage.ACCEPTED:
        return ""
    zh, en = (w.state_of(last.state, "zh"), state_words(last.state, "en"))
    said = Word(w.TOTAL_DAYS.zh.format(zh, days), w.TOTAL_DAYS.en.format(en, f"{days:,}"))
    return w.say(said, language)


def _rail(draft: Draft, place: int, first: int, last: int) -> None:
    """The line the dots stand on, below them."""
    dots = draft.shapes[place:]
    del draft.shapes[place:]
    draft.shape(MARGIN + _DOT // 2 - 2, first + _DOT // 2, 4, last - first, Ink.LINE)
    draft.shapes += dots


def _row(
    draft: Draft, y: int, stop: Stop, longest: int, language: Language, *, running: bool, last: bool
) -> int:
    draft.shape(MARGIN, y + 10, _DOT, _DOT, _dot(stop, running=running, last=last), _DOT // 2)
    room = _BARS - _TEXT - 24 if stop.days is not None or stop.median is not None else INNER - _TEXT
    shown = w.state_of(stop.state, w.one(language))
    below = put(draft, shown, _TEXT, y, room, size=LARGE, bold=True, lines=3)
    if language == "both":
        english = w.state_of(stop.state, "en")
        below = put(draft, english, _TEXT, below, room, size=SMALL, ink=Ink.MUTED, lines=3)
    below = put(draft, stop.day.isoformat(), _TEXT, below, room, size=SMALL, ink=Ink.MUTED)
    bar = y + 6
    if stop.days is not None:
        said = w.days_of(stop.days, language) + (f" {w.say(w.SO_FAR, w.one(language))}" if running else "")
        bar = _bar(draft, bar, stop.days, longest, said, Ink.ACCENT, bold=True)
    if stop.median is not None:
        bar = _bar(
            draft, bar, stop.median, longest, f"{w.days_of(stop.median, language)} ({stop.pack:,})", Ink.PACK
        )
    return max(below, bar)


def _dot(stop: Stop, *, running: bool, last: bool) -> Ink:
    if stop.state.stage in _BAD or stop.state.outcome in _BAD_OUTCOMES:
        return Ink.BAD
    if stop.state.outcome in _GOOD_OUTCOMES or stop.state.stage is Stage.ISSUED:
        return Ink.GOOD
    return Ink.ACCENT if running or last else Ink.PACK


def _bar(draft: Draft, y: int, days: int, longest: int, said: str, ink: Ink, *, bold: bool = False) -> int:
    size = BODY if bold else SMALL
    words = width(said, size, bold=bold)
    room = WIDTH - MARGIN - _BARS - 230
    long = max(6, round(room * days / longest))
    draft.shape(_BARS, y + 9, long, _BAR, ink, 6)
    put(
        draft,
        said,
        _BARS + long + 14,
        y,
        max(words, 230 - 14),
        size=size,
        bold=bold,
        ink=Ink.TEXT if bold else Ink.MUTED,
    )
    return y + 44
