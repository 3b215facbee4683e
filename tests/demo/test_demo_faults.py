"""Each bad day as a plain HTTP client meets it."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from monitor.demo.exchange import Exchange, serve
from monitor.demo.faults import FAULTS
from tests.demo.conftest import REFERER

SOA = "/commonSoaQuery.do"
LIST = {"sqlId": "SH_XM_LB", "isPagination": "false"}


async def listed(client: httpx.AsyncClient, **more: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await client.get(SOA, params=LIST | more)).json()["result"]
    return rows


async def test_busy_strikes_as_often_as_told_then_the_list_is_back(
    exchange: Exchange, client: httpx.AsyncClient
) -> None:
    exchange.faults.on("busy", times=2)
    bodies = [(await client.get(SOA, params=LIST)).json() for _ in range(3)]
    assert ["pageHelp" in body for body in bodies] == [False, False, True]


async def test_a_fault_strikes_only_its_query_and_lets_the_first_pass_if_told(
    exchange: Exchange, client: httpx.AsyncClient
) -> None:
    exchange.faults.on("forbidden", sql_id="SH_XM_LB", skip=1)
    exchange.faults.on("server_error", path="/csrcfd/", value=500)
    codes = [(await client.get(SOA, params=LIST)).status_code for _ in range(3)]
    other = await client.get(SOA, params={"sqlId": "GP_GPZCZ_XMDTZTTLB", "stockAuditNum": "2098"})
    register = await client.get("/csrcfd/index.html")
    assert (codes, other.status_code, register.status_code) == ([200, 403, 403], 200, 500)


@pytest.mark.parametrize(
    ("name", "value", "status", "mark"),
    [
        ("forbidden", None, 403, "Forbidden"),
        ("rate_limited", 7, 429, "Too Many"),
        ("server_error", None, 502, "nginx"),
        ("challenge", None, 200, "acw_sc__v2"),
        ("challenge", 521, 521, "acw_sc__v2"),
        ("html", None, 200, "维护"),
    ],
)
async def test_refusals_are_html_where_json_was_asked(
    exchange: Exchange, client: httpx.AsyncClient, name: str, value: int | None, status: int, mark: str
) -> None:
    exchange.faults.on(name, value=value)
    reply = await client.get(SOA, params=LIST)
    assert (reply.status_code, mark in reply.text) == (status, True)
    assert reply.text.startswith("<")
    assert reply.headers.get("Retry-After") == ("7" if name == "rate_limited" else None)


async def test_a_cut_body_ends_at_the_byte_and_is_no_json(
    exchange: Exchange, client: httpx.AsyncClient
) -> None:
    exchange.faults.on("cut", value=1234)
    reply = await client.get(SOA, params=LIST)
    assert len(reply.content) == 1234
    with pytest.raises(json.JSONDecodeError):
        json.loads(reply.content.decode(errors="replace"))


@pytest.mark.parametrize("name", ["wrong_length", "reset"])
async def test_a_broken_connection_never_yields_a_reply(
    exchange: Exchange, client: httpx.AsyncClient, name: str
) -> None:
    exchange.faults.on(name, times=1)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await client.get(SOA, params=LIST)
    assert await listed(client) != []


async def test_a_stalled_server_accepts_and_never_answers(
    exchange: Exchange, client: httpx.AsyncClient
) -> None:
    exchange.faults.on("stall")
    with pytest.raises(httpx.ReadTimeout):
        await client.get(SOA, params=LIST, timeout=0.2)


async def test_a_slow_server_sends_byte_by_byte(exchange: Exchange, client: httpx.AsyncClient) -> None:
    exchange.faults.on("slow", value=0)
    async with client.stream("GET", SOA, params=LIST | {"stockAuditNum": "2098"}) as reply:
        body = [chunk async for chunk in reply.aiter_raw()]
    assert json.loads(b"".join(body))["result"][0]["stockAuditNum"] == "2098"
    assert len(body) > 1
    exchange.faults.clear()
    exchange.faults.on("slow")
    with pytest.raises(httpx.ReadTimeout):
        await client.get(SOA, params=LIST, timeout=0.3)


async def test_an_endless_body_outgrows_any_cap(exchange: Exchange, client: httpx.AsyncClient) -> None:
    exchange.faults.on("endless")
    size = 0
    async with client.stream("GET", SOA, params=LIST) as reply:
        async for chunk in reply.aiter_raw():
            size += len(chunk)
            if size > 4_000_000:
                break
    assert size > 4_000_000


async def test_a_bomb_is_small_on_the_wire_and_large_unpacked(
    exchange: Exchange, client: httpx.AsyncClient
) -> None:
    exchange.faults.on("bomb", value=8)
    async with client.stream("GET", SOA, params=LIST) as reply:
        wire = b"".join([chunk async for chunk in reply.aiter_raw()])
    unpacked = await client.get(SOA, params=LIST)
    assert len(wire) < 100_000
    assert len(unpacked.content) == 8 << 20


async def test_a_redirect_names_a_foreign_host(exchange: Exchange, client: httpx.AsyncClient) -> None:
    exchange.faults.on("redirect")
    reply = await client.get(SOA, params=LIST)
    assert (reply.status_code, httpx.URL(reply.headers["Location"]).host) == (302, "elsewhere.invalid")


async def test_the_list_can_come_empty_or_shrunk(exchange: Exchange, client: httpx.AsyncClient) -> None:
    whole = await listed(client)
    exchange.faults.on("empty", times=1)
    exchange.faults.on("shrunk", value=3)
    assert await listed(client) == []
    assert await listed(client) == whole[:3]


async def test_a_row_moved_while_paging_is_seen_by_no_page_and_another_twice(
    exchange: Exchange, client: httpx.AsyncClient
) -> None:
    whole = [row["stockAuditNum"] for row in await listed(client)]
    exchange.faults.on("moved")
    paged: list[str] = []
    for number in range(1, -(-len(whole) // 10) + 1):
        paging = {"isPagination": "true", "pageHelp.pageSize": "10", "pageHelp.pageNo": str(number)}
        paged += [row["stockAuditNum"] for row in await listed(client, **paging)]
    assert len(paged) == len(whole)
    assert set(whole) - set(paged) == {whole[10]}
    assert [i for i in paged if paged.count(i) == 2] == [whole[9]] * 2


async def test_a_touched_row_moves_to_the_top_with_the_same_status(
    exchange: Exchange, client: httpx.AsyncClient
) -> None:
    before = {row["stockAuditNum"]: row for row in await listed(client)}
    exchange.faults.on("touched", value="663")
    top = (await listed(client))[0]
    assert top["stockAuditNum"] == "663"
    assert top["updateDate"] > max(row["updateDate"] for row in before.values())
    assert {**top, "updateDate": ""} == {**before["663"], "updateDate": ""}


async def test_layouts_change_by_key_type_and_code(exchange: Exchange, client: httpx.AsyncClient) -> None:
    exchange.faults.on("unknown_status", times=1, value=42)
    exchange.faults.on("key_renamed", times=1, value="updateDate")
    exchange.faults.on("key_retyped", times=1, value="stockIssuer")
    odd, renamed, retyped = [(await listed(client))[0] for _ in range(3)]
    assert odd["currStatus"] == 42
    assert "updateDate" not in renamed
    assert isinstance(retyped["stockIssuer"], dict)


async def test_a_gbk_body_still_claims_utf8(exchange: Exchange, client: httpx.AsyncClient) -> None:
    exchange.faults.on("gbk")
    reply = await client.get(SOA, params=LIST)
    assert reply.charset_encoding == "utf-8"
    with pytest.raises(UnicodeDecodeError):
        reply.content.decode()
    assert json.loads(reply.content.decode("gb18030"))["result"] != []


@pytest.mark.parametrize("asked", ["", "jsonpCallback9"])
async def test_a_wrong_callback_wraps_the_honest_object(
    exchange: Exchange, client: httpx.AsyncClient, asked: str
) -> None:
    exchange.faults.on("wrong_callback", value="other")
    text = (await client.get(SOA, params=LIST | {"jsonCallBack": asked})).text
    assert json.loads(text.removeprefix("other(").removesuffix(")"))["result"] != []


async def test_faults_are_switched_on_a_running_server(client: httpx.AsyncClient) -> None:
    order = {"name": "forbidden", "sqlId": "SH_XM_LB", "times": 1}
    told = (await client.post("/__faults__", json=order)).json()
    assert [(f["name"], f["times"]) for f in told["active"]] == [("forbidden", 1)]
    assert set(told["known"]) == set(FAULTS)
    assert [(await client.get(SOA, params=LIST)).status_code for _ in range(2)] == [403, 200]
    assert (await client.post("/__faults__", json={"clear": True})).json()["active"] == []


@pytest.mark.parametrize("order", [{"name": "earthquake"}, {"nmae": "busy"}, {"name": "busy", "times": "x"}])
async def test_a_misspelt_order_is_refused_and_switches_nothing(
    exchange: Exchange, client: httpx.AsyncClient, order: dict[str, str]
) -> None:
    reply = await client.post("/__faults__", json=order)
    assert reply.status_code == 400
    assert reply.json()["error"]
    assert exchange.faults.active == []


async def test_leaving_the_server_frees_its_port_even_with_a_request_stalled(exchange: Exchange) -> None:
    exchange.faults.on("stall")
    async with serve(exchange) as base:
        port = httpx.URL(base).port
        async with httpx.AsyncClient(base_url=base, headers=REFERER) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.get(SOA, params=LIST, timeout=0.1)
    exchange.faults.clear()
    assert port is not None
    async with (
        serve(exchange, port) as again,
        httpx.AsyncClient(base_url=again, headers=REFERER) as client,
    ):
        assert await listed(client) != []
