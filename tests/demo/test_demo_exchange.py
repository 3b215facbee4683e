"""The wire: envelope, quirks, paging, Referer, JSONP, static host and tutoring register."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from bs4 import BeautifulSoup

from monitor.demo.exchange import Exchange, serve
from monitor.demo.pages import ROWS_A_PAGE, register_page
from monitor.demo.world import Filing, World
from tests.demo.conftest import REFERER, shanghai

SOA = "/commonSoaQuery.do"
ENVELOPE = {
    "actionErrors",
    "actionMessages",
    "fieldErrors",
    "isPagination",
    "jsonCallBack",
    "locale",
    "pageHelp",
    "pageNo",
    "pageSize",
    "queryDate",
    "result",
    "securityCode",
    "texts",
    "type",
    "validateCode",
}
PAGE_HELP = {
    "beginPage",
    "cacheSize",
    "data",
    "endDate",
    "endPage",
    "objectResult",
    "pageCount",
    "pageNo",
    "pageSize",
    "searchDate",
    "sort",
    "startDate",
    "total",
}


async def ask(client: httpx.AsyncClient, sql_id: str, **params: Any) -> dict[str, Any]:
    asked = {"sqlId": sql_id, "isPagination": "false"} | params
    reply = await client.get(SOA, params=asked)
    body: dict[str, Any] = reply.json()
    return body


async def test_the_envelope_has_every_key_and_its_result_is_its_page_data(client: httpx.AsyncClient) -> None:
    body = await ask(client, "SH_XM_LB")
    assert set(body) == ENVELOPE
    assert set(body["pageHelp"]) == PAGE_HELP
    assert body["result"] == body["pageHelp"]["data"] != []
    assert (body["isPagination"], body["jsonCallBack"], body["texts"]) == ("false", None, None)
    help_, rows = body["pageHelp"], len(body["result"])
    assert (help_["pageNo"], help_["pageCount"], help_["pageSize"], help_["total"]) == (1, 1, rows, rows)


async def test_zero_hits_have_page_count_zero_and_begin_page_zero(client: httpx.AsyncClient) -> None:
    body = await ask(
        client, "SH_XM_LB", keyword="没有这家", isPagination="true", **{"pageHelp.pageSize": "20"}
    )
    help_ = body["pageHelp"]
    assert body["result"] == help_["data"] == []
    assert [help_[k] for k in ("beginPage", "pageCount", "pageNo", "pageSize", "total")] == [0, 0, 1, 20, 0]


async def test_jsonp_wraps_and_echoes_the_callback(client: httpx.AsyncClient) -> None:
    params = {"sqlId": "SH_XM_LB", "stockAuditNum": "2239", "jsonCallBack": "jsonpCallback42", "_": "1"}
    text = (await client.get(SOA, params=params)).text
    assert text.startswith("jsonpCallback42({")
    assert text.endswith("})")
    assert json.loads(text[len("jsonpCallback42(") : -1])["jsonCallBack"] == "jsonpCallback42"


@pytest.mark.parametrize("path", [SOA, "/sseQuery/commonSoaQuery.do", "/statusAction.do"])
async def test_without_its_own_referer_the_exchange_is_busy_with_http_200(
    client: httpx.AsyncClient, path: str
) -> None:
    for referer in ("", "https://sse.com.cn.example.org/", "https://example.org/"):
        reply = await client.get(path, params={"sqlId": "SH_XM_LB"}, headers={"Referer": referer})
        assert reply.status_code == 200
        assert reply.json() == {
            "success": "false",
            "error": "系统繁忙...",
            "errorType": "ExceptionInterceptor",
        }


async def test_the_referer_gate_can_refuse_with_403(season: World) -> None:
    async with (
        serve(Exchange(season, refuse_with=403)) as base,
        httpx.AsyncClient(base_url=base) as stranger,
    ):
        assert (await stranger.get(SOA, params={"sqlId": "SH_XM_LB"})).status_code == 403


async def test_an_unknown_query_is_answered_busy(client: httpx.AsyncClient) -> None:
    assert (await ask(client, "GP_NOBODY"))["success"] == "false"
    assert (await ask(client, "SH_XM_LB", isPagination="true", **{"pageHelp.pageNo": "x"}))[
        "success"
    ] == "false"


async def test_a_posted_form_equals_the_query_string(client: httpx.AsyncClient) -> None:
    form = {"sqlId": "SH_XM_LB", "stockAuditNum": "2098"}
    posted, got = await client.post(SOA, data=form), await client.get(SOA, params=form)
    assert posted.content == got.content
    assert posted.json()["result"][0]["stockAuditNum"] == "2098"


async def test_pages_cut_the_ordered_list_without_loss_and_the_page_past_the_end_is_empty(
    client: httpx.AsyncClient,
) -> None:
    whole = (await ask(client, "SH_XM_LB", issueMarketType="1,2"))["result"]
    order = [(row["updateDate"], int(row["stockAuditNum"])) for row in whole]
    assert order == sorted(order, reverse=True)
    pages: list[Any] = []
    for number in range(1, 8):
        paging = {"isPagination": "true", "pageHelp.pageSize": "7", "pageHelp.pageNo": str(number)}
        body = await ask(client, "SH_XM_LB", issueMarketType="1,2", **paging)
        assert body["pageHelp"]["total"] == len(whole)
        assert body["pageHelp"]["pageCount"] == -(-len(whole) // 7)
        pages += body["result"]
    assert pages == whole


@pytest.mark.parametrize(("asked", "boards"), [("", {1}), ("1", {1}), ("2", {2}), ("1,2", {1, 2})])
async def test_the_main_board_is_missing_unless_asked_for(
    client: httpx.AsyncClient, asked: str, boards: set[int]
) -> None:
    rows = (await ask(client, "SH_XM_LB", issueMarketType=asked))["result"]
    assert {row["issueMarketType"] for row in rows} == boards


async def test_filters_narrow_the_list(client: httpx.AsyncClient) -> None:
    async def ids(**params: str) -> set[str]:
        return {row["stockAuditNum"] for row in (await ask(client, "SH_XM_LB", **params))["result"]}

    assert await ids(keyword="天科合达") == {"663", "2039"}
    assert await ids(currStatus="10,11") == {"900008"}
    assert await ids(currStatus="5", registeResult="2") == {"900002"}
    assert await ids(currStatus="3,9", commitiResult="1") == {"900010"}
    assert await ids(province="境外") == {"900010"}
    assert await ids(csrcCode="I65") == {"900003"}
    assert await ids(auditApplyDateBegin="2026-07-01", auditApplyDateEnd="20260731") == {"2239"}


async def test_missing_integers_are_empty_strings_and_the_issuer_stands_four_times(
    client: httpx.AsyncClient,
) -> None:
    rows = (await ask(client, "SH_XM_LB"))["result"]
    by_id = {row["stockAuditNum"]: row for row in rows}
    assert by_id["2239"]["commitiResult"] == by_id["2239"]["suspendStatus"] == ""
    assert by_id["2178"]["planIssueCapital"] == ""
    assert {type(row["planIssueCapital"]) for row in rows} == {int, float, str}
    orders = {tuple(person["s_jobTitle"] for person in row["stockIssuer"]) for row in rows}
    assert {frozenset(order) for order in orders} == {frozenset(["董事长", "总经理", "董秘", "其他"])}
    assert len(orders) > 1


async def test_the_diagram_ascends_without_churn_and_the_history_descends_with_reasons(
    client: httpx.AsyncClient,
) -> None:
    diagram = (await ask(client, "GP_GPZCZ_XMDTZTTLB", stockAuditNum="900001"))["result"]
    history = (await ask(client, "GP_GPZCZ_XMDTZTYYLB", stockAuditNum="900001"))["result"]
    assert [row["auditStatus"] for row in diagram] == [1, 2, 3, 4, 5]
    assert [row["auditStatus"] for row in history] == [5, 4, 3, 2, 7, 2, 1]
    assert [bool(row["reasonDesc"]) for row in history] == [False, False, False, True, True, False, False]
    assert all("reasonDesc" not in row for row in diagram)


async def test_document_answers_escape_slashes_and_keep_both_generations_on_one_path(
    client: httpx.AsyncClient,
) -> None:
    params = {"sqlId": "GP_COMMON_FILE_SEARCH", "auditId": "2239", "isPagination": "false"}
    reply = await client.get(SOA, params=params)
    assert "\\/disclosure\\/announcement\\/c\\/202607\\/002239_20260707_M7F6.pdf" in reply.text
    new = {row["filePath"]: row for row in reply.json()["result"]}
    old = {
        row["filePath"]: row for row in (await ask(client, "GP_GPZCZ_SHXXPL", stockAuditNum="2239"))["result"]
    }
    assert new.keys() == old.keys()
    prospectus = "/disclosure/announcement/c/202607/002239_20260707_M7F6.pdf"
    assert (new[prospectus]["fileTypeMap"], old[prospectus]["fileType"]) == ("I0011", 30)
    assert new[prospectus]["fileUpdTime"] == old[prospectus]["fileUpdateTime"] == "20260707173007"


async def test_the_global_file_search_is_newest_first_and_filters_by_code(client: httpx.AsyncClient) -> None:
    paging = {"isPagination": "true", "pageHelp.pageSize": "3"}
    body = await ask(client, "GP_COMMON_FILE_SEARCH", fileTypeMap="I1010,I1020", marketType="1", **paging)
    times = [row["fileUpdTime"] for row in body["result"]]
    assert len(times) == 3 < body["pageHelp"]["total"]
    assert times == sorted(times, reverse=True)
    assert {row["fileTypeMap"] for row in body["result"]} <= {"I1010", "I1020"}


@pytest.mark.parametrize("muted", ["old", "new"])
async def test_a_disabled_generation_answers_zero_rows(season: World, muted: str) -> None:
    copy = Exchange(season, old_documents=muted != "old", new_documents=muted != "new")
    async with serve(copy) as base, httpx.AsyncClient(base_url=base, headers=REFERER) as client:
        old = await ask(client, "GP_GPZCZ_SHXXPL", stockAuditNum="2239")
        new = await ask(client, "GP_COMMON_FILE_SEARCH", auditId="2239")
    assert (bool(old["result"]), bool(new["result"])) == (muted != "old", muted != "new")


async def test_a_committee_file_is_shared_by_the_projects_on_its_agenda(client: httpx.AsyncClient) -> None:
    files = {}
    for number in ("900001", "900004"):
        rows = (await ask(client, "GP_GPZCZ_SSWHYGGJG", stockAuditNum=number, fileType="2"))["result"]
        files[number] = {row["fileId"]: [a["auditId"] for a in row["stockAudit"]] for row in rows}
    shared = files["900001"].keys() & files["900004"].keys()
    assert [files["900001"][i] for i in shared] == [["900001", "900004"]]


async def test_the_old_list_endpoint_adds_board_totals_that_ignore_the_filter(
    client: httpx.AsyncClient,
) -> None:
    params = {"sqlId": "SH_XM_LB", "keyword": "没有这家", "issueMarketType": "1,2"}
    body = (await client.get("/statusAction.do", params=params)).json()
    assert body.keys() - ENVELOPE == {
        *("downloadFileName", "execlStream", "fileId", "mergeSize", "mergeType", "statistics")
    }
    star = (await ask(client, "SH_XM_LB"))["result"]
    totals = {entry["status"]: entry["num"] for entry in body["statistics"]}
    assert body["result"] == []
    assert sum(n for status, n in totals.items() if "-" not in status) == len(star)
    assert totals["5-2"] == 1


async def test_answers_follow_the_clock(season: World) -> None:
    now = shanghai(2025, 9, 26, 16, 59, 59)
    copy = Exchange(season, lambda: now)
    async with serve(copy) as base, httpx.AsyncClient(base_url=base, headers=REFERER) as client:
        before = (await ask(client, "SH_XM_LB", stockAuditNum="2098"))["result"][0]
        now += timedelta(seconds=1)
        after = (await ask(client, "SH_XM_LB", stockAuditNum="2098"))["result"][0]
    assert (before["currStatus"], before["commitiResult"]) == (1, "")
    assert (after["currStatus"], after["commitiResult"], after["updateDate"]) == (3, 1, "20250926165200")


async def test_files_are_pdf_under_stock_and_a_redirect_without_it(client: httpx.AsyncClient) -> None:
    path = "/disclosure/announcement/c/202607/002239_20260707_M7F6.pdf"
    served = await client.get("/stock" + path)
    assert served.content.startswith(b"%PDF-")
    astray = await client.get(path)
    assert (astray.status_code, astray.headers["Location"]) == (302, "/404")
    assert (await client.get("/stock/nothing.pdf")).status_code == 404


async def test_a_file_is_not_served_before_it_is_published(season: World) -> None:
    copy = Exchange(season, lambda: shanghai(2026, 7, 7, 17, 30, 6))
    async with serve(copy) as base, httpx.AsyncClient(base_url=base) as client:
        path = "/stock/disclosure/announcement/c/202607/002239_20260707_M7F6.pdf"
        assert (await client.get(path)).status_code == 404


async def test_the_title_can_be_read_out_of_a_served_pdf(client: httpx.AsyncClient) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    reply = await client.get("/stock/disclosure/announcement/c/202607/002239_20260707_M7F6.pdf")
    text = pdfium.PdfDocument(reply.content)[0].get_textpage().get_text_range()
    assert "".join(text.split()) == "上海思朗科技股份有限公司科创板首次公开发行股票招股说明书（申报稿）"


async def test_the_register_lists_filings_of_past_days_newest_first(season: World) -> None:
    copy = Exchange(season, lambda: shanghai(2024, 11, 12, 9))
    async with serve(copy) as base, httpx.AsyncClient(base_url=base) as client:
        page = BeautifulSoup((await client.get("/csrcfd/index.html")).text, "html.parser")
        assert (await client.get("/csrcfd/index_2.html")).status_code == 404
        table = page.find("table")
        assert table is not None
        rows = [[cell.get_text() for cell in tr.find_all("td")] for tr in table.find_all("tr")[1:]]
        assert [row[3] for row in rows] == ["2024-11-12", "2024-10-15", "2024-08-26", "2024-08-15"]
        assert {len(row) for row in rows} == {8}
        assert all(cell for row in rows for cell in row)
        assert [row[2] for row in rows] == ["（不详）", "示例证券", "中金公司", "示例证券"]
        link = str(table.find_all("a")[1]["onclick"])
        assert link.startswith("downloadPdf1('")
        assert link.endswith("'2024-10-15')")
        assert (await client.get(link.split("'")[1])).content.startswith(b"%PDF-")


def test_the_register_breaks_into_numbered_pages() -> None:
    filing = {"tutor": "", "state": "", "office": "", "report": "", "title": "", "pdf": "/x.pdf"}
    filings = [
        Filing(company=f"示例{n}", on=date(2025, 1, 1), **filing)  # type: ignore[arg-type]
        for n in range(ROWS_A_PAGE + 2)
    ]
    second = BeautifulSoup(register_page(filings, 2), "html.parser").find_all("tr")[1:]
    assert [row.find_all("td")[0].get_text() for row in second] == ["212", "213"]


async def test_every_instant_of_the_season_is_answered(season: World) -> None:
    """The list never loses a project as the season goes on."""
    now: datetime | None = None
    copy = Exchange(season, lambda: now)
    seen: set[str] = set()
    async with serve(copy) as base, httpx.AsyncClient(base_url=base, headers=REFERER) as client:
        for moment in season.moments[::9]:
            now = moment
            rows = (await ask(client, "SH_XM_LB", issueMarketType="1,2"))["result"]
            ids = {row["stockAuditNum"] for row in rows}
            assert seen <= ids
            seen = ids
    assert len(seen) > 30
