"""Goods that a case sends again: out of the stock, in a parcel with a clock of its own, without points."""

import asyncio

import pytest

from tests.transactional.fulfilment.conftest import HOUR
from transactional.catalogue.operations import StockReceipt, receive_stock
from transactional.fulfilment.breaches import open_compensations
from transactional.ledger.chain import seal
from transactional.ledger.verify import verify

REPLACE = {"outcome": "replace", "responsibility": "supplier", "text": "补发", "decided_by": "x"}


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


@pytest.fixture
def broken(client):
    """Open a case about a line of a redemption and return the address of its decision."""

    async def broken(redemption_id: str, reference: str = "c1", **more) -> str:
        body = {
            "reference": reference, "redemption_id": redemption_id, "type": "exchange", "reason": "damaged", "text": "碎了",
            "opened_by": "x",
        } | more  # fmt: skip
        made = await client.post("/v1/after-sales", json=body)
        assert made.status_code == 201, made.text
        return f"/v1/after-sales/{made.json()['case_id']}"

    return broken


@pytest.fixture
async def delivered(ordered, parcel, push, depot, clock) -> str:
    """A pot that has come broken; it was the last one."""
    redemption_id = await ordered()
    await parcel(redemption_id)
    for kind in ("collected", "delivered"):
        clock.now += HOUR
        await push(depot.scan("SB0001", kind, clock.now))
    return redemption_id


async def more_pots(owner, shop, clock, quantity: int = 3) -> None:
    await receive_stock(
        owner, tenant_id=shop.tenant_id, receipts=[StockReceipt(shop.pot, quantity, "more", clock.now)]
    )


async def queue(client) -> list[dict]:
    return (await client.get("/v1/fulfilment/queue")).json()["awaited"]


async def test_a_replacement_leaves_the_stock_once_and_is_sent_and_closed(
    client, shop, owner, delivered, broken, parcel, push, depot, clock
):
    case = await broken(delivered)
    refused = await client.post(f"{case}/decision", json=REPLACE)
    assert problem(refused) == (409, "out-of-stock")
    told = (await client.get(case)).json()
    assert (told["outcome"], [note["kind"] for note in told["notes"]]) == (None, ["opened"])

    await more_pots(owner, shop, clock)
    before = await client.available(shop.member)
    for _ in range(2):
        decided = await client.post(f"{case}/decision", json=REPLACE)
        assert (decided.json()["outcome"], decided.json()["closed_at"]) == ("replace", None)
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.pot) == 2
    assert await client.available(shop.member) == before
    (awaited,) = await queue(client)
    assert (awaited["line_count"], awaited["quantity"]) == (1, 1)
    assert (awaited["clock"], awaited["case_id"], awaited["item_name"]) == (
        "shipping",
        told["case_id"],
        "pot",
    )
    assert awaited["started_at"] == decided.json()["decided_at"]

    url = f"/v1/redemptions/{delivered}/shipments"
    body = {"reference": "again", "carrier": "sandbox", "tracking_number": "SB0002", "province": "广东"}
    assert problem(await client.post(url, json=body)) == (409, "not-to-be-shipped")
    sent = await parcel(delivered, "SB0002", case_id=told["case_id"])
    assert (sent["case_id"], sent["lines"]) == (told["case_id"], [{"line_no": 1, "quantity": 1}])
    third = body | {"reference": "third", "tracking_number": "SB0003", "case_id": told["case_id"]}
    assert problem(await client.post(url, json=third)) == (409, "not-to-be-shipped")
    clock.now += HOUR
    await push(depot.scan("SB0002", "collected", clock.now))
    assert [(one["clock"], one["case_id"]) for one in await queue(client)] == [("delivery", told["case_id"])]
    assert (await client.get(case)).json()["closed_at"] is None
    clock.now += HOUR
    await push(depot.scan("SB0002", "delivered", clock.now))
    assert (await client.get(case)).json()["closed_at"] is not None
    assert await queue(client) == []
    assert (await client.get(f"/v1/redemptions/{delivered}")).json()["status"] == "delivered"
    topics = await owner.fetch(
        "select topic from mall.outbox where topic like 'after_sales.%' order by recorded_at"
    )
    assert [row["topic"].partition(".")[2] for row in topics] == ["opened", "replacing", "closed"]
    await seal(owner)
    await verify(owner)


async def test_pieces_that_are_being_replaced_are_not_replaced_or_refunded_by_another_case(
    client, shop, owner, delivered, broken, parcel, push, depot, clock
):
    first, second = await broken(delivered), await broken(delivered, "c2", line_no=1, quantity=1)
    await more_pots(owner, shop, clock)
    decided = (await client.post(f"{first}/decision", json=REPLACE)).json()
    for wish in (REPLACE, REPLACE | {"outcome": "refund"}):
        refused = await client.post(f"{second}/decision", json=wish)
        assert problem(refused) == (409, "under-way")
        assert (
            "pieces of line 1 (1 of 1) are being replaced or refunded by the case 'c1'"
            in refused.json()["detail"]
        )
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.pot) == 2
    await parcel(delivered, "SB0002", case_id=decided["case_id"])
    for kind in ("collected", "delivered"):
        clock.now += HOUR
        await push(depot.scan("SB0002", kind, clock.now))
    # What came the second time may be broken, too.
    assert (await client.post(f"{second}/decision", json=REPLACE)).status_code == 200


async def test_pieces_that_are_being_replaced_are_not_refunded_past_the_case(
    client, shop, owner, delivered, broken, clock
):
    case = await broken(delivered)
    await more_pots(owner, shop, clock)
    assert (await client.post(f"{case}/decision", json=REPLACE)).status_code == 200
    before = await client.available(shop.member)
    for key, lines in (("b1", None), ("b2", [{"line_no": 1, "quantity": 1}])):
        refused = await client.post(
            f"/v1/redemptions/{delivered}/refunds",
            json={"reason": "broken"} | ({} if lines is None else {"lines": lines}),
            headers={"Idempotency-Key": key},
        )
        assert problem(refused) == (409, "being-replaced")
        assert "1 of the 1 pieces of line 1 are being replaced" in refused.json()["detail"]
    assert await client.available(shop.member) == before


async def test_a_piece_is_replaced_or_refunded_whoever_comes_first(
    client, shop, owner, delivered, broken, clock
):
    await more_pots(owner, shop, clock)
    case = await broken(delivered)
    replaced, refunded = await asyncio.gather(
        client.post(f"{case}/decision", json=REPLACE),
        client.post(
            f"/v1/redemptions/{delivered}/refunds",
            json={"reason": "broken"},
            headers={"Idempotency-Key": "b1"},
        ),
    )
    assert sorted((replaced.status_code, refunded.status_code)) in ([200, 409], [201, 409])
    await verify(owner)


async def test_two_cases_at_once_replace_the_same_piece_once(client, shop, owner, delivered, broken, clock):
    cases = [await broken(delivered, f"c{number}") for number in range(4)]
    await more_pots(owner, shop, clock)
    answers = await asyncio.gather(*(client.post(f"{case}/decision", json=REPLACE) for case in cases))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.pot) == 2


async def test_a_replacement_that_is_not_shipped_in_time_opens_one_compensation(
    client, shop, owner, delivered, broken, clock, context
):
    case = await broken(delivered)
    await more_pots(owner, shop, clock)
    assert (await client.post(f"{case}/decision", json=REPLACE)).status_code == 200
    clock.now += 48 * HOUR
    assert await open_compensations(context) == 0
    clock.now += HOUR
    assert [await open_compensations(context) for _ in range(2)] == [1, 0]
    (told,) = (await client.get("/v1/compensations")).json()["compensations"]
    assert (told["clock"], told["redemption_id"], told["party"]) == ("shipping", delivered, "platform")


async def test_codes_are_not_replaced_and_what_is_picked_up_is_handed_over_at_once(
    client, shop, owner, broken, clock, carried
):
    await client.earn(shop.member, 3000, "e1")
    card = (await client.redeem(shop.member, "r1", (shop.card, 1))).json()["redemption_id"]
    refused = await client.post(f"{await broken(card)}/decision", json=REPLACE)
    assert problem(refused) == (409, "not-replaceable")
    tea = (await client.redeem(shop.member, "r2", (shop.tea, 3))).json()["redemption_id"]
    case = await broken(tea, "c2", line_no=1, quantity=2)
    decided = await client.post(f"{case}/decision", json=REPLACE)
    assert decided.json()["closed_at"] is not None
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", shop.tea) == 5
    assert await queue(client) == []
