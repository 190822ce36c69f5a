"""What carriers ask: by region, by weight begun, less from the parcel after the hundred-thousandth on."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactional.carriage.domain import Parcels, Rate, VolumeDiscount, carrier_month, days_of, rate_on

FROM = date(2026, 1, 1)
SF = Rate(
    carrier="sf", region="nationwide", valid_from=FROM, first_grams=1000, first_fen=1200, step_grams=500, step_fen=201,
    volume_discounts=(VolumeDiscount(100_000, 2000), VolumeDiscount(500_000, 2500)),
)  # fmt: skip


@st.composite
def some_rates(draw):
    overs = sorted(draw(st.sets(st.integers(1, 300), max_size=4)))
    off = sorted(draw(st.sets(st.integers(1, 10_000), min_size=len(overs), max_size=len(overs))))
    return Rate(
        carrier="sf", region="nationwide", valid_from=FROM,
        first_grams=draw(st.integers(1, 50)), first_fen=draw(st.integers(0, 5000)),
        step_grams=draw(st.integers(1, 50)), step_fen=draw(st.integers(0, 5000)),
        volume_discounts=tuple(VolumeDiscount(*one) for one in zip(overs, off, strict=True)),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("grams", "fen"), [(0, 1200), (1, 1200), (1000, 1200), (1001, 1401), (1500, 1401), (1501, 1602)]
)
def test_each_weight_begun_costs_as_much_as_a_whole_one(grams, fen):
    assert SF.list_fen(grams) == fen


@pytest.mark.parametrize(
    ("parcels", "fen"), [(0, 1401), (100_000, 1401), (100_001, 1121), (500_000, 1121), (500_001, 1051)]
)
def test_the_discount_begins_after_its_boundary_and_rounds_up(parcels, fen):
    # 1401 less 20 % is 1120.8, less 25 % is 1050.75.
    assert SF.fen(1001, parcels) == fen


@given(some_rates(), st.integers(0, 400), st.integers(0, 400))
def test_a_parcel_never_costs_less_for_more_weight_nor_more_for_more_parcels(rate, grams, parcels):
    assert rate.fen(grams, parcels) <= rate.fen(grams + 1, parcels)
    assert rate.fen(grams, parcels + 1) <= rate.fen(grams, parcels) <= rate.list_fen(grams)


@given(some_rates(), st.integers(0, 400), st.integers(0, 400))
def test_a_quote_is_what_one_adds_up_step_by_step(rate, grams, parcels):
    fen, carried = rate.first_fen, rate.first_grams
    while carried < grams:
        fen, carried = fen + rate.step_fen, carried + rate.step_grams
    off = 0
    for discount in rate.volume_discounts:
        if parcels >= discount.over_parcels + 1:
            off = discount.discount_bp
    exact = fen * (10_000 - off) / 10_000
    assert exact <= rate.fen(grams, parcels) < exact + 1


@given(
    some_rates(),
    st.lists(st.tuples(st.integers(0, 27), st.integers(0, 200), st.integers(1, 50)), max_size=8),
    st.integers(0, 27),
    st.integers(0, 100),
)
def test_a_month_is_the_sum_of_its_parcels(rate, taken, last, others):
    parcels = [
        Parcels("sf", "nationwide", FROM + timedelta(day % (last + 1)), grams, n) for day, grams, n in taken
    ]
    volume = sum(one.count for one in parcels) + others
    told = carrier_month("sf", parcels, rates=[rate], volume=volume, month=FROM, today=FROM + timedelta(last))
    assert told.fen == sum(rate.fen(one.grams, volume) for one in parcels for _ in range(one.count))
    assert told.expected_parcels >= told.parcels
    assert told.expected_volume >= volume
    done = carrier_month("sf", parcels, rates=[rate], volume=volume, month=FROM, today=date(2026, 5, 5))
    assert (done.expected_parcels, done.expected_fen) == (done.parcels, done.fen)


def test_a_month_at_the_boundary_expects_the_discount_before_it_has_it():
    parcels = [
        Parcels("sf", "nationwide", date(2026, 1, 10), 900, 60_000),
        Parcels("sf", "remote", FROM, 900, 5),
    ]
    told = carrier_month("sf", parcels, rates=[SF], volume=60_005, month=FROM, today=date(2026, 1, 15))
    assert (told.fen, told.discounts_bp, told.unrated_parcels) == (60_000 * 1200, {"nationwide": 0}, 5)
    assert told.expected_discounts_bp == {"nationwide": 2000}
    assert told.expected_fen == 60_000 * 960 * 31 // 15


def test_the_newest_rate_that_has_begun_holds():
    later = Rate(**{**vars(SF), "valid_from": date(2026, 3, 1)})
    rates = [SF, later]
    assert [rate_on(rates, carrier="sf", region="nationwide", day=d) for d in (date(2025, 12, 31), FROM, date(2026, 3, 1))] == [
        None, SF, later,
    ]  # fmt: skip
    assert days_of(date(2026, 2, 1), date(2026, 2, 3)) == (3, 28)


HEAD = "承运商,区域,生效日期,首重(克),首重价(分),续重(克),续重价(分),月票量折扣\n"


async def test_rates_are_announced_and_a_tenants_month_is_estimated_by_them(
    operator, client, owner, shop, clock, app
):
    url = "/v1/platform/carriage/rates/import"
    good = (
        f"{HEAD}sf,nationwide,2026-01-01,1000,1200,500,200,2:2000\nsf,remote,2026-01-01,1000,2000,500,500,\n"
    )
    for wrong in (
        "sf,nationwide,2026-01-01,1,1,1,1,\n",
        "sf,remote,2026-02-01,1,1,1,1,5:20 6:10\n",
        "dhl,remote,2026-02-01,1,1,1,1,\n",
    ):
        refused = await operator.post(url, content=(good + wrong).encode(), params={"announced_by": "x"})
        assert [row["row"] for row in refused.json()["rows"]] == [3], refused.text
    assert (await client.get("/v1/carriage/rates")).json() == {"rates": []}
    made = await operator.post(url, content=good.encode(), params={"announced_by": "x"})
    assert made.json() == {"announced": 2, "known": 0}
    one = {
        "carrier": "sf", "region": "nationwide", "valid_from": "2026-01-01", "first_grams": 1000, "first_fen": 1200,
        "step_grams": 500, "step_fen": 200, "volume_discounts": [{"over_parcels": 2, "discount_bp": 2000}],
        "announced_by": "x",
    }  # fmt: skip
    assert (await operator.post("/v1/platform/carriage/rates", json=one)).status_code == 200
    other = await operator.post("/v1/platform/carriage/rates", json=one | {"first_fen": 1})
    assert other.json()["type"] == "urn:pointmart:problem:carrier-rate-exists"

    await owner.execute("update mall.item set weight_grams = 600 where item_id = $1", shop.pot)
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    await client.earn(shop.member, 5000, "e")
    for number, pieces in enumerate((1, 2, 1)):
        made = (await client.redeem(shop.member, f"r{number}", (shop.pot, pieces))).json()
        parcel = {
            "reference": f"p{number}", "carrier": "sf", "tracking_number": f"SF100{number}",
            "province": "新疆" if number == 2 else "广东",
        }  # fmt: skip
        answer = await client.post(f"/v1/redemptions/{made['redemption_id']}/shipments", json=parcel)
        assert answer.status_code == 201, answer.text
    at_noon = {"carrier": "sf", "province": "广东", "grams": 1200}
    assert (await client.get("/v1/carriage/quote", params=at_noon)).json()["fen"] == 1400
    await owner.execute(
        "update mall.shipment set status = 'collected', shipped_at = $1, due_at = $1", clock.now
    )
    assert (await client.get("/v1/carriage/quote", params=at_noon)).json()["fen"] == 1120
    told = (await client.get("/v1/carriage/estimate")).json()
    # 600 g and 1200 g in the country at 20 % off, 600 g to a remote place; the first day of 31.
    assert (told["fen"], told["expected_fen"]) == (960 + 1120 + 2000, 31 * 4080)
    (sf,) = told["carriers"]
    assert (sf["parcels"], sf["expected_parcels"], sf["discounts_bp"]) == (
        3,
        93,
        {"nationwide": 2000, "remote": 0},
    )
    everybody = (await operator.get("/v1/platform/carriage/estimate", params={"month": "2026-03"})).json()
    assert (everybody["fen"], everybody["carriers"][0]["volume"]) == (4080, 3)
    assert (await client.get("/v1/carriage/estimate", params={"month": "2026-02"})).json()["carriers"] == []
    assert (await client.get("/v1/carriage/estimate", params={"month": "2026-04"})).status_code == 422
    none = await client.get("/v1/carriage/quote", params=at_noon | {"carrier": "jd"})
    assert none.json()["type"] == "urn:pointmart:problem:no-carrier-rate"
