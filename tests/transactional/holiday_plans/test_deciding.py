"""A planner edits a plan beside what was proposed, and its approval proposes the purchase orders."""

from uuid import uuid4

import asyncpg
import pytest


@pytest.fixture
async def plan_id(put, line, plans, shop, procurement):
    """A plan of tea in two warehouses, and of pots that are not to be ordered."""
    written = await put(line(), line(warehouse=procurement.south, quantity=12), line(shop.pot, quantity=0))
    assert written.status_code == 200, written.text
    return (await plans())[0]["plan_id"]


async def orders_of(client, plan_id):
    params = {"origin": "holiday_plan", "origin_reference": plan_id}
    return (await client.get("/v1/purchase-orders", params=params)).json()["purchase_orders"]


async def test_an_edit_stands_beside_what_was_proposed(
    client, plan_id, edit, lines_of, shop, procurement, owner
):
    answer = await edit(
        plan_id, (shop.tea, procurement.main, 36, "2026-06-03"), (shop.pot, procurement.main, 2, "2026-05-20"),
        (shop.tea, procurement.south, 0),
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert (plan["status"], plan["edited_lines"], plan["quantity"], plan["proposed_quantity"]) == (
        "edited", 3, 38, 36,
    )  # fmt: skip
    changed = {
        (one["item_id"], one["warehouse_id"]): (
            one["proposed_quantity"], one["proposed_order_by"], one["quantity"], one["order_by"], one["edited_by"],
        )
        for one in await lines_of(plan_id, is_edited=True)
    }  # fmt: skip
    main, south = str(procurement.main), str(procurement.south)
    assert changed == {
        (str(shop.tea), main): (24, "2026-06-01", 36, "2026-06-03", "li.na"),
        (str(shop.tea), south): (12, "2026-06-01", 0, None, "li.na"),
        (str(shop.pot), main): (0, None, 2, "2026-05-20", "li.na"),
    }
    audit = await owner.fetch(
        "select from_quantity, quantity, edited_by from mall.holiday_plan_edit order by quantity"
    )
    assert [tuple(row) for row in audit] == [(12, 0, "li.na"), (0, 2, "li.na"), (24, 36, "li.na")]


async def test_the_same_edit_again_and_a_dry_run_leave_no_trace(
    plan_id, edit, plans, shop, procurement, owner
):
    line = (shop.tea, procurement.main, 36)
    assert (await edit(plan_id, line, query="?dry_run=true")).json()["quantity"] == 48
    assert (await plans())[0]["status"] == "proposed"
    assert (await edit(plan_id, (shop.tea, procurement.main, 24))).json()["status"] == "proposed"
    for _ in range(2):
        assert (await edit(plan_id, line)).json()["quantity"] == 48
    assert await owner.fetchval("select count(*) from mall.holiday_plan_edit") == 1
    back = (await edit(plan_id, (shop.tea, procurement.main, 24))).json()
    assert (back["status"], back["edited_lines"]) == ("edited", 0)


@pytest.mark.parametrize(
    ("quantity", "day", "status", "problem"),
    [
        (25, None, 422, "not-whole-packs"),
        (6, None, 422, "below-minimum-order"),
        (24, "2026-02-28", 422, "invalid-request"),
        (24, "2026-06-22", 422, "invalid-request"),
        (-1, None, 422, "invalid-request"),
    ],
)
async def test_a_line_that_cannot_be_ordered_is_refused_and_nothing_is_kept(
    plan_id, edit, plans, shop, procurement, quantity, day, status, problem
):
    before = await plans()
    more = () if day is None else (day,)
    answer = await edit(
        plan_id, (shop.tea, procurement.south, 36), (shop.tea, procurement.main, quantity, *more)
    )
    assert (answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]) == (status, problem), answer.text
    assert await plans() == before


async def test_what_nobody_sells_needs_terms_and_what_was_not_ordered_a_day(
    put, line, plans, edit, shop, procurement
):
    await put(line(shop.card, quantity=0), line(shop.pot, quantity=0))
    plan_id = (await plans())[0]["plan_id"]
    answer = await edit(plan_id, (shop.card, procurement.main, 5, "2026-06-01"))
    assert answer.json()["type"].endswith("no-supplier-terms")
    answer = await edit(plan_id, (shop.pot, procurement.main, 5))
    assert (answer.status_code, "tell the day" in answer.text) == (422, True)
    answer = await edit(plan_id, (shop.pot, procurement.south, 5, "2026-06-01"))
    assert answer.json()["type"].endswith("unknown-holiday-plan-line")


async def test_approving_proposes_the_orders_as_edited_once(
    client, plan_id, edit, decide, plans, shop, procurement
):
    await edit(plan_id, (shop.pot, procurement.main, 2, "2026-05-20"), (shop.tea, procurement.main, 60))
    dry = (await decide(plan_id, "approved", "?dry_run=true")).json()
    assert (dry["status"], len(dry["purchase_order_ids"])) == ("approved", 2)
    assert await orders_of(client, plan_id) == []
    decided = await decide(plan_id, "approved")
    again = await decide(plan_id, "approved")
    assert decided.status_code == again.status_code == 200
    assert decided.json() == again.json()
    orders = await orders_of(client, plan_id)
    assert [order["purchase_order_id"] for order in orders] == decided.json()["purchase_order_ids"]
    tea, pot, main, south = map(str, (shop.tea, shop.pot, procurement.main, procurement.south))
    told = {
        order["order_by"]: sorted(
            (one["item_id"], one["warehouse_id"], one["quantity"]) for one in order["lines"]
        )
        for order in orders
    }
    assert told == {
        "2026-05-20": [(pot, main, 2)],
        "2026-06-01": sorted([(tea, main, 60), (tea, south, 12)]),
    }
    assert {(order["status"], order["created_by"]) for order in orders} == {("proposed", "li.na")}
    assert (await plans())[0]["status"] == "approved"


async def test_a_decided_plan_is_neither_edited_nor_decided_otherwise(
    client, plan_id, edit, decide, shop, procurement
):
    assert (await decide(plan_id, "dismissed")).json()["status"] == "dismissed"
    assert await orders_of(client, plan_id) == []
    for answer in (await decide(plan_id, "approved"), await edit(plan_id, (shop.tea, procurement.main, 36))):
        assert (answer.status_code, answer.json()["plan_status"]) == (409, "dismissed")
    assert (await decide(uuid4(), "approved")).status_code == 404
    assert (await edit(uuid4(), (shop.tea, procurement.main, 36))).status_code == 404


async def test_a_plan_that_cannot_be_ordered_as_a_whole_is_not_approved(
    client, plan_id, decide, plans, procurement, owner
):
    await owner.execute("update mall.supplier set status = 'suspended'")
    answer = await decide(plan_id, "approved")
    assert (answer.status_code, answer.json()["type"].endswith("supplier-suspended")) == (409, True)
    assert (await plans())[0]["status"] == "proposed"
    assert await orders_of(client, plan_id) == []


async def test_a_day_to_order_that_has_passed_is_today(client, put, line, plans, decide, shop):
    await put(line(order_by="2026-02-01"))
    await decide((await plans())[0]["plan_id"], "approved")
    (order,) = (await client.get("/v1/purchase-orders")).json()["purchase_orders"]
    assert order["order_by"] == "2026-03-01"


async def test_the_audit_of_edits_is_never_changed(plan_id, edit, shop, procurement, owner):
    await edit(plan_id, (shop.tea, procurement.main, 36))
    with pytest.raises(asyncpg.PostgresError):
        await owner.execute("delete from mall.holiday_plan_edit")


async def test_the_exported_plan_names_nobody(plan_id, edit, shop, procurement, owner):
    await edit(plan_id, (shop.tea, procurement.main, 36))
    for view in ("holiday_plan", "holiday_plan_line"):
        rows = await owner.fetch(f"select v::text as row from export.{view} v")
        assert rows
        assert not [row for row in rows if "li.na" in row["row"]]
