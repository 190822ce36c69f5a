"""What an ERP states of stock: the books follow it, never below what is set aside, and each statement once."""

import random
from collections import defaultdict
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transactional.conftest import NOON
from transactional.stock_levels.domain import Level, Stated, decide

ITEM = UUID(int=9)
moves = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2), st.integers(-5, 9)), max_size=12)


@given(moves, st.integers(0, 20), st.lists(st.integers(0, 30), min_size=3, max_size=3), st.integers(0, 6))
def test_the_books_end_where_one_would_who_counted_then_and_wrote_down_all_that_moved_since(
    moved, as_of, counted, free
):
    there = [sum(n for _, place, n in moved if place == one) for one in range(3)]
    since = [sum(n for at, place, n in moved if place == one and at > as_of) for one in range(3)]
    moment = NOON + timedelta(hours=as_of)
    levels = [Level(UUID(int=one), ITEM, counted[one], there[one], since[one], None) for one in range(3)]
    outcomes = decide(levels, as_of=moment, free={ITEM: free})
    # Slowly: begin with what was counted and follow the moves in the order of their time.
    for level in levels:
        shelf = level.quantity
        for _, place, n in sorted(m for m in moved if m[0] > as_of):
            shelf += n if UUID(int=place) == level.warehouse_id else 0
        outcome = outcomes[level.place]
        if outcome.status == "refused":
            is_left = shelf < 0
            assert outcome.problem.slug == ("stock-already-left" if is_left else "stock-below-reserved")
        else:
            assert level.there + outcome.adjustment == shelf
    after = free + sum(outcome.adjustment for outcome in outcomes.values())
    assert after >= 0
    told = [Level(*one.place, one.quantity, one.there, 0, Stated(one.quantity, moment)) for one in levels]
    again = decide(told, as_of=moment, free={ITEM: after})
    assert {outcome.status for outcome in again.values()} == {"unchanged"}
    earlier = decide(told, as_of=moment - timedelta(seconds=1), free={ITEM: after})
    assert {outcome.status for outcome in earlier.values()} == {"older"}


@pytest.fixture
def state(client, clock):
    """State (warehouse, item, quantity) as of minutes ago and return what became of each, in short."""

    async def state(*levels, ago=0, **params):
        body = {
            "as_of": (clock.now - timedelta(minutes=ago)).isoformat(),
            "stated_by": "erp",
            "levels": [{"warehouse_code": w, "item_code": i, "quantity": n} for w, i, n in levels],
        }
        answer = await client.put("/v1/stock-levels", json=body, params=params)
        assert answer.status_code == 200, answer.text
        return [
            (one["status"], one["problem"]["type"].rsplit(":")[-1] if one["problem"] else one["adjustment"])
            for one in answer.json()["levels"]
        ]

    return state


async def test_a_statement_adjusts_once_and_an_older_one_never(
    state, stock, settle_all, procurement, shop, clock
):
    await settle_all()
    clock.now += timedelta(hours=1)
    levels = ("main", "acorn-tea", 12), ("south", "acorn-tea", 3), ("main", "acorn-pot", 1)
    assert await state(*levels, dry_run=True) == [("adjusted", 2), ("adjusted", 3), ("unchanged", 0)]
    assert await state(*levels) == [("adjusted", 2), ("adjusted", 3), ("unchanged", 0)]
    assert await state(*levels) == [("unchanged", 0)] * 3
    assert await state(("main", "acorn-tea", 99), ago=1) == [("older", 0)]
    assert await state(("main", "acorn-tea", 99)) == [("refused", "stock-level-contradicts")]
    told = await stock(shop.tea)
    assert (told["sellable"], told["places"]) == (15, {procurement.main: 12, procurement.south: 3})


async def test_each_statement_that_cannot_be_followed_says_why(
    state, stock, settle_all, procurement, client, shop, clock, owner
):
    await settle_all()
    await client.post("/v1/warehouses", json={"code": "old", "name": "旧仓", "region": "华北"})
    await owner.execute("update mall.warehouse set is_active = false where code = 'old'")
    await owner.execute("update mall.offer set is_coded = true where item_id = $1", shop.card)
    reservation = {
        "reference": "v", "item_id": str(shop.tea), "purpose": "campaign", "quantity": 8, "reserved_by": "x",
        "expires_at": (clock.now + timedelta(hours=2)).isoformat(),
    }  # fmt: skip
    assert (await client.post("/v1/reservations", json=reservation)).status_code == 201
    clock.now += timedelta(hours=1)
    assert await state(
        ("main", "acorn-tea", 7), ("main", "acorn-past", 2), ("old", "acorn-pot", 1), ("none", "acorn-pot", 1),
        ("main", "none", 1), ("main", "acorn-card", 1),
    ) == [
        ("refused", "stock-below-reserved"), ("adjusted", -3), ("refused", "warehouse-closed"),
        ("refused", "unknown-warehouse"), ("refused", "unknown-item"), ("refused", "stock-of-codes"),
    ]  # fmt: skip
    # Carried to another warehouse, the same pieces are no shortage.
    assert await state(("main", "acorn-tea", 7), ("south", "acorn-tea", 3)) == [
        ("adjusted", -3),
        ("adjusted", 3),
    ]
    clock.now += timedelta(hours=1)
    assert await state(("main", "acorn-tea", 5)) == [("adjusted", -2)], "the reservation is past its end"
    assert (await stock(shop.tea))["sellable"] == 8
    twice = {"warehouse_code": "main", "item_code": "acorn-tea", "quantity": 1}
    body = {"as_of": clock.now.isoformat(), "stated_by": "erp", "levels": [twice, twice]}
    assert (await client.put("/v1/stock-levels", json=body)).json()["rows"][0]["row"] == 2
    late = body | {"as_of": (clock.now + timedelta(seconds=1)).isoformat()}
    assert "as_of" in (await client.put("/v1/stock-levels", json=late)).json()["detail"]


async def test_a_file_is_followed_whole_or_not_at_all(client, settle_all, procurement, owner, clock):
    await settle_all()
    clock.now += timedelta(hours=1)
    params = {"as_of": clock.now.isoformat(), "stated_by": "erp"}
    head, good = "仓库编码,商品编码,库存数量\n", "main,acorn-tea,12\nsouth,acorn-pot,4\n"
    before = await owner.fetch("select * from mall.stock order by item_id")
    for wrong in ("none,acorn-tea,1\n", "main,acorn-tea,1\n", "main,acorn-past,-1\n", "main,,5\n"):
        answer = await client.post(
            "/v1/stock-levels/import", content=(head + good + wrong).encode(), params=params
        )
        assert answer.json()["type"] == "urn:pointmart:problem:rows-refused", answer.text
        assert [row["row"] for row in answer.json()["rows"]] == [3]
        assert await owner.fetch("select * from mall.stock order by item_id") == before
    answer = await client.post("/v1/stock-levels/import", content=(head + good).encode(), params=params)
    assert answer.json()["adjusted"] == 2, answer.text
    template = await client.get("/v1/stock-levels/import/template")
    assert template.text.splitlines()[0].endswith("商品编码,库存数量")


async def test_corrections_are_of_a_kind_and_are_listed(client, state, settle_all, procurement, shop, clock):
    await settle_all()

    async def correct(kind, quantity):
        body = {
            "reference": f"{kind}{quantity}", "warehouse_id": str(procurement.main), "item_id": str(shop.tea),
            "quantity": quantity, "kind": kind, "reason": "水渍", "corrected_by": "zhao.yi",
        }  # fmt: skip
        return (await client.post("/v1/stock/corrections", json=body)).status_code

    assert [await correct(kind, -1) for kind in ("damage", "loss", "count")] == [201] * 3
    assert [await correct(kind, 1) for kind in ("found", "return", "count")] == [201] * 3
    assert [await correct("damage", 1), await correct("found", -1), await correct("erp_sync", 1)] == [422] * 3
    clock.now += timedelta(hours=1)
    await state(("main", "acorn-tea", 11))
    told = (await client.get("/v1/stock/corrections", params={"limit": 2})).json()
    assert [(one["kind"], one["quantity"]) for one in told["corrections"]] == [("erp_sync", 1), ("count", 1)]
    page = {"kind": "damage", "before": told["next_before"]}
    (only,) = (await client.get("/v1/stock/corrections", params=page)).json()["corrections"]
    assert (only["kind"], only["quantity"], only["corrected_by"]) == ("damage", -1, "zhao.yi")


@pytest.mark.parametrize("seed", [1, 2])
async def test_the_books_agree_with_a_list_of_all_that_ever_happened(
    seed, client, state, stock, settle_all, procurement, shop, clock
):
    chance = random.Random(seed)
    await settle_all()
    await client.earn(shop.member, 100_000, "e")
    codes = {"main": procurement.main, "south": procurement.south}
    history = [(clock.now, "main", 10)]

    def lies(code, until=None):
        return sum(n for at, where, n in history if where == code and (until is None or at <= until))

    stated = defaultdict(lambda: clock.now - timedelta(days=1))
    for number in range(40):
        clock.now += timedelta(minutes=chance.randint(1, 5))
        match chance.choice(["redeem", "carry", "state", "state"]):
            case "redeem":
                quantity = chance.randint(1, 3)
                answer = await client.redeem(shop.member, f"r{number}", (shop.tea, quantity))
                for code in codes:
                    taken = min(quantity, lies(code)) if answer.status_code == 201 else 0
                    quantity -= taken
                    history.append((clock.now, code, -taken))
                await settle_all()
            case "carry":
                there = lies("main")
                body = {
                    "reference": str(number), "item_id": str(shop.tea), "from_warehouse_id": str(procurement.main),
                    "to_warehouse_id": str(procurement.south), "quantity": 2,
                }  # fmt: skip
                answer = await client.post("/v1/stock/relocations", json=body)
                assert answer.status_code == (201 if there >= 2 else 409)
                if there >= 2:
                    history += [(clock.now, "main", -2), (clock.now, "south", 2)]
            case "state":
                code, quantity, ago = (
                    chance.choice(["main", "south"]),
                    chance.randint(0, 12),
                    chance.randint(0, 9),
                )
                as_of = clock.now - timedelta(minutes=ago)
                since = lies(code) - lies(code, as_of)
                ((status, told),) = await state((code, "acorn-tea", quantity), ago=ago)
                if as_of <= stated[code]:
                    assert status != "adjusted"
                elif quantity + since < 0:
                    assert told == "stock-already-left"
                else:
                    assert told == quantity + since - lies(code)
                    stated[code] = as_of
                    history.append((clock.now, code, told))
        places = (await stock(shop.tea))["places"]
        assert places == {place: lies(code) for code, place in codes.items() if lies(code)}
