"""Top-ups: sent again until it is known what came of them, done once, given back once."""

import asyncio
import json
from datetime import timedelta
from random import Random
from uuid import uuid4

import asyncpg
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transactional.conftest import VAULT_KEY, open_shop
from transactional.fulfilment.carriers.settings import FulfilmentSettings
from transactional.settings import WorkerSettings
from transactional.top_ups.sending import refund_top_ups, send_top_ups
from transactional.top_ups.settings import open_top_ups
from transactional.worker.job import JobContext

ACCOUNTS = FulfilmentSettings.model_validate(
    {"tenants": {"acorn": {"top_up": {"secret": "sandbox-secret", "base_url": "http://sandbox"}}}}
)
PHONE = "13800138000"


class Station:
    """The provider's own system: what it has done by request, and how it behaves next."""

    def __init__(self, clock) -> None:
        self.clock = clock
        self.done: dict[str, dict] = {}
        self.credited: list[str] = []
        self.plan: list[str] = []

    def answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        request_id = body["request_id"]
        step = self.plan.pop(0) if self.plan else "work"
        if step == "away":
            return httpx.Response(503)
        if request.url.path == "/top-ups" and request_id not in self.done:
            is_late = body["expires_at"] <= self.clock.now.isoformat()
            self.done[request_id] = (
                {"outcome": "refused", "reason": "no such number"} if step == "refuse" or is_late
                else {"outcome": "succeeded", "reference": "T-1"}
            )  # fmt: skip
            if self.done[request_id]["outcome"] == "succeeded":
                self.credited.append(body["account"])
        if step == "silent":  # done, and the answer is lost
            return httpx.Response(504)
        return httpx.Response(200, json=self.done.get(request_id, {"outcome": "unknown"}))


@pytest.fixture
def station(clock) -> Station:
    return Station(clock)


@pytest.fixture
async def context(app, station, clock, database_url):
    async with httpx.AsyncClient(transport=httpx.MockTransport(station.answer)) as http:
        yield JobContext(
            app.state.pools, app.state.committer, clock,
            WorkerSettings(database_url=database_url, vault_key=VAULT_KEY), Random(7),
            top_ups=open_top_ups(ACCOUNTS, http, clock),
        )  # fmt: skip


@pytest.fixture
async def redemption(client, shop) -> str:
    """Two cards for 1,000 of 1,500 points."""
    body = {"provider": "sandbox", "product_code": "PHONE-50", "changed_by": "li.na"}
    assert (await client.put(f"/v1/offers/{shop.card}/top-up", json=body)).status_code == 200
    await client.earn(shop.member, 1500, "e1")
    return (await client.redeem(shop.member, "r1", (shop.card, 2))).json()["redemption_id"]


async def requested(client, redemption: str, account: str = PHONE, line_no: int = 1) -> httpx.Response:
    return await client.post(
        f"/v1/redemptions/{redemption}/top-ups", json={"line_no": line_no, "account": account}
    )


async def run(context, clock, steps: int = 40) -> None:
    """Let the worker run while time passes."""
    for _ in range(steps):
        await send_top_ups(context)
        await refund_top_ups(context)
        clock.now += timedelta(seconds=30)


async def test_a_top_up_is_sent_and_its_account_is_forgotten(client, redemption, context, station, owner):
    made = await requested(client, redemption)
    assert (made.status_code, made.json()["status"], made.json()["quantity"]) == (201, "pending", 2)
    sealed = await owner.fetchrow("select account, request_hash from mall.top_up")
    assert PHONE.encode() not in sealed["account"]
    again = await requested(client, redemption)
    assert (again.status_code, again.json()) == (200, made.json())
    assert (await requested(client, redemption, "13900139000")).json()["type"].endswith("top-up-exists")
    assert await send_top_ups(context) == 1
    assert await send_top_ups(context) == 0
    told = (await client.get(f"/v1/top-ups/{made.json()['top_up_id']}")).json()
    assert (told["status"], told["provider_reference"]) == ("succeeded", "T-1")
    assert station.credited == [PHONE]
    assert await owner.fetchval("select account from mall.top_up") is None
    assert await refund_top_ups(context) == 0
    assert await owner.fetchval("select count(*) from mall.outbox where topic = 'top_up.succeeded'") == 1


async def test_what_the_provider_refuses_is_given_back_once(
    client, shop, redemption, context, station, owner
):
    await requested(client, redemption)
    station.plan = ["refuse"]
    assert await send_top_ups(context) == 1
    assert await client.available(shop.member) == 500
    await asyncio.gather(*(refund_top_ups(context) for _ in range(4)))
    # A crash between the refund and its note refunds nothing again.
    await owner.execute("update mall.top_up set refunded_at = null")
    assert await refund_top_ups(context) == 1
    assert await client.available(shop.member) == 1500
    assert (await client.get(f"/v1/redemptions/{redemption}")).json()["status"] == "refunded"
    (told,) = (await client.get("/v1/top-ups", params={"status": "failed"})).json()["top_ups"]
    assert (told["last_error"], told["refund_refusal"], told["refunded_at"] is None) == (
        "no such number", None, False,
    )  # fmt: skip


async def test_a_provider_that_is_away_is_tried_so_many_times_and_then_asked(
    client, shop, redemption, context, station, clock, owner
):
    await requested(client, redemption)
    station.plan = ["away"] * 6
    await run(context, clock, 12)
    # Six tries in vain; asked, it knows nothing, but the request is still valid.
    row = await owner.fetchrow("select status, attempts from mall.top_up")
    assert row["status"] == "pending"
    assert row["attempts"] > 6
    assert station.done == {}
    await run(context, clock, 40)
    assert await owner.fetchval("select status from mall.top_up") == "failed"
    assert await client.available(shop.member) == 1500


async def test_what_was_done_in_silence_is_found_by_sending_again(
    client, shop, redemption, context, station, clock, owner
):
    await requested(client, redemption)
    station.plan = ["silent", "silent", "away", "away", "away", "away", "away", "away"]
    await run(context, clock)
    assert await owner.fetchval("select status from mall.top_up") == "succeeded"
    assert station.credited == [PHONE]
    assert await client.available(shop.member) == 500


async def test_nothing_is_given_back_while_it_is_not_known(
    client, shop, redemption, context, station, clock, owner
):
    await requested(client, redemption)
    station.plan = ["silent"] + ["away"] * 1000
    await run(context, clock, 60)
    assert await owner.fetchval("select status from mall.top_up") == "pending"
    assert await client.available(shop.member) == 500


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["work", "away", "silent", "refuse"]), max_size=9))
async def test_each_line_is_topped_up_or_given_back_never_both(
    client, shop, context, redemption, station, clock, owner, plan
):
    key = str(uuid4())
    await client.earn(shop.member, 1000, f"e{key}")
    await owner.execute("update mall.stock set on_hand = 10 where item_id = $1", shop.card)
    made = (await client.redeem(shop.member, key, (shop.card, 2))).json()["redemption_id"]
    before = await client.available(shop.member)
    station.plan, station.credited = list(plan), []
    assert (await requested(client, made)).status_code == 201
    await run(context, clock)
    given_back = await client.available(shop.member) - before
    assert (given_back, len(station.credited)) in ((0, 1), (1000, 0)), plan


async def test_wrong_input_is_refused(client, shop, redemption, owner):
    async def refused(answer: httpx.Response) -> tuple[int, str]:
        return answer.status_code, answer.json()["type"].rsplit(":")[-1]

    assert await refused(await requested(client, str(uuid4()))) == (404, "unknown-redemption")
    assert await refused(await requested(client, redemption, line_no=2)) == (404, "unknown-line")
    assert await refused(await requested(client, redemption, "a b")) == (422, "invalid-request")
    tea = (await client.redeem(shop.member, "r2", (shop.tea, 1))).json()["redemption_id"]
    assert await refused(await requested(client, tea)) == (409, "no-top-up-product")
    body = {"provider": "sandbox", "product_code": "X", "changed_by": "x"}
    assert await refused(await client.put(f"/v1/offers/{uuid4()}/top-up", json=body)) == (
        404,
        "unknown-offer",
    )
    assert (await client.change(redemption, "refunds", "f1", reason="x")).status_code == 200
    assert await refused(await requested(client, redemption)) == (409, "not-to-be-topped-up")
    assert (await client.get(f"/v1/top-ups/{uuid4()}")).status_code == 404


async def test_a_tenant_sees_its_own_top_ups_alone(owner, shop, client, redemption, database_url):
    await requested(client, redemption)
    stranger = (await open_shop(owner, "birch")).tenant_id
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        for table in ("top_up", "top_up_product"):
            for tenant, rows in ((stranger, 0), (shop.tenant_id, 1)):
                async with connection.transaction():
                    await connection.execute(
                        "select set_config('pointmart.tenant_id', $1, true)", str(tenant)
                    )
                    assert await connection.fetchval(f"select count(*) from mall.{table}") == rows
    finally:
        await connection.close()
