"""`/v1/risk` through the real application: dated rules, a blocklist without clear text, and what was not allowed."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.transactional.conftest import NOON, client_for, open_shop
from transactional.identifiers import uuid7

VELOCITY = {
    "kind": "velocity",
    "dimension": "ip",
    "measure": "points",
    "threshold": 1_000,
    "window_seconds": 3_600,
    "verdict": "review",
    "score": 40,
    "note": "much from one address",
}
UNUSED = {"dimension": None, "measure": None, "threshold": None, "window_seconds": None, "days": None}


async def add(client, **body):
    answer = await client.post("/v1/risk/rules", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def block(client, dimension, subject, **more):
    body = {"dimension": dimension, "subject": str(subject), "reason": "test", **more}
    answer = await client.post("/v1/risk/blocks", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("body", "stored"),
    [
        (VELOCITY, {}),
        ({"kind": "account_age", "days": 7, "verdict": "allow", "score": 30}, {}),
        ({"kind": "blocked", "verdict": "deny", "score": 100}, {}),
        ({"kind": "device_accounts", "threshold": 3, "days": 30, "verdict": "deny", "score": 1}, {}),
        ({"kind": "missing_context", "dimension": "device", "verdict": "review", "score": 0}, {}),
        ({"kind": "score_sum", "threshold": 60, "verdict": "review"}, {"score": 0}),
    ],
    ids=lambda given: given.get("kind") if isinstance(given, dict) else None,
)
async def test_a_rule_of_each_kind_is_in_force_from_now_on(client, body, stored):
    added = await add(client, **body)

    del added["rule_id"], added["recorded_at"]
    dates = {"valid_from": "2026-03-01T04:00:00Z", "valid_until": None}
    assert added == {**UNUSED, "note": "", **body, **stored, **dates}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"kind": "luck"}, "kind"),
        ({"window_seconds": 0}, "window_seconds"),
        ({"window_seconds": 31 * 86_400 + 1}, "window_seconds"),
        ({"threshold": -1}, "threshold"),
        ({"threshold": 2**63}, "threshold"),
        ({"dimension": "planet"}, "dimension"),
        ({"verdict": "maybe"}, "verdict"),
        ({"days": 3}, "days"),
        ({"valid_from": "2026-03-01T03:59:59Z"}, "valid_from"),
        ({"valid_until": "2026-03-01T04:00:00Z"}, "valid_until"),
    ],
)
async def test_a_rule_that_makes_no_sense_is_refused(client, change, told):
    answer = await client.post("/v1/risk/rules", json={**VELOCITY, **change})

    assert answer.status_code == 422
    assert told in answer.json()["detail"]


async def test_a_rule_is_ended_not_edited_and_stays_on_record(client, clock):
    rule = await add(client, **VELOCITY)
    clock.now = NOON + timedelta(hours=1)
    path = f"/v1/risk/rules/{rule['rule_id']}/end"

    planned = await client.post(path, json={"valid_until": "2026-03-01T06:00:00Z"})
    ended = await client.post(path)
    clock.now = NOON + timedelta(hours=2)
    again = await client.post(path, json={})

    assert planned.json()["valid_until"] == "2026-03-01T06:00:00Z"
    assert ended.json()["valid_until"] == "2026-03-01T05:00:00Z"
    assert (again.status_code, again.json()["type"]) == (409, "urn:pointmart:problem:already-ended")
    assert (await client.get("/v1/risk/rules")).json() == {"rules": []}
    kept = (await client.get("/v1/risk/rules?include_ended=true")).json()["rules"]
    assert [r["rule_id"] for r in kept] == [rule["rule_id"]]
    assert (await client.patch(f"/v1/risk/rules/{rule['rule_id']}", json={})).status_code == 404
    assert (await client.post(path, json={"valid_until": "2026-03-01T05:59:59Z"})).status_code == 422
    assert (await client.post(f"/v1/risk/rules/{uuid4()}/end")).status_code == 404


async def test_a_rule_that_has_not_begun_can_be_ended_before_it_counts(client):
    rule = await add(client, **{**VELOCITY, "valid_from": "2026-04-01T00:00:00Z"})

    ended = (await client.post(f"/v1/risk/rules/{rule['rule_id']}/end")).json()

    assert ended["valid_until"] == ended["valid_from"] == "2026-04-01T00:00:00Z"


async def test_the_default_rules_are_put_in_force_once(client):
    first = await client.post("/v1/risk/rules/defaults")
    second = await client.post("/v1/risk/rules/defaults")

    assert first.status_code == 201
    kinds = [r["kind"] for r in first.json()["rules"]]
    assert {k: kinds.count(k) for k in kinds} == {
        "blocked": 1, "velocity": 7, "device_accounts": 2, "account_age": 1, "score_sum": 2,
    }  # fmt: skip
    assert (second.status_code, second.json()["type"]) == (409, "urn:pointmart:problem:has-risk-rules")
    assert (await client.get("/v1/risk/rules")).json() == first.json()


async def test_a_dry_run_answers_and_changes_nothing(client, shop, owner):
    rule, blocked = await add(client, **VELOCITY), await block(client, "ip", "203.0.113.7")
    before = [await owner.fetch(f"select * from mall.{t}") for t in ("risk_rule", "risk_block")]

    answers = [
        await client.post(f"/v1/risk/{path}?dry_run=true", json=json)
        for path, json in (
            ("rules", VELOCITY),
            (f"rules/{rule['rule_id']}/end", None),
            ("blocks", {"dimension": "ip", "subject": "203.0.113.8", "reason": "test"}),
            (f"blocks/{blocked['block_id']}/lift", None),
        )
    ]

    assert [a.status_code for a in answers] == [201, 200, 201, 200]
    assert answers[1].json()["valid_until"] == answers[3].json()["valid_until"] == "2026-03-01T04:00:00Z"
    assert [await owner.fetch(f"select * from mall.{t}") for t in ("risk_rule", "risk_block")] == before


async def test_a_dry_run_of_the_defaults_leaves_the_tenant_without_rules(client):
    dry = await client.post("/v1/risk/rules/defaults?dry_run=true")

    assert len(dry.json()["rules"]) == 13
    assert (await client.get("/v1/risk/rules")).json() == {"rules": []}


async def test_a_blocked_address_is_kept_as_a_hash_and_found_again_by_itself(client, owner, shop):
    address = await block(client, "ip", "203.0.113.7", valid_until="2026-03-02T00:00:00Z")
    device = await block(client, "device", "phone-7")
    member = await block(client, "member", shop.member)

    stored = await owner.fetch("select * from mall.risk_block")
    assert not any(clear in str(row) for row in stored for clear in ("203.0.113.7", "phone-7"))
    assert len(address["subject_hash"]) == len(device["subject_hash"]) == 32
    assert (member["member_id"], member["subject_hash"]) == (str(shop.member), None)
    found = (await client.get("/v1/risk/blocks?dimension=ip&subject=::ffff:203.0.113.7")).json()["blocks"]
    assert [b["block_id"] for b in found] == [address["block_id"]]
    assert (await client.get("/v1/risk/blocks?dimension=ip&subject=203.0.113.8")).json()["blocks"] == []
    pages = (await client.get("/v1/risk/blocks?limit=2")).json()
    rest = (await client.get(f"/v1/risk/blocks?limit=2&before={pages['next_before']}")).json()
    listed = [b["block_id"] for b in pages["blocks"] + rest["blocks"]]
    assert listed == [b["block_id"] for b in (member, device, address)]
    assert rest["next_before"] is None


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"dimension": "ip", "subject": "somewhere"}, 422),
        ({"dimension": "member", "subject": "somebody"}, 422),
        ({"dimension": "member", "subject": str(UUID(int=9))}, 404),
        ({"dimension": "tenant"}, 422),
        ({"subject": ""}, 422),
        ({"reason": " "}, 422),
        ({"valid_from": "2026-02-28T00:00:00Z"}, 422),
    ],
)
async def test_a_block_that_makes_no_sense_is_refused(client, change, status):
    body = {"dimension": "device", "subject": "phone-7", "reason": "test", **change}

    assert (await client.post("/v1/risk/blocks", json=body)).status_code == status


async def test_a_subject_without_its_dimension_cannot_be_looked_up(client):
    assert (await client.get("/v1/risk/blocks?subject=203.0.113.7")).status_code == 422


async def test_a_lifted_block_stays_on_record_and_is_lifted_once(client, clock):
    blocked = await block(client, "device", "phone-7")
    clock.now = NOON + timedelta(hours=1)

    lifted = await client.post(f"/v1/risk/blocks/{blocked['block_id']}/lift")
    again = await client.post(f"/v1/risk/blocks/{blocked['block_id']}/lift")

    assert lifted.json() == {**blocked, "valid_until": "2026-03-01T05:00:00Z"}
    assert (again.status_code, again.json()["type"]) == (409, "urn:pointmart:problem:already-ended")
    assert (await client.get("/v1/risk/blocks")).json()["blocks"] == []
    assert len((await client.get("/v1/risk/blocks?include_ended=true")).json()["blocks"]) == 1
    assert (await client.post(f"/v1/risk/blocks/{uuid4()}/lift")).status_code == 404


async def store_assessment(owner, shop, n, verdict, member=None):
    assessment_id = uuid7(NOON + timedelta(seconds=n))
    await owner.execute(
        "insert into mall.risk_assessment (tenant_id, assessment_id, member_id, device, verdict, score, triggered, "
        "effective_at) values ($1, $2, $3, $4, $5, 60, $6, $7)",
        shop.tenant_id,
        assessment_id,
        member or shop.member,
        b"d" * 16,
        verdict,
        '[{"rule_id": "00000000-0000-0000-0000-000000000007", "kind": "velocity", "verdict": "deny", "score": 60, '
        '"observed": 11, "limit": 10}]',
        NOON,
    )
    return str(assessment_id)


async def test_assessments_are_listed_newest_first_by_verdict_and_member(client, owner, shop):
    ids = [await store_assessment(owner, shop, n, v) for n, v in enumerate(("deny", "review", "deny"))]
    other = await store_assessment(owner, shop, 9, "review", shop.other_member)

    async def listed(query=""):
        return (await client.get(f"/v1/risk/assessments{query}")).json()

    first = await listed("?limit=1")
    assert first["next_before"] == other
    rest = await listed(f"?limit=3&before={other}")
    assert [a["assessment_id"] for a in rest["assessments"]] == ids[::-1]
    assert rest["next_before"] is None
    assert rest["assessments"][0]["triggered"] == [
        {
            "rule_id": "00000000-0000-0000-0000-000000000007",
            "kind": "velocity",
            "verdict": "deny",
            "score": 60,
            "observed": 11,
            "limit": 10,
        }
    ]
    assert (rest["assessments"][0]["device"], rest["assessments"][0]["ip"]) == ("64" * 16, None)
    assert [a["assessment_id"] for a in (await listed("?verdict=deny"))["assessments"]] == [ids[2], ids[0]]
    mine = await listed(f"?member_id={shop.other_member}")
    assert [a["assessment_id"] for a in mine["assessments"]] == [other]


async def test_another_tenant_sees_and_ends_nothing(app, client, owner, shop):
    rule, blocked = await add(client, **VELOCITY), await block(client, "device", "phone-7")
    await store_assessment(owner, shop, 1, "deny")
    stranger = await open_shop(owner, "birch")

    async with client_for(app, stranger.key) as foreign:
        for path, key in (
            ("rules?include_ended=true", "rules"),
            ("blocks?include_ended=true", "blocks"),
            ("assessments", "assessments"),
        ):
            assert (await foreign.get(f"/v1/risk/{path}")).json()[key] == []
        ended = await foreign.post(f"/v1/risk/rules/{rule['rule_id']}/end")
        lifted = await foreign.post(f"/v1/risk/blocks/{blocked['block_id']}/lift")
        of_member = {"dimension": "member", "subject": str(shop.member), "reason": "test"}
        taken = await foreign.post("/v1/risk/blocks", json=of_member)
    assert (ended.status_code, lifted.status_code, taken.status_code) == (404, 404, 404)
    assert (await client.get("/v1/risk/rules")).json()["rules"] == [rule]
    assert (await client.get("/v1/risk/blocks")).json()["blocks"] == [blocked]


async def test_nothing_answers_without_a_key(app, shop):
    async with client_for(app, "none") as nobody:
        for path in ("rules", "blocks", "assessments"):
            assert (await nobody.get(f"/v1/risk/{path}")).status_code == 401
        for path in ("rules", "rules/defaults", f"rules/{uuid4()}/end", "blocks", f"blocks/{uuid4()}/lift"):
            assert (await nobody.post(f"/v1/risk/{path}", json={})).status_code == 401


async def test_row_security_and_grants_keep_the_api_to_its_tenant_and_its_verbs(
    client, owner, shop, database_url
):
    await add(client, **VELOCITY)
    await block(client, "device", "phone-7")
    await store_assessment(owner, shop, 1, "deny")
    stranger = await open_shop(owner, "birch")
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})

    async def as_tenant(tenant_id, statement):
        async with connection.transaction():
            await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(tenant_id))
            return await connection.fetch(statement)

    try:
        for table in ("risk_rule", "risk_block", "risk_assessment"):
            assert len(await as_tenant(shop.tenant_id, f"select * from mall.{table}")) == 1
            assert await as_tenant(stranger.tenant_id, f"select * from mall.{table}") == []
        for forbidden in (
            "select * from mall.velocity",
            "delete from mall.device_member",
            "update mall.risk_rule set threshold = 5",
            "delete from mall.risk_block",
            "update mall.risk_assessment set verdict = 'review'",
            "insert into mall.risk_rule (tenant_id, kind, verdict, score, valid_from) "
            f"values ('{shop.tenant_id}', 'blocked', 'deny', 0, now())",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await as_tenant(stranger.tenant_id, forbidden)
    finally:
        await connection.close()
