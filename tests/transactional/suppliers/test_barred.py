"""What may not be sold any more leaves the house in no other way either: draws, reservations, replacements, reviews."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.transactional.risk.test_redeeming import in_force, velocity

from .test_gates import problem

LAPSE = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)  # the first moment of 6 March in Shanghai
HOUR = timedelta(hours=1)


@pytest.fixture
async def lapsing(gates, client, shop, owner, brand):
    """Tea is of a known brand that is sold only under an authorisation, which holds to 5 March."""
    await owner.execute("update mall.supplier set is_gated = false")
    await owner.execute("update mall.item set brand_id = $2 where item_id = $1", shop.tea, brand)
    await gates.verified("brand_authorisation", until="2026-03-05")
    demand = {"is_demanded": True, "changed_by": "li.na"}
    assert (await client.put(f"/v1/brand-demands/{brand}", json=demand)).json()["is_covered"]
    await client.earn(shop.member, 10_000, "e1")


@pytest.fixture
def lapse(clock):
    async def lapse() -> None:
        clock.now = LAPSE

    return lapse


@pytest.fixture
def withdraw(client, shop, clock):
    async def withdraw() -> None:
        told = await client.post(f"/v1/opt-ins/{shop.tea}/withdrawal", json={"withdrawn_by": "li.na"})
        assert told.status_code == 204
        clock.now += timedelta(seconds=1)

    return withdraw


@pytest.fixture(params=["lapse", "withdraw"])
def end(request):
    """Ends what tea is given out under, the one way or the other."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def renew(gates, client, operator, shop):
    """Renews both, so that tea may be given out again."""

    async def renew() -> None:
        await gates.verified("brand_authorisation", "n-2", until="2026-04-05")
        await client.post("/v1/opt-ins", json={"item_id": str(shop.tea), "opted_in_by": "li.na"})
        offer = {"item_id": str(shop.tea), "price_points": 100, "handover": "pickup"}
        url = f"/v1/platform/tenants/{shop.tenant_id}/offers"
        assert (await operator.post(url, json={"offers": [offer]})).status_code == 200

    return renew


@pytest.fixture
def draw(client, shop, clock):
    """Open a draw of tea that begins some hours from now."""

    async def draw(reference: str, *, hours: int = 0):
        terms = {
            "reference": reference, "name": "抽奖", "ticket_points": 5, "max_tickets": 10, "member_limit": 9,
            "starts_at": (clock.now + hours * HOUR).isoformat(), "ends_at": (clock.now + 400 * HOUR).isoformat(),
            "one_prize_per_member": False, "prizes": [{"item_id": str(shop.tea), "quantity": 1, "value_fen": 100}],
        }  # fmt: skip
        return await client.post("/v1/draws", json=terms)

    return draw


async def on_hand(owner, shop) -> tuple[int, int]:
    return tuple(
        await owner.fetchrow("select on_hand, allotted from mall.stock where item_id = $1", shop.tea)
    )


async def test_no_ticket_is_sold_for_a_prize_that_may_not_be_given(
    lapsing, client, shop, draw, end, renew, owner
):
    made = await draw("d1")
    assert made.status_code == 201, made.text

    async def buy(key: str):
        url = f"/v1/draws/{made.json()['draw_id']}/tickets"
        return await client.post(url, json={"member_id": str(shop.member)}, headers={"Idempotency-Key": key})

    assert (await buy("t1")).status_code == 201
    await end()
    assert problem(await buy("t2")) == "prize-barred"
    dry = f"/v1/draws/{made.json()['draw_id']}/tickets?dry_run=true"
    assert problem(await client.post(dry, json={"member_id": str(shop.member)})) == "prize-barred"
    assert await client.available(shop.member) == 9_995
    assert problem(await draw("d2")) in ("item-barred", "unknown-offer")
    assert await on_hand(owner, shop) == (9, 1)
    await renew()
    assert (await buy("t3")).status_code == 201


async def test_a_draw_begins_while_its_prize_may_be_given(lapsing, draw, clock):
    hours = int((LAPSE - clock.now) / HOUR)
    assert problem(await draw("d1", hours=hours)) == "item-barred"
    assert (await draw("d1", hours=hours - 1)).status_code == 201


async def test_a_bulk_order_gets_nothing_that_may_not_be_given(
    lapsing, client, shop, clock, end, renew, owner
):
    async def reserve(reference: str):
        body = {
            "reference": reference, "item_id": str(shop.tea), "purpose": "bulk_order", "quantity": 3,
            "expires_at": (clock.now + 400 * HOUR).isoformat(), "reserved_by": "li.na",
        }  # fmt: skip
        return await client.post("/v1/reservations", json=body)

    url = f"/v1/reservations/{(await reserve('v1')).json()['reservation_id']}/issues"

    async def issue(reference: str):
        return await client.post(url, json={"reference": reference, "quantity": 1, "issued_by": "zhao"})

    assert (await issue("i1")).status_code == 200
    await end()
    assert problem(await issue("i2")) == "item-barred"
    assert (await issue("i1")).status_code == 200, "said again, nothing leaves"
    assert problem(await reserve("v2")) == "item-barred"
    assert await on_hand(owner, shop) == (7, 2)
    await renew()
    assert (await issue("i2")).status_code == 200


async def test_a_broken_piece_is_refunded_where_it_may_not_be_sent_again(
    lapsing, client, shop, lapse, renew, owner
):
    redeemed = (await client.redeem(shop.member, "r1", (shop.tea, 2))).json()["redemption_id"]
    case = {
        "reference": "c1", "redemption_id": redeemed, "type": "exchange", "reason": "damaged", "text": "碎了",
        "opened_by": "x",
    }  # fmt: skip
    made = (await client.post("/v1/after-sales", json=case)).json()
    url = f"/v1/after-sales/{made['case_id']}/decision"
    replace = {"outcome": "replace", "responsibility": "supplier", "text": "补发", "decided_by": "x"}
    await lapse()
    assert problem(await client.post(url, json=replace)) == "item-barred"
    assert await on_hand(owner, shop) == (8, 0)
    refunded = await client.post(url, json=replace | {"outcome": "refund"})
    assert (refunded.status_code, await client.available(shop.member)) == (200, 10_000)


async def test_an_opt_in_that_was_withdrawn_still_lets_a_broken_piece_be_replaced(
    lapsing, client, shop, withdraw, owner
):
    redeemed = (await client.redeem(shop.member, "r1", (shop.tea, 2))).json()["redemption_id"]
    case = {
        "reference": "c1", "redemption_id": redeemed, "type": "exchange", "reason": "damaged", "text": "碎了",
        "opened_by": "x",
    }  # fmt: skip
    made = (await client.post("/v1/after-sales", json=case)).json()
    await withdraw()
    replace = {"outcome": "replace", "responsibility": "supplier", "text": "补发", "decided_by": "x"}
    decided = await client.post(f"/v1/after-sales/{made['case_id']}/decision", json=replace)
    assert decided.json()["closed_at"] is not None, "picked up, it is handed over at once"
    assert await on_hand(owner, shop) == (6, 0)


async def test_what_waits_for_a_person_is_not_approved_once_it_may_not_be_sold(
    lapsing, client, shop, lapse, renew, owner, rules
):
    await rules(review_hours=24 * 30)
    await in_force(owner, shop, velocity("member", 0, "review"))
    parked = (await client.redeem(shop.member, "r1", (shop.tea, 2))).json()
    assert parked["status"] == "in_review"
    await lapse()
    url = parked["redemption_id"], "review"
    approval = {"verdict": "approve", "reviewer": "li.na"}
    assert problem(await client.change(*url, "k1", **approval)) == "item-barred"
    assert (await client.get(f"/v1/redemptions/{parked['redemption_id']}")).json()["status"] == "in_review"
    await renew()
    approved = await client.change(*url, "k2", **approval)
    assert approved.json()["status"] == "completed"


async def test_what_waits_for_a_person_can_be_rejected_whatever_has_ended(
    lapsing, client, shop, lapse, owner, rules
):
    await rules(review_hours=24 * 30)
    await in_force(owner, shop, velocity("member", 0, "review"))
    parked = (await client.redeem(shop.member, "r1", (shop.tea, 2))).json()
    await lapse()
    rejection = {"verdict": "reject", "reviewer": "li.na"}
    told = await client.change(parked["redemption_id"], "review", "k1", **rejection)
    assert (told.json()["status"], await client.available(shop.member)) == ("cancelled", 10_000)
    assert await on_hand(owner, shop) == (10, 0)
