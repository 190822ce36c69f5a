"""Drafting, approving and stopping campaigns, what is told of it, and what a member sees of those that run."""

import json
from datetime import timedelta

import asyncpg
import pytest

from tests.transactional.conftest import NOON, client_for, open_shop
from transactional.campaigns.telling import tell_begun_and_over

DOUBLE = {"kind": "member_day", "earning": {"numerator": 2}}
LATER = (NOON + timedelta(days=2)).isoformat()


async def told(owner, campaign_id):
    rows = await owner.fetch(
        "select topic, payload from mall.outbox where subject_id = $1 order by recorded_at, topic",
        campaign_id,
    )
    return [(row["topic"], json.loads(row["payload"])["by"]) for row in rows]


async def test_a_campaign_is_drafted_approved_runs_and_ends_and_each_step_is_told(
    client, owner, clock, campaign
):
    async def status():
        return (await client.get(f"/v1/campaigns/{one}")).json()["status"]

    one = await campaign(approve=False, starts_at=LATER, **DOUBLE)
    seen = [await status()]
    await client.post(f"/v1/campaigns/{one}/approval", json={"approved_by": "boss", "if_revision": 0})
    for days in (1, 2, 10):
        clock.now = NOON + timedelta(days=days)
        seen.append(await status())
        async with owner.transaction():
            await tell_begun_and_over(owner, now=clock.now)
            assert not await tell_begun_and_over(owner, now=clock.now)
    assert seen == ["draft", "approved", "running", "ended"]
    assert await told(owner, one) == [
        ("campaign.draft", "ops"), ("campaign.approved", "boss"), ("campaign.running", None), ("campaign.ended", None),
    ]  # fmt: skip


async def test_a_stopped_campaign_gives_nothing_and_is_not_stopped_twice(client, shop, owner, campaign):
    one = await campaign(**DOUBLE)
    stop = {"stopped_by": "boss", "reason": "too dear"}
    first = await client.post(f"/v1/campaigns/{one}/stop", json=stop)
    assert (first.json()["status"], first.json()["stop_reason"]) == ("stopped", "too dear")
    assert (await client.post(f"/v1/campaigns/{one}/stop", json=stop)).status_code == 409
    approval = await client.post(
        f"/v1/campaigns/{one}/approval", json={"approved_by": "boss", "if_revision": 0}
    )
    assert approval.json()["type"].endswith("campaign-not-draft")
    assert "campaign" not in (await client.earn(shop.member, 10, "k1")).json()
    assert (await told(owner, one))[-1] == ("campaign.stopped", "boss")


async def test_the_same_reference_drafts_once_and_other_terms_are_refused(client, shop):
    body = {
        "reference": "c", "kind": "member_day", "name_zh": "会员日", "name_en": "Member day",
        "starts_at": NOON.isoformat(), "ends_at": LATER, "earning": {"numerator": 2}, "budget_points": 5,
        "created_by": "ops",
    }  # fmt: skip
    first = await client.post("/v1/campaigns", json=body)
    again = await client.post("/v1/campaigns", json=body)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = await client.post("/v1/campaigns", json=body | {"budget_points": 6})
    assert other.json()["type"].endswith("campaign-exists")
    dry = await client.post("/v1/campaigns?dry_run=true", json=body | {"reference": "d"})
    assert dry.status_code == 201
    assert len((await client.get("/v1/campaigns")).json()["campaigns"]) == 1


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        ({"ends_at": NOON.isoformat()}, "ends_at"),
        ({"kind": "festival"}, "kind"),
        ({"kind": "new_item", "discount_bp": 100, "categories": ["demo"]}, "kind"),
        ({"kind": "flash_sale", "budget_points": None}, "kind"),
        ({**DOUBLE, "budget_points": None}, "budget_points"),
        ({**DOUBLE, "earning": {"numerator": 1}}, "earning"),
        ({**DOUBLE, "member_days": ["2026-03-11"]}, "member_days"),
        ({**DOUBLE, "member_limit_points": 1001}, "member_limit_points"),
        ({**DOUBLE, "audience": "segments"}, "scheme"),
        ({**DOUBLE, "audience": "tiers"}, "groups"),
        ({**DOUBLE, "audience": "tiers", "groups": ["gold"]}, "groups"),
        ({**DOUBLE, "audience": "pilot"}, "audience"),
        ({"discount_bp": 100}, "items"),
        ({"categories": ["demo"], **DOUBLE}, "discount_bp"),
        ({"discount_bp": 100, "categories": ["unknown"]}, "categories"),
    ],
)
async def test_terms_that_make_no_campaign_name_the_field(client, shop, terms, field):
    body = {
        "reference": "c", "kind": "festival", "name_zh": "节", "name_en": "fair", "starts_at": NOON.isoformat(),
        "ends_at": (NOON + timedelta(days=9)).isoformat(), "budget_points": 1000, "created_by": "ops",
    } | terms  # fmt: skip
    refused = await client.post("/v1/campaigns", json=body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["detail"].startswith(f"{field}:"), refused.json()["detail"]


async def test_items_and_sales_are_the_tenants_own(client, app, owner, shop):
    other = await open_shop(owner, "oak")
    body = {
        "reference": "c", "kind": "new_item", "name_zh": "新", "name_en": "new", "starts_at": NOON.isoformat(),
        "ends_at": LATER, "budget_points": 10, "created_by": "ops",
    }  # fmt: skip
    refused = await client.post(
        "/v1/campaigns", json=body | {"items": [{"item_id": str(other.tea), "price_points": 5}]}
    )
    assert refused.json()["type"].endswith("unknown-offer")
    async with client_for(app, other.key) as stranger:
        sale = await stranger.post(
            "/v1/flash-sales",
            json={
                "reference": "s",
                "item_id": str(other.tea),
                "price_points": 5,
                "ends_at": LATER,
                "allotted": 1,
            },
        )
    linked = body | {"kind": "flash_sale", "budget_points": None, "sale_ids": [sale.json()["sale_id"]]}
    assert (await client.post("/v1/campaigns", json=linked)).json()["type"].endswith("unknown-flash-sale")


async def test_a_member_sees_what_runs_for_them_new_items_first_while_the_budget_lasts(
    client, shop, campaign
):
    tea = [{"item_id": str(shop.tea), "price_points": 60}]
    await campaign(reference="fair", discount_bp=1000, categories=["demo"], **DOUBLE | {"kind": "festival"})
    await campaign(reference="new", kind="new_item", items=tea, budget_points=60)
    await campaign(reference="soon", starts_at=LATER, **DOUBLE)
    await client.earn(shop.member, 1000, "k1", kind="grant")

    async def seen(member):
        told = (await client.get(f"/v1/members/{member}/campaigns")).json()["campaigns"]
        return [
            (one["kind"], one["earns_now"], [item["price_points"] for item in one["items"]]) for one in told
        ]

    assert await seen(shop.member) == [("new_item", False, [60]), ("festival", True, [90, 225, 450])]
    assert (await client.redeem(shop.member, "k2", (shop.tea, 1))).json()["points"] == 60
    assert await seen(shop.member) == [("new_item", False, []), ("festival", True, [90, 225, 450])]
    pots = (
        await client.get(f"/v1/members/{shop.member}/campaigns", params={"item_id": str(shop.pot)})
    ).json()
    assert [[item["item_name"] for item in one["items"]] for one in pots["campaigns"]] == [[], ["pot"]]


async def test_campaigns_are_for_the_pilots_share_and_for_tiers(client, shop, owner, campaign):
    await client.put("/v1/tiers", json={"tiers": [{"code": "gold", "name": "金", "threshold_points": 100}]})
    await campaign(audience="tiers", groups=["gold"], **DOUBLE)
    assert "campaign" not in (await client.earn(shop.member, 100, "k1")).json()
    assert (await client.earn(shop.member, 10, "k2")).json()["campaign"]["extra_points"] == 10
    await owner.execute(
        "insert into mall.pilot (tenant_id, salt, share_bp, starts_on, ends_on, set_by, set_at) "
        "values ($1, repeat('0', 32), 10000, '2026-03-01', '2026-04-01', 'ops', now())",
        shop.tenant_id,
    )
    await campaign(reference="pilot", audience="pilot", **DOUBLE | {"earning": {"numerator": 4}})
    assert (await client.earn(shop.member, 10, "k3")).json()["campaign"]["extra_points"] == 30
    await owner.execute("update mall.pilot set share_bp = 1")
    assert (await client.earn(shop.other_member, 10, "k4")).json().get("campaign") is None


async def test_the_service_itself_cannot_use_a_budget_or_draft_a_campaign_that_runs(
    owner, shop, campaign, database_url
):
    await campaign(**DOUBLE)
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        await connection.execute("select set_config('pointmart.tenant_id', $1, false)", str(shop.tenant_id))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("update mall.campaign set used_points = 1")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(
                "insert into mall.campaign (tenant_id, campaign_id, reference, request_hash, kind, name_zh, name_en, "
                "starts_at, ends_at, audience, created_by, created_at, approved_by, approved_at) "
                "select tenant_id, uuidv7(), 'n', request_hash, kind, name_zh, name_en, starts_at, ends_at, audience, "
                "'x', now(), 'x', now() from mall.campaign"
            )
        await connection.execute("select set_config('pointmart.tenant_id', uuidv7()::text, false)")
        assert await connection.fetchval("select count(*) from mall.campaign") == 0
    finally:
        await connection.close()
    # Nor does a campaign give more than its budget, whoever writes.
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("update mall.campaign set used_points = 1001")
