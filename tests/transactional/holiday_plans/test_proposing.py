"""Plans of a release: the newest one's are open, and what people made theirs stays."""

from uuid import uuid4

import pytest

from .conftest import NEW


def results(answer):
    assert answer.status_code == 200, answer.text
    return [one["result"] for one in answer.json()["results"]]


async def test_a_plan_is_shown_with_what_its_lines_come_to(put, line, plans, lines_of, shop, procurement):
    written = await put(line(), line(shop.pot, quantity=3, is_too_late=True), line(shop.card, quantity=0))
    assert results(written) == ["stored"] * 3
    (plan,) = await plans()
    told = ("occasion_id", "first_day", "last_day", "status", "lines", "edited_lines", "too_late_lines", "quantity",
            "proposed_quantity", "first_order_by", "cost_without_fen", "cost_with_fen", "purchase_order_ids")  # fmt: skip
    assert [plan[name] for name in told] == [
        "dragon-boat", "2026-06-19", "2026-06-21", "proposed", 3, 0, 1, 27, 27, "2026-06-01", 27000, 3600, [],
    ]  # fmt: skip
    (tea,) = [one for one in await lines_of(plan["plan_id"]) if one["item_id"] == str(shop.tea)]
    sent = line()
    for name in ("occasion_id", "first_day", "last_day"):
        del sent[name]
    assert tea == sent | {
        "proposed_quantity": 24,
        "proposed_order_by": "2026-06-01",
        "edited_by": None,
        "edited_at": None,
    }


async def test_the_same_part_again_changes_nothing_and_another_says_more(put, line, plans, shop):
    await put(line(), is_last=False)
    assert results(await put(line(), is_last=False)) == ["unchanged"]
    assert results(await put(line(), line(shop.pot, quantity=3))) == ["unchanged", "stored"]
    assert results(await put(line(quantity=30))) == ["stored"]
    (plan,) = await plans()
    assert (plan["lines"], plan["quantity"]) == (2, 33)


async def test_a_newer_release_takes_the_place_of_plans_nobody_touched(put, line, plans):
    other = {"occasion_id": "mid-autumn", "first_day": "2026-09-25", "last_day": "2026-09-27"}
    await put(line(), line(**other))
    newer = await put(line(quantity=12), release=NEW)
    assert (results(newer), newer.json()["removed"]) == (["stored"], 1)
    told = [(p["occasion_id"], p["status"], p["quantity"]) for p in await plans()]
    assert sorted(told) == [
        ("dragon-boat", "proposed", 12), ("dragon-boat", "superseded", 24), ("mid-autumn", "superseded", 24),
    ]  # fmt: skip
    assert (await put(line())).status_code == 409


@pytest.mark.parametrize("act", ["edit", "approve", "dismiss"])
async def test_what_a_person_touched_is_not_planned_again(
    put, line, plans, edit, decide, shop, procurement, act
):
    await put(line())
    plan_id = (await plans())[0]["plan_id"]
    if act == "edit":
        assert (await edit(plan_id, (shop.tea, procurement.main, 36))).status_code == 200
    else:
        assert (
            await decide(plan_id, {"approve": "approved", "dismiss": "dismissed"}[act])
        ).status_code == 200
    before = await plans()
    newer = await put(line(quantity=12), release=NEW)
    assert (results(newer), newer.json()["removed"]) == (["decided"], 0)
    assert await plans() == before
    next_year = {"first_day": "2027-06-09", "last_day": "2027-06-11"}
    assert results(await put(line(**next_year), release=NEW)) == ["stored"]


async def test_lines_of_what_the_tenant_does_not_have_are_told(put, line, plans):
    assert results(await put(line(uuid4()), line(warehouse=uuid4()), line())) == [
        "unknown_item", "unknown_warehouse", "stored",
    ]  # fmt: skip
    assert (await plans())[0]["lines"] == 1


async def test_a_dry_run_plans_nothing(put, line, plans):
    assert results(await put(line(), query="?dry_run=true")) == ["stored"]
    assert await plans() == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"last_day": "2026-06-18"}, {"order_by": None}, {"quantity": 0}, {"quantity": -1}, {"quantity": 1.5},
        {"risk_with": 1.1}, {"demand_q05": 50}, {"confidence": "sure"}, {"cuts": [{"reason": "whim", "quantity": 1}]},
        {"occasion_id": "Dragon Boat"}, {"more": 1}, {"demand_mean": "NaN"},
    ],
)  # fmt: skip
async def test_lines_that_make_no_sense_are_refused(put, line, wrong):
    assert (await put(line() | wrong)).status_code == 422


async def test_a_line_twice_or_a_holiday_with_two_ends_is_refused(put, line, shop):
    assert (await put(line(), line(quantity=12))).status_code == 422
    assert (await put(line(), line(shop.pot, last_day="2026-06-22"))).status_code == 422


async def test_plans_and_lines_are_paged_and_filtered(client, put, line, plans, shop, procurement):
    other = {"occasion_id": "mid-autumn", "first_day": "2026-09-25", "last_day": "2026-09-27"}
    await put(line(), line(warehouse=procurement.south), line(shop.pot), line(**other))
    first = (await client.get("/v1/holiday-plans", params={"limit": 1})).json()
    rest = (await client.get("/v1/holiday-plans", params={"after": first["next_after"]})).json()
    assert len(first["plans"]) == len(rest["plans"]) == 1
    assert rest["next_after"] is None
    (found,) = await plans(occasion_id="dragon-boat")
    assert found["lines"] == 3
    assert await plans(status="approved") == []
    url = f"/v1/holiday-plans/{found['plan_id']}/lines"
    keys, after = [], None
    while True:
        page = (await client.get(url, params={"limit": 1, **({"after": after} if after else {})})).json()
        keys += [(one["item_id"], one["warehouse_id"]) for one in page["lines"]]
        if (after := page["next_after"]) is None:
            break
    assert keys == sorted(keys)
    assert len(keys) == 3
    assert (await client.get(url, params={"after": "0" * 36 + ":" + "0" * 36})).status_code == 422
    assert (await client.get(f"/v1/holiday-plans/{uuid4()}/lines")).status_code == 404
    assert (await client.get(f"/v1/holiday-plans/{uuid4()}")).status_code == 404
