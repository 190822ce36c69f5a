"""A draft of a campaign can be edited until it is approved or stopped."""

import asyncpg
import pytest

EARNING = {"earning": {"numerator": 2}}


async def edit(client, campaign_id, **told):
    return await client.patch(f"/v1/campaigns/{campaign_id}", json={"edited_by": "li.na"} | told)


async def test_what_is_told_of_a_draft_changes_and_the_rest_stays(client, campaign, shop, owner):
    items = [{"item_id": str(shop.tea), "price_points": 80}]
    campaign_id = await campaign(approve=False, items=items, **EARNING)
    before = (await client.get(f"/v1/campaigns/{campaign_id}")).json()
    told = {"name_zh": "元宵", "ends_at": "2026-03-20T00:00:00+08:00", "budget_points": 70, "earning": None}
    answer = await edit(client, campaign_id, **told)
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert {name for name in before if before[name] != after[name]} == {
        "name_zh", "ends_at", "budget_points", "earn_numerator", "earn_denominator",
    }  # fmt: skip
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
        {"starts_at": None}, {"kind": "member_day"},
    ):  # fmt: skip
        assert (await edit(client, campaign_id, **told)).status_code == 422, told
    assert (await client.patch(f"/v1/campaigns/{campaign_id}", json={"budget_points": 9})).status_code == 422
    assert (await client.get(f"/v1/campaigns/{campaign_id}")).json() == before


async def test_once_approved_or_stopped_nothing_changes(client, campaign, owner):
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
