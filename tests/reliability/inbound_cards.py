"""Companies whose living cards are watched while the bot is killed: their steps, and what each chat must see.

Rule: one card per company and chat, a further copy only marked; when all is told it shows the last step.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime

from sqlmodel import col, func, select

from alerts.glossary import state_words
from monitor.domain.events import EventKind
from monitor.domain.records import ProjectRecord, StatusRow
from monitor.domain.stages import State
from monitor.store.database import Database
from monitor.store.project_rows import known_status
from monitor.store.repository import Repository
from monitor.store.tables import EventRow, StatusRowRow
from tests.bot.kit import record
from tests.reliability.inbound_truth import MARK, Rows, Seen, Verdict
from tests.store.facts import sight

SOURCE = "sse_star"
COMPANIES = 60
_ACCEPTED = State("1")
_ROAD = (State("2"), State("3", "1"), State("4"), State("5", "1"))
MOST_STEPS = COMPANIES * len(_ROAD)
_CARD = re.compile(r"🗂 图芯(\d{4})")
_STAGE = re.compile(r"当前阶段[：:]? ?([^\n]*?)(?: · \d{4}-\d{2}-\d{2})?$", re.MULTILINE)
_ALERT = re.compile(rf"图芯\d{{4}} · (?:{'|'.join(state_words(state, 'zh') for state in _ROAD)})")


def list_companies(repository: Repository, database: Database, now: datetime) -> None:
    """Sixty companies, accepted before anybody looked; once in a database's life."""
    with database.read() as session:
        if session.exec(select(func.count()).select_from(StatusRowRow)).one() >= COMPANIES:
            return
    listed = [(f"card{n}-0", _record(n, _ACCEPTED)) for n in range(COMPANIES)]
    repository.projects_seen(SOURCE, listed, sight(now), baseline=True)
    for n in range(COMPANIES):
        repository.timeline_seen(SOURCE, _key(n), [_row(n, 0, _ACCEPTED, now)], sight(now))


def go_on(repository: Repository, database: Database, most: int, now: datetime) -> bool:
    """The next company's next step, as the exchange's list and timeline show it; False when all are done."""
    told = (EventRow.kind == EventKind.MILESTONE.value, EventRow.source == SOURCE)
    with database.read() as session:
        done = session.exec(
            select(func.count()).select_from(EventRow).where(*told, col(EventRow.baseline).is_(False))
        ).one()
        company, step = divmod(done, len(_ROAD))
        known = session.exec(
            select(StatusRowRow)
            .where(StatusRowRow.project_key == _key(company))
            .order_by(col(StatusRowRow.published_at))
        )
        rows = [known_status(row).row for row in known]
    if done >= min(most, MOST_STEPS):
        return False
    state = _ROAD[step]
    repository.projects_seen(
        SOURCE, [(f"{_key(company)}-{step + 1}", _record(company, state))], sight(now), baseline=False
    )
    repository.timeline_seen(SOURCE, _key(company), [*rows, _row(company, step + 1, state, now)], sight(now))
    return True


def _key(company: int) -> str:
    return f"card{company}"


def _record(company: int, state: State) -> ProjectRecord:
    return record(
        _key(company),
        f"图芯{company:04}股份有限公司",
        f"图芯{company:04}",
        state.code,
        state.outcome_code,
    )


def _row(company: int, number: int, state: State, at: datetime) -> StatusRow:
    return StatusRow(
        item_id=f"{_key(company)}-{number}", state=state, date=at.date(), decided_at=at, published_at=at
    )


# -- the truth -----------------------------------------------------------------------------------------


def due_steps(steps: int) -> list[tuple[str, ...]]:
    """The alerts every chat must have seen of so many steps."""
    made = (divmod(number, len(_ROAD)) for number in range(min(steps, MOST_STEPS)))
    return [("step", f"图芯{company:04} · {state_words(_ROAD[step], 'zh')}") for company, step in made]


def keys_of(text: str) -> list[tuple[str, ...]]:
    """What one message tells of these companies: it is a card, or it names steps."""
    if card := _CARD.search(text):
        return [("card", card[1])]
    return [("step", words) for words in sorted(set(_ALERT.findall(text)))]


def check_cards(chat: str, seen: Seen, rows: Rows, verdict: Verdict) -> None:
    """One unmarked card per company at most; where there is a card, one shows the company's last step."""
    unmarked, stages = Counter[str](), dict[str, set[str]]()
    for _, text in seen:
        if card := _CARD.search(text):
            unmarked[card[1]] += MARK not in text
            stage = _STAGE.search(text)
            stages.setdefault(card[1], set()).add(stage[1].strip() if stage else text)
    verdict.surplus += [
        f"{chat}: {times} cards of 图芯{name}" for name, times in unmarked.items() if times > 1
    ]
    verdict.cards += len(stages)
    told = rows(
        "select project_id, code, outcome_code from event where kind = 'milestone' and not baseline"
        f" and source = '{SOURCE}' order by seq"
    )
    last = {project: State(code, outcome) for project, code, outcome in told}
    for name, shown in stages.items():
        wanted = state_words(last[_key(int(name))], "zh")
        if wanted not in shown:
            verdict.effects.append(f"{chat}: the card of 图芯{name} shows {shown}, not {wanted}")
