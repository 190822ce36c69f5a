"""People read and decide plans with the session they logged in to; what they saw must still be so."""

from uuid import UUID

import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.sessions.domain import SESSION_LIFETIME
from transactional.sessions.operations import create_login

PASSWORD = "correct horse"


@pytest.fixture
async def plan_id(put, line, plans):
    assert (await put(line())).status_code == 200
    return (await plans())[0]["plan_id"]


@pytest.fixture
def log_in(app, owner, shop):
    """Make a login of a role and return a client with its session."""

    async def log_in(username, role, *, tenant_id=shop.tenant_id, tenant_code="acorn"):
        await create_login(owner, tenant_id=tenant_id, username=username, password=PASSWORD, role=role)
        async with client_for(app, "") as anyone:
            body = {"tenant_code": tenant_code, "username": username, "password": PASSWORD}
            token = (await anyone.post("/v1/sessions", json=body)).json()["token"]
        return client_for(app, token)

    return log_in


def edited(shop, procurement, quantity=36, **more):
    line = {"item_id": str(shop.tea), "warehouse_id": str(procurement.main), "quantity": quantity}
    return {"lines": [line], **more}


def slug(answer):
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]


@pytest.mark.parametrize("role", ["planner", "enterprise_admin"])
async def test_a_planner_edits_and_approves_under_their_own_name(
    log_in, client, plan_id, shop, procurement, role
):
    async with await log_in("zhou.min", role) as person:
        url = f"/v1/holiday-plans/{plan_id}"
        plan = (await person.patch(f"{url}/lines", json=edited(shop, procurement, if_revision=0))).json()
        assert (plan["revision"], plan["quantity"]) == (1, 36)
        (line,) = (await person.get(f"{url}/lines")).json()["lines"]
        assert line["edited_by"] == "zhou.min"
        decision = {"decision": "approved", "if_revision": 1}
        plan = (await person.post(f"{url}/decision", json=decision)).json()
        assert (plan["status"], plan["decided_by"]) == ("approved", "zhou.min")
        params = {"origin": "holiday_plan", "origin_reference": plan_id}
        (order,) = (await person.get("/v1/purchase-orders", params=params)).json()["purchase_orders"]
        assert (order["purchase_order_id"], order["created_by"]) == (
            plan["purchase_order_ids"][0],
            "zhou.min",
        )
        one = await person.get(f"/v1/purchase-orders/{order['purchase_order_id']}")
        assert one.json()["lines"][0]["quantity"] == 36


async def test_a_viewer_looks_and_changes_nothing(log_in, plans, plan_id, shop, procurement):
    async with await log_in("wei.jie", "enterprise_viewer") as person:
        assert (await person.get("/v1/holiday-plans")).json()["plans"] == await plans()
        url = f"/v1/holiday-plans/{plan_id}"
        edit = await person.patch(f"{url}/lines", json=edited(shop, procurement))
        decision = await person.post(f"{url}/decision", json={"decision": "approved"})
    assert slug(edit) == slug(decision) == (403, "role-needed")
    assert [plan["revision"] for plan in await plans(status="proposed")] == [0]


async def test_nobody_acts_under_another_name(log_in, client, plan_id, shop, procurement):
    url = f"/v1/holiday-plans/{plan_id}/lines"
    async with await log_in("zhou.min", "planner") as person:
        forged = await person.patch(url, json=edited(shop, procurement, edited_by="li.na"))
        own = await person.patch(url, json=edited(shop, procurement, edited_by="zhou.min"))
    assert slug(forged) == (422, "invalid-request")
    assert own.status_code == 200
    # A program has no name of its own.
    assert slug(await client.patch(url, json=edited(shop, procurement))) == (422, "invalid-request")


async def test_a_session_is_good_for_its_own_tenant_only(log_in, owner, plan_id, shop, procurement):
    birch = await open_shop(owner, "birch")
    async with await log_in(
        "zhou.min", "planner", tenant_id=birch.tenant_id, tenant_code="birch"
    ) as stranger:
        url = f"/v1/holiday-plans/{plan_id}"
        answers = [
            await stranger.get(url),
            await stranger.get(f"{url}/lines"),
            await stranger.patch(f"{url}/lines", json=edited(shop, procurement)),
            await stranger.post(f"{url}/decision", json={"decision": "approved"}),
        ]
        assert (await stranger.get("/v1/holiday-plans")).json()["plans"] == []
        assert (await stranger.get("/v1/purchase-orders")).json()["purchase_orders"] == []
    assert [slug(answer) for answer in answers] == [(404, "unknown-holiday-plan")] * 4


async def test_what_a_session_may_do_is_asked_of_its_login_now(log_in, owner, clock, shop, plan_id):
    url, decision = f"/v1/holiday-plans/{plan_id}/decision?dry_run=true", {"decision": "approved"}
    async with await log_in("zhou.min", "planner") as person:
        assert (await person.post(url, json=decision)).status_code == 200
        await owner.execute("update mall.login set role = 'enterprise_viewer'")
        assert slug(await person.post(url, json=decision)) == (403, "role-needed")
        await owner.execute("update mall.login set disabled_at = now()")
        assert slug(await person.get("/v1/holiday-plans")) == (401, "session-over")
        await owner.execute("update mall.login set disabled_at = null")
        clock.now += SESSION_LIFETIME
        assert (await person.get("/v1/holiday-plans")).status_code == 200
        clock.now += SESSION_LIFETIME
        assert slug(await person.get("/v1/holiday-plans")) == (401, "session-over")


@pytest.mark.parametrize("token", ["a.b.c", "eyJ0ZW5hbnRfaWQiOiJ4In0.aa.bb"])
async def test_a_forged_session_is_none(app, token):
    async with client_for(app, token) as forger:
        assert slug(await forger.get("/v1/holiday-plans")) == (401, "session-over")


async def test_a_plan_that_was_edited_meanwhile_is_neither_edited_nor_approved(
    client, edit, decide, plans, plan_id, shop, procurement
):
    await edit(plan_id, (shop.tea, procurement.main, 36))
    url, body = (
        f"/v1/holiday-plans/{plan_id}",
        edited(shop, procurement, 48, edited_by="wang.wu", if_revision=0),
    )
    late = await client.patch(f"{url}/lines", json=body)
    decision = {"decision": "approved", "decided_by": "wang.wu", "if_revision": 0}
    for answer in (late, await client.post(f"{url}/decision", json=decision)):
        assert slug(answer) == (409, "holiday-plan-changed")
        told = answer.json()
        assert (told["revision"], told["edited_by"]) == (1, "li.na")
    (plan,) = await plans()
    assert (plan["status"], plan["quantity"], plan["revision"]) == ("edited", 36, 1)
    assert (await client.patch(f"{url}/lines", json=body | {"if_revision": 1})).json()["quantity"] == 48
    UUID((await decide(plan_id, "approved")).json()["purchase_order_ids"][0])


async def test_plans_are_found_by_several_states_and_by_when_they_end(client, put, line, plans, decide):
    later = {"occasion_id": "mid-autumn", "first_day": "2026-09-25", "last_day": "2026-09-27"}
    await put(line(), line(**later))
    dragon_boat, mid_autumn = await plans()
    await decide(dragon_boat["plan_id"], "dismissed")

    async def found(**params):
        return [plan["occasion_id"] for plan in await plans(**params)]

    assert await found(status=["proposed", "dismissed"]) == ["dragon-boat", "mid-autumn"]
    assert await found(status=["proposed", "approved"]) == ["mid-autumn"]
    assert await found(ends_from="2026-06-21") == ["dragon-boat", "mid-autumn"]
    assert await found(ends_from="2026-06-22") == [mid_autumn["occasion_id"]]
