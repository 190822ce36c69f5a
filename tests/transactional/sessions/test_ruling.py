"""Risk analysts propose, activate and close rules by their session; every act is kept with who did it and why."""

from datetime import timedelta

import asyncpg
import pytest

from tests.transactional.conftest import client_for, open_shop
from tests.transactional.sessions.test_desks import log_in, slug
from transactional.sessions.domain import ROLES

__all__ = ["log_in"]

# Nobody may redeem more than once a minute.
RULE = {
    "kind": "velocity", "dimension": "member", "measure": "count", "threshold": 1, "window_seconds": 60,
    "verdict": "deny", "score": 50,
}  # fmt: skip
PROPOSAL = {"rule": RULE, "reason": "刷单"}
URL = "/v1/risk/rules/proposals"


async def acts(person):
    told = (await person.get("/v1/risk/rules/acts")).json()["acts"]
    return [(one["act"], one["acted_by"], one["reason"]) for one in reversed(told)]


async def test_a_proposed_rule_counts_once_it_is_active_and_until_it_is_closed(log_in, client, shop, clock):
    await client.earn(shop.member, 2_000, "e")
    redeem = 0

    async def verdict():
        nonlocal redeem
        redeem += 1
        answer = await client.redeem(shop.member, f"r{redeem}", (shop.tea, 1))
        return slug(answer)[1] if answer.status_code >= 400 else answer.json()["status"]

    async with await log_in("risk_analyst") as person:
        made = await person.post(URL, json=PROPOSAL)
        assert (made.status_code, made.json()["state"], made.json()["proposed_by"]) == (
            201, "proposed", "risk_analyst",
        )  # fmt: skip
        assert await verdict() == await verdict(), "nothing is judged by a proposal"
        proposal_id = made.json()["proposal_id"]
        done = await person.post(f"{URL}/{proposal_id}/activation", json={"reason": "试算通过"})
        assert (done.status_code, done.json()["state"]) == (200, "activated")
        # Once a minute is allowed, twice is not.
        await verdict()
        assert await verdict() == "risk-denied"
        clock.now += timedelta(minutes=5)
        rule_id = done.json()["rule_id"]
        assert rule_id in [one["rule_id"] for one in (await person.get("/v1/risk/rules")).json()["rules"]]
        silent = await person.post(f"/v1/risk/rules/{rule_id}/end", json={})
        assert slug(silent) == (422, "invalid-request")
        assert (
            await person.post(f"/v1/risk/rules/{rule_id}/end", json={"reason": "误伤"})
        ).status_code == 200
        assert await verdict() == await verdict() != "risk-denied"
        assert await acts(person) == [
            ("proposed", "risk_analyst", "刷单"),
            ("activated", "risk_analyst", "试算通过"),
            ("ended", "risk_analyst", "误伤"),
        ]


async def test_what_was_decided_stays(log_in, owner):
    async with await log_in("risk_analyst") as person:
        proposal_id = (await person.post(URL, json=PROPOSAL)).json()["proposal_id"]
        assert [
            one["proposal_id"] for one in (await person.get(f"{URL}?is_open=true")).json()["proposals"]
        ] == [proposal_id]
        gone = await person.post(f"{URL}/{proposal_id}/withdrawal", json={"reason": "太严"})
        assert (gone.json()["state"], gone.json()["decided_reason"]) == ("withdrawn", "太严")
        late = await person.post(f"{URL}/{proposal_id}/activation", json={"reason": "x"})
        assert slug(late) == (409, "risk-proposal-decided")
        assert (await person.get(f"{URL}?is_open=true")).json()["proposals"] == []
    assert await owner.fetchval("select count(*) from mall.risk_rule") == 0
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute(
            "insert into mall.risk_rule_act (tenant_id, act, proposal_id, acted_at) "
            "select tenant_id, 'withdrawn', proposal_id, now() from mall.risk_rule_proposal"
        )
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await owner.execute("update mall.risk_rule_act set reason = 'y'")


@pytest.mark.parametrize(
    "body",
    [
        {"rule": RULE},
        PROPOSAL | {"acted_by": "somebody.else"},
        PROPOSAL | {"rule": RULE | {"valid_from": "2026-03-01T12:00:00+08:00"}},
        PROPOSAL | {"rule": RULE | {"threshold": -1}},
    ],
)
async def test_a_proposal_without_reason_in_another_name_or_out_of_form_is_refused(log_in, body, owner):
    async with await log_in("risk_analyst") as person:
        assert slug(await person.post(URL, json=body)) == (422, "invalid-request")
    assert await owner.fetchval("select count(*) from mall.risk_rule_act") == 0


async def test_a_dry_run_proposes_nothing(log_in, owner):
    async with await log_in("risk_analyst") as person:
        assert (await person.post(f"{URL}?dry_run=true", json=PROPOSAL)).status_code == 201
    assert await owner.fetchval("select count(*) from mall.risk_rule_proposal") == 0


async def test_a_program_tells_for_whom_it_acts_and_what_it_adds_is_kept_too(client):
    assert slug(await client.post(URL, json=PROPOSAL)) == (422, "invalid-request")
    assert (await client.post(URL, json=PROPOSAL | {"acted_by": "wu.yue"})).status_code == 201
    rule = await client.post("/v1/risk/rules", json=RULE)
    ended = await client.post(f"/v1/risk/rules/{rule.json()['rule_id']}/end", json={"ended_by": "wu.yue"})
    assert ended.status_code == 200
    assert await acts(client) == [
        ("proposed", "wu.yue", "刷单"),
        ("added", None, ""),
        ("ended", "wu.yue", ""),
    ]


@pytest.mark.parametrize("role", sorted({*ROLES} - {"platform_admin"}))
async def test_only_those_who_review_rule(log_in, client, role):
    rule_id = (await client.post("/v1/risk/rules", json=RULE)).json()["rule_id"]
    proposal_id = (await client.post(URL, json=PROPOSAL | {"acted_by": "x"})).json()["proposal_id"]
    async with await log_in(role) as person:
        answers = [
            await person.get(URL),
            await person.get("/v1/risk/rules/acts"),
            await person.post(URL, json=PROPOSAL),
            await person.post(f"{URL}/{proposal_id}/activation", json={"reason": "x"}),
            await person.post(f"/v1/risk/rules/{rule_id}/end", json={"reason": "x"}),
        ]
    if role in ("risk_analyst", "enterprise_admin"):
        assert [answer.status_code for answer in answers] == [200, 200, 201, 200, 200]
    else:
        assert {slug(answer) for answer in answers} == {(403, "role-needed")}


async def test_another_tenants_proposal_is_not_there(app, owner, client):
    proposal_id = (await client.post(URL, json=PROPOSAL | {"acted_by": "x"})).json()["proposal_id"]
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        answer = await foreign.post(f"{URL}/{proposal_id}/activation", json={"reason": "x", "acted_by": "x"})
        assert slug(answer) == (404, "unknown-risk-proposal")
        assert (await foreign.get(URL)).json()["proposals"] == []
