"""A draft of a campaign can be edited until it is approved or stopped."""

from uuid import uuid4

import asyncpg
import pytest

EARNING = {"earning": {"numerator": 2}}


async def edit(client, campaign_id, **told):
    return await client.patch(
        f"/v1/campaigns/{campaign_id}", json={"edited_by": "li.na", "if_revision": 0} | told
    )


async def approve(client, campaign_id, **told):
    return await client.post(
        f"/v1/campaigns/{campaign_id}/approval", json={"approved_by": "boss", "if_revision": 0} | told
    )


async def test_what_is_told_of_a_draft_changes_and_the_rest_stays(client, campaign, shop, owner):
    items = [{"item_id": str(shop.tea), "price_points": 80}]
    campaign_id = await campaign(approve=False, items=items, **EARNING)
    before = (await client.get(f"/v1/campaigns/{campaign_id}")).json()
    told = {"name_zh": "元宵", "ends_at": "2026-03-20T00:00:00+08:00", "budget_points": 70, "earning": None}
    answer = await edit(client, campaign_id, **told)
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert {name for name in before if before[name] != after[name]} == {
        "name_zh", "ends_at", "budget_points", "earn_numerator", "earn_denominator", "revision", "edited_by", "edited_at",
    }  # fmt: skip
    assert (after["revision"], after["edited_by"]) == (1, "li.na")
    assert (after["name_zh"], after["ends_at"], after["budget_points"]) == (
        "元宵",
        "2026-03-19T16:00:00Z",
        70,
    )
    assert after["items"] == items
    by = await owner.fetch(
        "select topic, payload ->> 'by' as by from mall.outbox where topic like 'campaign.%'"
    )
    assert [tuple(row) for row in by] == [("campaign.draft", "ops"), ("campaign.draft", "li.na")]


async def test_what_makes_no_campaign_is_refused_and_changes_nothing(client, campaign):
    campaign_id = await campaign(approve=False, **EARNING)
    before = (await client.get(f"/v1/campaigns/{campaign_id}")).json()
    for told in (
        {"ends_at": "2026-02-01T00:00:00+08:00"}, {"budget_points": None}, {"earning": None}, {"name_zh": ""}, {},
        {"starts_at": None}, {"kind": "member_day"}, {"audience": "tiers"}, {"audience": "tiers", "groups": ["none"]},
        {"items": [{"item_id": str(uuid4()), "price_points": 1}]}, {"sale_ids": [str(uuid4())]}, {"categories": ["none"]},
        {"budget_points": 9, "if_revision": None},
    ):  # fmt: skip
        assert (await edit(client, campaign_id, **told)).status_code in (404, 422), told
    assert (
        await client.patch(f"/v1/campaigns/{campaign_id}", json={"budget_points": 9, "if_revision": 0})
    ).status_code == 422
    assert (await client.get(f"/v1/campaigns/{campaign_id}")).json() == before


async def test_once_approved_or_stopped_nothing_changes(client, campaign, shop, owner):
    approved = await campaign(**EARNING)
    stopped = await campaign(reference="c2", approve=False, **EARNING)
    stop = {"stopped_by": "x", "reason": "x"}
    await client.post(f"/v1/campaigns/{stopped}/stop", json=stop)
    for campaign_id in (approved, stopped):
        answer = await edit(client, campaign_id, budget_points=9)
        assert (answer.status_code, answer.json()["type"]) == (
            409,
            "urn:pointmart:problem:campaign-not-draft",
        )
        with pytest.raises(asyncpg.RestrictViolationError, match="fixed"):
            await owner.execute(
                "update mall.campaign set budget_points = 9 where campaign_id = $1", campaign_id
            )
        with pytest.raises(asyncpg.RestrictViolationError, match="fixed"):
            await owner.execute(
                "insert into mall.campaign_item (tenant_id, campaign_id, item_id) values ($1, $2, $3)",
                shop.tenant_id, campaign_id, shop.tea,
            )  # fmt: skip


async def test_who_has_not_seen_an_edit_neither_edits_nor_approves(client, campaign):
    campaign_id = await campaign(approve=False, **EARNING)
    assert (await edit(client, campaign_id, budget_points=70)).json()["revision"] == 1
    for answer in (
        await edit(client, campaign_id, budget_points=9),
        await approve(client, campaign_id),
        await approve(client, campaign_id, if_revision=2),
    ):
        told = answer.json()
        assert (answer.status_code, told["type"]) == (409, "urn:pointmart:problem:campaign-changed")
        assert (told["revision"], told["edited_by"]) == (1, "li.na")
        assert "last edited by 'li.na'; look at it again" in told["detail"]
    assert (await client.get(f"/v1/campaigns/{campaign_id}")).json()["budget_points"] == 70
    for path in ("", "/approval"):
        body = {"budget_points": 9, "edited_by": "x"} if not path else {"approved_by": "x"}
        send = client.post if path else client.patch
        answer = await send(f"/v1/campaigns/{campaign_id}{path}", json=body)
        assert (answer.status_code, "if_revision" in answer.json()["detail"]) == (422, True)
    assert (await approve(client, campaign_id, if_revision=1)).json()["status"] == "running"


async def test_what_the_draft_has_already_is_no_edit(client, campaign, shop, owner):
    items = [{"item_id": str(item), "price_points": 80} for item in (shop.tea, shop.pot)]
    campaign_id = await campaign(approve=False, items=items, **EARNING)
    answer = await edit(client, campaign_id, budget_points=1000, items=items[::-1], audience="everybody")
    assert (answer.status_code, answer.json()["revision"], answer.json()["edited_by"]) == (200, 0, None)
    assert await owner.fetchval("select count(*) from mall.outbox where topic = 'campaign.draft'") == 1


async def test_what_it_lowers_and_whom_it_is_for_can_be_edited_and_is_what_is_given(
    client, campaign, shop, owner
):
    tea, pot = ({"item_id": str(item), "price_points": 80} for item in (shop.tea, shop.pot))
    campaign_id = await campaign(approve=False, items=[tea])
    tiers = [{"code": "gold", "name": "金", "threshold_points": 0}]
    assert (await client.put("/v1/tiers", json={"tiers": tiers})).status_code == 200
    answer = await edit(client, campaign_id, items=[pot], audience="tiers", groups=["gold"])
    assert answer.status_code == 200, answer.text
    assert (answer.json()["items"], answer.json()["audience"], answer.json()["groups"]) == (
        [pot],
        "tiers",
        ["gold"],
    )
    back = await edit(client, campaign_id, items=[tea, pot], audience="everybody", groups=[], if_revision=1)
    assert back.json()["items"] == sorted([tea, pot], key=lambda one: one["item_id"])
    only_pot = await edit(client, campaign_id, items=[pot | {"price_points": 70}], if_revision=2)
    assert only_pot.json()["revision"] == 3
    assert (await approve(client, campaign_id, if_revision=3)).status_code == 200
    shown = (await client.get(f"/v1/members/{shop.member}/campaigns")).json()["campaigns"]
    assert [(one["item_id"], one["price_points"]) for one in shown[0]["items"]] == [(str(shop.pot), 70)]
    await client.earn(shop.member, 10_000, "k")
    lines = [{"item_id": str(shop.tea), "quantity": 1}, {"item_id": str(shop.pot), "quantity": 1}]
    quote = await client.post(
        "/v1/redemptions?dry_run=true", json={"member_id": str(shop.member), "lines": lines}
    )
    plain = await owner.fetchval(
        "select price_points from mall.offer where tenant_id = $1 and item_id = $2", shop.tenant_id, shop.tea
    )
    assert quote.json()["points"] == -(plain + 70)
    landed = await owner.fetch("select item_id, is_struck from export.campaign_item order by is_struck")
    assert [tuple(row) for row in landed] == [(shop.pot, False), (shop.tea, True)]


async def test_flash_sales_of_a_draft_can_be_changed(client, campaign, shop):
    async def sale(reference):
        body = {
            "reference": reference, "item_id": str(shop.tea), "price_points": 50, "allotted": 1,
            "ends_at": "2026-03-09T00:00:00+08:00",
        }  # fmt: skip
        answer = await client.post("/v1/flash-sales", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["sale_id"]

    one, two = await sale("a"), await sale("b")
    campaign_id = await campaign(approve=False, kind="flash_sale", sale_ids=[one], budget_points=None)
    assert (await edit(client, campaign_id, sale_ids=[])).status_code == 422
    assert (await edit(client, campaign_id, sale_ids=[two])).json()["sale_ids"] == [two]
    again = await edit(client, campaign_id, sale_ids=[two, one, two], if_revision=1)
    assert again.json()["sale_ids"] == sorted([one, two])
