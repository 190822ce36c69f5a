"""What the people at the desks may do: each role its own part, in its own tenant alone."""

from datetime import timedelta

import asyncpg
import pytest

from tests.transactional.conftest import NOON, client_for
from transactional.risk.defaults import NewRule
from transactional.risk.operations import add_rules
from transactional.sessions.domain import ROLES, InvalidLogin
from transactional.sessions.operations import create_login
from transactional.tenants.operations import platform_tenant

PASSWORD = "correct horse"


@pytest.fixture
def log_in(app, owner, shop):
    """Make a login of a role and return a client with its session."""

    async def log_in(role):
        await create_login(owner, tenant_id=shop.tenant_id, username=role, password=PASSWORD, role=role)
        async with client_for(app, "") as anyone:
            body = {"tenant_code": "acorn", "username": role, "password": PASSWORD}
            token = (await anyone.post("/v1/sessions", json=body)).json()["token"]
        return client_for(app, token)

    return log_in


def slug(answer):
    return answer.status_code, answer.json().get("type", "").rsplit(":", 1)[-1]


@pytest.fixture
async def parked(client, shop, owner):
    """A redemption that a rule has parked, from a device that both members use."""
    rule = NewRule(
        kind="velocity", dimension="member", measure="count", threshold=0, window_seconds=60, verdict="review",
    )  # fmt: skip
    await add_rules(owner, tenant_id=shop.tenant_id, rules=[rule], valid_from=NOON - timedelta(days=60))
    for member in (shop.member, shop.other_member):
        await client.earn(member, 1_000, f"e-{member}")
    body = {"lines": [{"item_id": str(shop.tea), "quantity": 1}], "context": {"device_id": "d1"}}
    made = [
        await client.post(
            "/v1/redemptions", json=body | {"member_id": str(member)}, headers={"Idempotency-Key": f"r{n}"}
        )
        for n, member in enumerate((shop.member, shop.other_member))
    ]
    return made[0].json()["redemption_id"]


async def test_a_risk_analyst_decides_with_a_reason_that_is_kept(log_in, shop, owner, parked, clock):
    async with await log_in("risk_analyst") as person:
        waiting = (await person.get("/v1/risk/assessments", params={"is_waiting": True})).json()[
            "assessments"
        ]
        assert [one["points"] for one in waiting] == [100, 100]
        assert parked in [one["redemption_id"] for one in waiting]
        assert waiting[0]["review_until"] > "2026-03-01"
        links = (await person.get("/v1/risk/links")).json()["links"]
        assert {(one["member_id"], one["member_count"]) for one in links} == {
            (str(shop.member), 2), (str(shop.other_member), 2),
        }  # fmt: skip
        assert slug(await person.change(parked, "review", "k1", verdict="reject"))[0] == 422
        named = await person.change(parked, "review", "k1", verdict="reject", reviewer="li.na", reason="x")
        assert slug(named)[0] == 422
        done = await person.change(parked, "review", "k1", verdict="reject", reason="同一设备两个账户")
        assert done.json()["status"] == "cancelled"
        kept = (await person.get("/v1/risk/assessments")).json()["assessments"]
        told = next(one for one in kept if one["redemption_id"] == parked)
        assert (told["decided_by"], told["decided_verdict"], told["decided_reason"]) == (
            "risk_analyst", "deny", "同一设备两个账户",
        )  # fmt: skip
        left = (await person.get("/v1/risk/assessments", params={"is_waiting": True})).json()["assessments"]
        assert parked not in [one["redemption_id"] for one in left]
        assert slug(await person.get("/v1/fulfilment/queue")) == (403, "role-needed")


async def test_what_waited_past_its_deadline_waits_no_more(log_in, parked, clock):
    clock.now += timedelta(days=30)
    async with await log_in("risk_analyst") as person:
        page = (await person.get("/v1/risk/assessments", params={"is_waiting": True})).json()
    assert page["assessments"] == []


@pytest.mark.parametrize("role", sorted({*ROLES} - {"platform_admin"}))
async def test_each_role_has_its_own_desks(log_in, client, shop, parked, role):
    case = {
        "reference": "c1", "redemption_id": parked, "type": "inquiry", "reason": "other", "text": "?",
        "opened_by": "E-1",
    }  # fmt: skip
    case_id = (await client.post("/v1/after-sales", json=case)).json()["case_id"]
    async with await log_in(role) as person:
        answers = {
            "queue": await person.get("/v1/fulfilment/queue"),
            "case": await person.post(f"/v1/after-sales/{case_id}/answers", json={"text": "好"}),
            "rules": await person.get("/v1/risk/rules"),
            "assessments": await person.get("/v1/risk/assessments"),
            "links": await person.get("/v1/risk/links"),
            "review": await person.change(parked, "review", "k1", verdict="approve", reason="ok"),
        }
    may = {name for name, answer in answers.items() if answer.status_code == 200}
    serving, reviewing = {"queue", "case"}, {"rules", "assessments", "links", "review"}
    assert may == {
        "enterprise_admin": serving | reviewing, "operator": serving, "risk_analyst": reviewing,
    }.get(role, set())  # fmt: skip
    assert {slug(answers[name]) for name in answers.keys() - may} <= {(403, "role-needed")}


async def test_only_the_platform_itself_has_people_who_see_every_tenant(owner, shop):
    with pytest.raises(InvalidLogin, match="only the platform's own"):
        await create_login(
            owner, tenant_id=shop.tenant_id, username="x", password=PASSWORD, role="platform_admin"
        )
    platform = await platform_tenant(owner)
    assert await platform_tenant(owner) == platform
    await create_login(owner, tenant_id=platform, username="x", password=PASSWORD, role="platform_admin")
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute(
            "update mall.tenant set industry = 'platform' where tenant_id = $1", shop.tenant_id
        )
    assert await owner.fetchval("select count(*) from export.tenant where tenant_id = $1", platform) == 0
