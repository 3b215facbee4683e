"""Polls of a small served exchange: what is asked, what is found, what is alerted."""

from __future__ import annotations

from pathlib import Path

from monitor.demo.world import Project
from monitor.domain.events import EventKind
from tests.pipeline.site import application, opened
from tests.scrapers.sse_star.wire import current_file, step

SMALL = {"SOURCES__SSE_STAR__PAGE_SIZE": "10", "SOURCES__SSE_STAR__SWEEP_PAGE_SIZE": "10"}


def _accepted(key: str, day: str) -> dict[str, object]:
    return step(f"{key}-1", 1, posted=f"{day} 17:30:00", key=key)


def _market(count: int) -> list[Project]:
    """Applications accepted one a day in June 2026."""
    return [
        application(str(990000 + n), [_accepted(str(990000 + n), f"2026-06-{n:02}")])
        for n in range(1, count + 1)
    ]


CHIP = application(
    "990100",
    [
        step("c1", 1, posted="2026-06-20 17:30:00", key="990100"),
        step("c2", 2, posted="2026-07-06 18:00:00", key="990100"),
        step("c3", 2, posted="2026-07-07 18:00:00", key="990100"),
        step("c4", 3, 1, posted="2026-07-08 17:10:00", key="990100"),
        step("c5", 4, posted="2026-07-08 21:40:00", key="990100"),
    ],
    full="示例芯片股份有限公司",
)


async def test_a_quick_poll_with_nothing_new_is_one_request(tmp_path: Path, migrated_file: Path) -> None:
    """One page of the list, whatever the market's size."""
    async with opened(tmp_path, migrated_file, _market(25), "2026-07-06 17:00", SMALL) as site:
        await site.trial.complete()
        site.asked()
        assert await site.look("quick") == "ok"
        assert site.asked() == ["SH_XM_LB"]
        assert (site.last_poll().requests, site.last_poll().rows) == (1, 10)


async def test_a_quick_poll_goes_on_while_a_page_holds_a_change(tmp_path: Path, migrated_file: Path) -> None:
    """Twelve rows changed: the first page and the second hold changes, the third none, and it stops there."""
    market = [
        application(
            str(990000 + n),
            [
                _accepted(str(990000 + n), f"2026-06-{n:02}"),
                *([step(f"q{n}", 2, posted="2026-07-06 18:00:00", key=str(990000 + n))] if n <= 12 else []),
            ],
        )
        for n in range(1, 29)
    ]
    async with opened(tmp_path, migrated_file, market, "2026-07-06 17:00", SMALL) as site:
        await site.trial.complete()
        site.at("2026-07-06 18:30")
        site.asked()
        assert await site.trial.turn.poller.quick() == "ok"
        assert site.asked() == ["SH_XM_LB"] * 3
        assert await site.look("quick") == "ok"
        assert {key for key, _, _ in site.milestones()} == {str(990000 + n) for n in range(1, 13)}


async def test_a_change_reads_the_timeline_and_documents_of_its_project_alone(
    tmp_path: Path, migrated_file: Path
) -> None:
    """The rest of the market is not asked again."""
    async with opened(tmp_path, migrated_file, [*_market(12), CHIP], "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.at("2026-07-06 18:30")
        site.asked()
        assert await site.look("quick") == "ok"
        assert site.asked() == [
            "SH_XM_LB",
            "GP_GPZCZ_XMDTZTYYLB",
            "GP_GPZCZ_XMDTZTTLB",
            "GP_COMMON_FILE_SEARCH",
            "GP_GPZCZ_SHXXPL",
            "GP_GPZCZ_SSWHYGGJG",
        ]
        assert site.milestones() == [("990100", "已问询", "2026-07-06")]


async def test_several_milestones_between_two_polls_are_all_alerted_in_order(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Polls skipped for days: each milestone once with its own date; the repetition is a step, no alert."""
    async with opened(tmp_path, migrated_file, [*_market(3), CHIP], "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.at("2026-07-10 18:00")
        assert await site.look("quick") == "ok"
        assert site.milestones() == [
            ("990100", "已问询", "2026-07-06"),
            ("990100", "上市委会议通过", "2026-07-08"),
            ("990100", "提交注册", "2026-07-08"),
        ]
        assert await site.look("quick") == "ok"
        await site.trial.reread()
        assert site.alerts() == []
        kinds = [event.kind.value for event in site.trial.events() if event.project_id == "990100"]
        assert kinds.count("review_step") == 1


async def test_a_first_start_tells_one_welcome_and_a_restart_nothing(
    tmp_path: Path, migrated_file: Path
) -> None:
    """History is learned quietly; the daemon that comes back knows what it knew."""
    async with opened(tmp_path, migrated_file, [*_market(5), CHIP], "2026-07-09 17:00") as site:
        await site.trial.complete()
        assert site.alerts() == []
        await site.trial.app.chores.greet()
        await site.trial.app.chores.greet()
        (welcome,) = site.alerts()
        assert (welcome.kind, welcome.details["projects"]) == (EventKind.CHAT_WELCOME, 6)
        known = len(site.trial.events())
    async with opened(tmp_path, migrated_file, [*_market(5), CHIP], "2026-07-09 17:05") as site:
        await site.trial.complete()
        await site.trial.app.chores.greet()
        assert (site.alerts(), len(site.trial.events())) == ([], known)


async def test_what_was_posted_while_the_daemon_was_off_is_alerted_at_its_return(
    tmp_path: Path, migrated_file: Path
) -> None:
    """A restart is no first start: nothing of the gap is taken for history."""
    async with opened(tmp_path, migrated_file, [*_market(3), CHIP], "2026-07-06 17:00") as site:
        await site.trial.complete()
    async with opened(tmp_path, migrated_file, [*_market(3), CHIP], "2026-07-10 09:00") as site:
        assert await site.look("sweep") == "ok"
        assert [words for _, words, _ in site.milestones()] == ["已问询", "上市委会议通过", "提交注册"]


async def test_a_milestone_between_the_quiet_list_and_its_timeline_is_alerted(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Alerts from the first minute, though the timelines of the market are filled in later."""
    async with opened(tmp_path, migrated_file, [*_market(3), CHIP], "2026-07-07 20:00") as site:
        assert await site.trial.turn.poller.sweep() == "ok"  # the list alone
        site.at("2026-07-08 22:00")
        assert await site.look("quick") == "ok"
        assert [words for _, words, _ in site.milestones()] == ["上市委会议通过", "提交注册"]


async def test_a_document_that_moves_no_row_is_found_by_the_global_query(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Newest first over all projects, while a page holds one we do not know."""
    files = [
        current_file("A001", "I0011", uploaded="20260620173000", title="招股说明书（申报稿）", key="990100"),
        current_file("A002", "I3010", uploaded="20260707200000", title="8-1 回复", key="990100"),
    ]
    chip = application(
        "990100", [step("c1", 1, posted="2026-06-20 17:30:00", key="990100")], files=files[::-1]
    )
    async with opened(tmp_path, migrated_file, [*_market(3), chip], "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.at("2026-07-07 20:30")
        assert await site.look("quick") == "ok"
        assert site.alerts() == []
        site.asked()
        assert await site.trial.turn.poller.documents() == "ok"
        (event,) = site.alerts()
        assert (event.kind, event.title, event.details["document_type"]) == (
            EventKind.DOCUMENT_DISCLOSED,
            "8-1 回复",
            "inquiry_reply",
        )
        assert site.asked() == ["GP_COMMON_FILE_SEARCH", "GP_COMMON_FILE_SEARCH", "GP_GPZCZ_SHXXPL"]
        assert await site.trial.turn.poller.documents() == "ok"
        assert site.alerts() == []
        assert site.asked() == ["GP_COMMON_FILE_SEARCH", "GP_GPZCZ_SHXXPL"]


async def test_a_second_application_is_discovered_with_the_first_beside_it(
    tmp_path: Path, migrated_file: Path
) -> None:
    """The same company under a new id: a new project, linked to the terminated one."""
    first = application(
        "990050",
        [_accepted("990050", "2026-06-01"), step("w1", 8, posted="2026-06-09 17:00:00", key="990050")],
        full="示例再来（北京）股份有限公司",
    )
    second = application("990200", [_accepted("990200", "2026-07-08")], full="示例再来(北京)股份有限公司")
    async with opened(tmp_path, migrated_file, [first, second], "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.at("2026-07-08 18:00")
        assert await site.look("quick") == "ok"
        found = [
            event
            for event in site.trial.events()
            if event.kind is EventKind.PROJECT_DISCOVERED and not event.baseline
        ]
        assert [(event.project_id, event.details.get("earlier_project")) for event in found] == [
            ("990200", "990050")
        ]


async def test_an_unknown_status_is_alerted_with_its_raw_code_and_told_to_the_operator(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Never a guess, never dropped."""
    strange = application(
        "990100",
        [_accepted("990100", "2026-06-20"), step("u1", 77, posted="2026-07-07 18:00:00", key="990100")],
    )
    async with opened(tmp_path, migrated_file, [*_market(3), strange], "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.at("2026-07-07 18:30")
        assert await site.look("quick") == "ok"
        events = site.alerts()
        (milestone,) = [event for event in events if event.kind is EventKind.MILESTONE]
        assert milestone.details["unknown_code"] == "77"
        assert "未知状态码 77" in milestone.id
        notices = [event.reason for event in events if event.kind is EventKind.OPERATOR_NOTICE]
        assert notices == ["unknown status code 77/"] * 3, "the list, the timeline and the diagram showed it"


async def test_a_row_posted_late_without_moving_its_list_row_is_found_by_the_daily_round(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Decided before what the list shows, published after: only a re-reading can see it."""
    late = application(
        "990100",
        [
            _accepted("990100", "2026-06-20"),
            step("p2", 2, posted="2026-07-01 18:00:00", key="990100"),
            step("p3", 7, posted="2026-07-07 18:00:00", decided="2026-06-30 12:00:00", key="990100"),
        ],
    )
    async with opened(tmp_path, migrated_file, [*_market(3), late], "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.at("2026-07-08 03:00")
        assert await site.look("quick") == "ok"
        assert site.milestones() == []
        await site.trial.complete()
        assert site.milestones() == [("990100", "中止", "2026-07-07")]


def _in_inquiry(key: str, at: str, *more: dict[str, object]) -> Project:
    return application(
        key, [_accepted(key, "2026-06-20"), step(f"{key}-2", 2, posted=f"2026-07-06 {at}", key=key), *more]
    )


async def test_two_projects_that_moved_are_both_told_before_the_papers_of_either(
    tmp_path: Path, migrated_file: Path
) -> None:
    """Their timelines are asked for first; diagram and documents, six requests more, delay no alert."""
    market = [_in_inquiry("990100", "18:00:00"), _in_inquiry("990101", "18:05:00")]
    async with opened(tmp_path, migrated_file, market, "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.at("2026-07-06 18:30")
        site.asked()
        assert await site.trial.turn.poller.quick() == "ok"
        for _ in range(2):
            assert await site.trial.turn.poller.background() == ("ok", True)
        assert {key for key, _, _ in site.milestones()} == {"990100", "990101"}
        listed, *timelines = site.asked()
        assert listed == "SH_XM_LB"
        assert len(timelines) == 2
        assert len(set(timelines)) == 1, "one query, asked for each of the two"
        assert await site.trial.turn.poller.background() == ("ok", True)
        assert timelines[0] not in site.asked()


async def test_a_project_that_moves_again_between_its_timeline_and_its_papers_is_told_at_once(
    tmp_path: Path, migrated_file: Path
) -> None:
    """A poll in between sees the second change: the timeline is read again, not left to the nightly round."""
    passed = step("990100-3", 3, 1, posted="2026-07-06 18:40:00", key="990100")
    market = [_in_inquiry("990100", "18:00:00", passed)]
    async with opened(tmp_path, migrated_file, market, "2026-07-06 17:00") as site:
        await site.trial.complete()
        site.at("2026-07-06 18:30")
        assert await site.trial.turn.poller.quick() == "ok"
        assert await site.trial.turn.poller.background() == ("ok", True)
        assert [words for _, words, _ in site.milestones()] == ["已问询"]
        site.at("2026-07-06 18:50")
        assert await site.look("quick") == "ok"
        assert [words for _, words, _ in site.milestones()] == ["上市委会议通过"]
