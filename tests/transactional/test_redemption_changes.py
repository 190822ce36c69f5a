"""What happens to redemptions after they were made, over HTTP."""

import asyncio
from datetime import timedelta

import pytest

from .test_concurrency import check_books


@pytest.fixture
async def rules(owner, shop):
    """100 points are worth 10 yuan in cash and 8.50 yuan on a bill."""
    await owner.execute(
        "update mall.program set cash_points = 100, cash_fen = 1000, offset_points = 100, offset_fen = 850, "
        "cash_share_min_bp = 1000, cash_share_max_bp = 9000"
    )


async def bucket(client, member, name):
    return (await client.get(f"/v1/members/{member}/balance")).json()[name]


async def pieces(owner, item):
    return await owner.fetchval("select on_hand from mall.stock where item_id = $1", item)


async def redeem_with_cash(client, shop, key, points, provider="wechat", quantity=1):
    body = {
        "member_id": str(shop.member),
        "lines": [{"item_id": str(shop.pot if quantity == 1 else shop.tea), "quantity": quantity}],
        "cash": {"provider": provider, "points": points},
    }
    return await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": key})


async def test_cancelling_gives_back_points_and_stock_once(client, shop, owner):
    await client.earn(shop.member, 300, "e1")
    made = (await client.redeem(shop.member, "r1", (shop.pot, 1))).json()
    assert (made["status"], await pieces(owner, shop.pot)) == ("allocated", 0)
    cancelled = await client.change(made["redemption_id"], "cancellation", "c1", reason="changed my mind")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (await client.available(shop.member), await pieces(owner, shop.pot)) == (300, 1)
    again = await client.change(made["redemption_id"], "cancellation", "c1", reason="changed my mind")
    assert again.headers["idempotent-replayed"] == "true"
    twice = await client.change(made["redemption_id"], "cancellation", "c2", reason="changed my mind")
    assert (twice.status_code, twice.json()["type"]) == (409, "urn:pointmart:problem:illegal-move")
    assert await client.available(shop.member) == 300


async def test_a_line_is_refunded_in_parts_that_make_the_whole(client, shop, owner):
    await client.earn(shop.member, 1000, "e1")
    made = (await client.redeem(shop.member, "r1", (shop.tea, 3), (shop.card, 1))).json()
    about = made["redemption_id"]
    part = {"line_no": 1, "quantity": 2}
    first = (await client.change(about, "refunds", "f1", lines=[part], restock=True, reason="broken")).json()
    assert (first["status"], first["returned_points"]) == ("partially_refunded", 200)
    assert await pieces(owner, shop.tea) == 9
    more = await client.change(about, "refunds", "f2", lines=[part], reason="broken")
    assert (more.status_code, more.json()["refundable"]) == (409, 1)
    rest = (await client.change(about, "refunds", "f3", reason="all of it")).json()
    assert (rest["status"], rest["returned_points"], rest["refunded_points"]) == ("refunded", 600, 800)
    assert await client.available(shop.member) == 1000
    over = await client.change(about, "refunds", "f4", reason="again")
    assert over.status_code == 409
    shown = (await client.get(f"/v1/redemptions/{about}")).json()
    assert [line["refunded_quantity"] for line in shown["lines"]] == [3, 1]


async def test_the_rest_of_a_redemption_comes_back_when_a_line_already_did(client, shop, owner):
    await client.earn(shop.member, 1000, "e1")
    made = (await client.redeem(shop.member, "r1", (shop.tea, 1), (shop.pot, 1))).json()
    about = made["redemption_id"]
    line = {"line_no": 1, "quantity": 1}
    await client.change(about, "refunds", "f1", lines=[line], reason="broken")
    rest = await client.change(about, "refunds", "f2", restock=True, reason="the rest too")
    assert (rest.status_code, rest.json()["status"]) == (200, "refunded")
    assert await client.available(shop.member) == 1000
    returned = await owner.fetch("select item_id, quantity from mall.stock_movement where reason = 'return'")
    assert [tuple(row) for row in returned] == [(shop.pot, 1)]


async def test_goods_go_their_way_and_no_other(client, shop):
    await client.earn(shop.member, 300, "e1")
    about = (await client.redeem(shop.member, "r1", (shop.pot, 1))).json()["redemption_id"]
    assert (await client.change(about, "progress", "p0", move="deliver")).status_code == 409
    for move, status in (("ship", "shipped"), ("deliver", "delivered"), ("complete", "completed")):
        assert (await client.change(about, "progress", move, move=move)).json()["status"] == status
    assert (await client.change(about, "cancellation", "c1", reason="late")).status_code == 409
    shown = (await client.get(f"/v1/redemptions/{about}")).json()
    assert None not in (shown["shipped_at"], shown["delivered_at"], shown["completed_at"])


async def test_cash_holds_points_and_stock_until_it_comes(client, shop, rules, owner):
    await client.earn(shop.member, 300, "e1")
    made = (await redeem_with_cash(client, shop, "r1", points=99)).json()
    # 250 - 99 = 151 points at 10 yuan a hundred.
    assert (made["status"], made["points"], made["cash_fen"]) == ("created", 99, 1510)
    assert made["payment"] | {"payment_id": None} == {
        "payment_id": None, "provider": "wechat", "amount_fen": 1510, "status": "pending",
    }  # fmt: skip
    assert (await client.available(shop.member), await bucket(client, shop.member, "held")) == (201, 99)
    assert await pieces(owner, shop.pot) == 0
    cancelled = await client.change(made["redemption_id"], "cancellation", "c1", reason="no money")
    assert cancelled.json()["payment"]["status"] == "closed"
    assert (await client.available(shop.member), await pieces(owner, shop.pot)) == (300, 1)


@pytest.mark.parametrize(("points", "status"), [(25, 201), (24, 409), (225, 201), (226, 409), (250, 409)])
async def test_the_share_of_cash_stays_in_its_bounds(client, shop, rules, points, status):
    await client.earn(shop.member, 300, "e1")
    answer = await redeem_with_cash(client, shop, "r1", points=points)
    assert answer.status_code == status
    if status == 409:
        assert (answer.json()["least_points"], answer.json()["most_points"]) == (25, 225)


async def test_without_a_rule_cash_is_not_taken(client, shop):
    await client.earn(shop.member, 300, "e1")
    answer = await redeem_with_cash(client, shop, "r1", points=99)
    assert answer.json()["type"] == "urn:pointmart:problem:cash-not-taken"


async def offset(client, shop, key, points):
    body = {"member_id": str(shop.member), "points": points, "bill_reference": "2026-02"}
    return await client.post("/v1/bill-offsets", json=body, headers={"Idempotency-Key": key})


async def test_a_bill_offset_waits_for_its_confirmation(client, shop, rules):
    await client.earn(shop.member, 300, "e1")
    made = (await offset(client, shop, "o1", 199)).json()
    # 199 points at 8.50 yuan a hundred, rounded down.
    assert (made["status"], made["bill_fen"]) == ("created", 1691)
    assert await client.available(shop.member) == 101
    about = made["redemption_id"]
    assert (await client.change(about, "confirmation", "k1", accepted=True)).json()["status"] == "completed"
    assert await bucket(client, shop.member, "spent") == 199
    part = (await client.change(about, "refunds", "f1", points=50, reason="goodwill")).json()
    assert (part["status"], await client.available(shop.member)) == ("partially_refunded", 151)
    rejected = (await offset(client, shop, "o2", 100)).json()["redemption_id"]
    no = (await client.change(rejected, "confirmation", "k2", accepted=False, reason="closed account")).json()
    assert (no["status"], no["reason"]) == ("cancelled", "closed account")
    assert await client.available(shop.member) == 151
    assert (await offset(client, shop, "o3", 0)).status_code == 422


async def test_a_confirmation_after_the_deadline_is_refused(client, shop, rules, clock):
    await client.earn(shop.member, 300, "e1")
    about = (await offset(client, shop, "o1", 200)).json()["redemption_id"]
    clock.now += timedelta(hours=24)
    # The hold has ended by itself: its points count as free before anything sweeps it.
    assert await client.available(shop.member) == 300
    late = await client.change(about, "confirmation", "k1", accepted=True)
    assert late.json()["type"] == "urn:pointmart:problem:past-deadline"


async def test_a_dry_run_tells_everything_and_does_nothing(client, shop, owner, clock):
    await client.earn(shop.member, 100, "e1")
    clock.now += timedelta(seconds=1)
    await client.earn(shop.member, 200, "e2")
    before = await owner.fetch("select * from mall.account order by account_id")
    body = {"member_id": str(shop.member), "lines": [{"item_id": str(shop.pot), "quantity": 1}]}
    told = (await client.post("/v1/redemptions?dry_run=true", json=body)).json()
    assert (told["dry_run"], told["points"], told["cash_fen"], told["fee_points"]) == (True, -250, 0, 0)
    assert [lot["points"] for lot in told["lots"]] == [-100, -150]
    assert told["delivery"][0]["ship_within_hours"] == 48
    assert (told["answer"]["status"], told["answer"]["available_points"]) == ("allocated", 50)
    assert await owner.fetch("select * from mall.account order by account_id") == before
    assert await owner.fetchval("select count(*) from mall.redemption") == 0
    dear = {"member_id": str(shop.member), "lines": [{"item_id": str(shop.card), "quantity": 1}]}
    assert (await client.post("/v1/redemptions?dry_run=true", json=dear)).status_code == 409
    assert (await client.post("/v1/redemptions?dry_run=maybe", json=dear)).status_code == 422


async def test_the_books_agree_after_all_of_it(client, shop, rules, database_url):
    await client.earn(shop.member, 3000, "e1")
    for n, quantity in enumerate((1, 2, 3)):
        about = (await client.redeem(shop.member, f"r{n}", (shop.tea, quantity))).json()["redemption_id"]
        part = [{"line_no": 1, "quantity": 1}]
        await client.change(about, "refunds", f"f{n}", lines=part, restock=n == 1, reason="broken")
    about = (await client.redeem(shop.member, "p", (shop.pot, 1))).json()["redemption_id"]
    await client.change(about, "cancellation", "c1", reason="changed my mind")
    await offset(client, shop, "o1", 200)
    await asyncio.to_thread(check_books, database_url)
