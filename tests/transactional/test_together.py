"""Many things taken together come to what they come to one after the other."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from hashlib import sha256
from random import Random
from uuid import uuid4

import asyncpg
import pytest

from transactional.catalogue.operations import NewItem, add_items
from transactional.consents.domain import PURPOSES
from transactional.consents.operations import Said, record_consents
from transactional.members.registering import NewMember, register_all
from transactional.opt_ins.listing import Listing, list_offers
from transactional.opt_ins.operations import Decision, opt_in, withdraw
from transactional.problems import Problem
from transactional.stock_alerts.operations import NewThreshold, set_thresholds
from transactional.suppliers.dating import Dated, add_terms
from transactional.suppliers.domain import NewTerms, PriceBreak
from transactional.suppliers.operations import add_supplier
from transactional.together import taken_together
from transactional.warehouses.booking import Correction
from transactional.warehouses.correcting import correct
from transactional.warehouses.domain import NewWarehouse
from transactional.warehouses.operations import WarehouseChange, add_warehouse, change_warehouse
from transactional.warehouses.relocating import Relocation, relocate

from .conftest import NOON

ROWS = 40
# What every run names anew.
_ANEW = ["xid", "recorded_at", "acted_at", "correction_id", "relocation_id", "movement_id", "terms_id", "act_id",
    "consent_id", "alert_id", "threshold_id", "outbox_id", "member_id", "account_id", "changed_at", "created_at"]  # fmt: skip
# Of an audited act also what it names.
_WRITTEN = """
select ((w - $1::text[]) || jsonb_build_object('subject_key', (w -> 'subject_key') - $1, 'changed', (w -> 'changed') - $1))::text
    as row
from (select to_jsonb(t) as w from mall.{} t) as all_of_it
"""


async def written(connection: asyncpg.Connection, tables: Sequence[str]) -> dict[str, Counter[str]]:
    """What rows tables have, but for what every run names anew."""
    return {
        table: Counter([row["row"] for row in await connection.fetch(_WRITTEN.format(table), _ANEW)])
        for table in tables
    }


def told(outcome: object) -> object:
    """An outcome without the ids that every run gives anew."""
    if isinstance(outcome, Problem):
        return type(outcome).__name__, outcome.detail
    return outcome[1] if isinstance(outcome, tuple) else outcome


async def same_together(connection, take, items, tables) -> list[object]:
    """Take items together, in pieces and one after the other, see that all come to the same, and keep one of them."""
    comes_to = []
    for size in (1, 7, len(items)):
        transaction = connection.transaction()
        await transaction.start()
        outcomes = []
        for first in range(0, len(items), size):
            outcomes += await take(items[first : first + size])
        comes_to.append(([told(one) for one in outcomes], await written(connection, tables)))
        if size < len(items):
            await transaction.rollback()
        else:
            await transaction.commit()
    assert comes_to[0] == comes_to[1] == comes_to[2]
    return comes_to[0][0]


@pytest.fixture
async def goods(owner, shop):
    """Items, of which the shop has those of its own and all others are only the platform's."""
    await owner.execute("select set_config('pointmart.tenant_id', $1, false)", str(shop.tenant_id))
    new = await add_items(owner, [NewItem(f"n-{n}", "n", "demo", "physical", "staple") for n in range(6)])
    return list(new.values())


async def test_what_has_a_key_in_common_is_kept_apart_and_in_its_order():
    calls = []

    async def take(wave):
        calls.append([name for name, _ in wave])
        return [name.upper() for name, _ in wave]

    items = [("a", {1}), ("b", {2}), ("c", {1, 2}), ("d", {3}), ("e", {2}), ("f", {3})]
    made = await taken_together(items, lambda one: one[1], take)
    assert (calls, made) == ([["a", "b", "d"], ["c", "f"], ["e"]], list("ABCDEF"))
    assert await taken_together([], lambda one: [one], take) == []


@pytest.mark.parametrize("seed", range(3))
async def test_corrections_and_relocations(owner, shop, goods, seed):
    random = Random(seed)
    here = {"connection": owner, "tenant_id": shop.tenant_id, "now": NOON}
    places = [
        (await add_warehouse(owner, tenant_id=shop.tenant_id, new=NewWarehouse(code, code, "r")))[0]
        for code in ("main", "north", "shut")
    ]
    await change_warehouse(
        owner, tenant_id=shop.tenant_id, warehouse_id=places[2], change=WarehouseChange(is_active=False)
    )
    await owner.execute("update mall.offer set is_coded = true where item_id = $1", shop.card)
    items = [shop.tea, shop.tea, shop.tea, shop.pot, shop.pot, shop.past, shop.card, goods[0]]
    references = [f"c-{n}" for n in range(ROWS * 2)]

    nowhere = uuid4()

    def named() -> tuple[str, Random]:
        """Of most references the same is asked each time."""
        reference = random.choice(references)
        return reference, Random(f"{seed} {reference}") if random.random() < 0.7 else random

    def hashed(*asked: object) -> bytes:
        return sha256(repr(asked).encode()).digest()

    def correction() -> Correction:
        reference, own = named()
        where, item = own.choice([*places[:2] * 6, places[2], nowhere]), own.choice(items)
        quantity = own.choice([-9, -3, -1, 1, 2, 8])
        asked = hashed(where, item, quantity)
        return Correction(reference, where, item, quantity, "counted", "li.na", "count", asked)

    def relocation() -> Relocation:
        reference, own = named()
        ends = own.sample([*places[:2], *own.choices([places[2], nowhere], k=own.random() < 0.2)], 2)
        item, quantity = own.choice(items), own.choice([1, 1, 2, 5])
        return Relocation(reference, item, *ends, quantity, hashed(item, ends, quantity))

    tables = ("stock", "stock_correction", "relocation", "warehouse_stock", "warehouse_movement")
    seen: Counter[object] = Counter()
    for make, act in ((correction, correct), (relocation, relocate)) * 2:
        acts = [make() for _ in range(ROWS)]
        name = f"{make.__name__}s"
        outcomes = await same_together(
            owner, lambda some, act=act, name=name: act(**here, **{name: some}), acts, tables
        )
        seen.update(one if isinstance(one, bool) else one[0] for one in outcomes)
    assert {True, False, "ActExists", "UnknownOffer", "WarehouseClosed", "TooFewInWarehouse"} <= set(seen)


@pytest.mark.parametrize("seed", range(3))
async def test_members_and_what_they_said(owner, shop, goods, seed):
    random = Random(seed)
    here = {"tenant_id": shop.tenant_id, "now": NOON}
    days = [None, NOON - timedelta(days=9), NOON + timedelta(days=1)]
    members = [
        NewMember(
            f"R-{random.randrange(ROWS // 2)}", random.random() < 0.2, random.choice(days),
            random.choice([None, "family"]), random.random() < 0.6,
        )
        for _ in range(ROWS)
    ]  # fmt: skip
    outcomes = await same_together(
        owner,
        lambda some: register_all(owner, **here, members=some),
        members,
        ("member", "account", "member_consent"),
    )
    assert {True, False} <= {one for one in outcomes if isinstance(one, bool)}
    assert any(isinstance(one, tuple) for one in outcomes)

    known = [shop.member, shop.other_member, uuid4()]
    said = []
    for _ in range(ROWS):
        is_given = random.random() < 0.5
        said.append(
            Said(
                random.choice(known), random.choice(PURPOSES), is_given,
                random.choice(["v1", "v2"]) if is_given else None,
            )
        )  # fmt: skip
    outcomes = await same_together(
        owner,
        lambda some: record_consents(owner, **here, said=some, told_by="tenant"),
        said,
        ("member", "member_consent"),
    )
    assert {True, False} <= {one for one in outcomes if isinstance(one, bool)}


@pytest.mark.parametrize("seed", range(3))
async def test_decisions_and_offers(owner, shop, goods, seed):
    random = Random(seed)
    await owner.execute(
        "update mall.item set compliance_flags = '{food_licence}' where item_id = $1", goods[0]
    )
    items = [*goods, *goods, shop.tea, uuid4()]
    tables = ("offer", "stock", "offer_opt_in", "administrative_act")
    seen: Counter[object] = Counter()
    for act, now in ((opt_in, NOON), (withdraw, NOON), (opt_in, NOON + timedelta(hours=1))):
        decisions = [Decision(random.choice(items), random.choice("ab")) for _ in range(9)]
        outcomes = await same_together(
            owner,
            lambda some, act=act, now=now: act(owner, tenant_id=shop.tenant_id, decisions=some, now=now),
            decisions,
            tables,
        )
        seen.update(one if isinstance(one, bool) else one[0] for one in outcomes)
        listings = [
            Listing(
                random.choice(items), random.choice([100, 200]), "shipping",
                random.choice([None, None, now, NOON - timedelta(days=500)]), random.choice([None, None, now]),
            )
            for _ in range(ROWS)
        ]  # fmt: skip
        outcomes = await same_together(
            owner,
            lambda some, now=now: list_offers(owner, tenant_id=shop.tenant_id, listings=some, now=now),
            listings,
            tables,
        )
        seen.update(one if isinstance(one, str) else one[0] for one in outcomes)
    assert {
        True,
        False,
        "listed",
        "changed",
        "unchanged",
        "UnknownItem",
        "OptInNeeded",
        "InvalidRequest",
    } <= set(seen)


@pytest.mark.parametrize("seed", range(3))
async def test_terms(owner, shop, goods, seed):
    random = Random(seed)
    suppliers = [
        (await add_supplier(owner, tenant_id=shop.tenant_id, code=code, name=code))[0] for code in "ab"
    ]
    plain = NewTerms(
        item_id=shop.tea,
        lead_time_days=3,
        worst_lead_time_days=5,
        unit_cost_fen=9,
        valid_from=date(2026, 1, 1),
    )

    def dated() -> Dated:
        first = date(2026, 1, 1) + timedelta(days=random.randrange(40))
        return Dated(
            random.choice([*suppliers * 5, uuid4()]),
            replace(
                plain,
                item_id=random.choice([shop.tea, shop.pot, shop.past, goods[0]]),
                valid_from=first,
                unit_cost_fen=random.choice([9, 9, 8]),
                price_breaks=random.choice([(), (PriceBreak(10, 7), PriceBreak(20, 6))]),
                valid_until=random.choice([None, None, first + timedelta(days=5)]),
            ),
        )

    seen: Counter[object] = Counter()
    for _ in range(2):
        terms = sorted((dated() for _ in range(ROWS)), key=lambda one: one.terms.valid_from)
        terms += random.sample(terms, 10)
        outcomes = await same_together(
            owner,
            lambda some: add_terms(owner, tenant_id=shop.tenant_id, dated=some),
            terms,
            ("supplier_terms", "administrative_act"),
        )
        seen.update(one if isinstance(one, bool) else one[0] for one in outcomes)
    assert {True, False, "UnknownSupplier", "UnknownOffer", "TermsOverlap"} == set(seen)


@pytest.mark.parametrize("seed", range(3))
async def test_thresholds(owner, shop, goods, seed):
    random = Random(seed)
    main, _ = await add_warehouse(owner, tenant_id=shop.tenant_id, new=NewWarehouse("main", "m", "r"))
    seen: Counter[object] = Counter()
    for _ in range(2):
        thresholds = [
            NewThreshold(
                random.choice([shop.tea, shop.pot, shop.card, goods[0]]),
                random.choice([None, main, main, uuid4()]),
                random.choice([0, 3, 20]),
            )
            for _ in range(ROWS)
        ]
        outcomes = await same_together(
            owner,
            partial(_thresholds, owner, shop.tenant_id),
            thresholds,
            ("stock_threshold", "stock_alert", "warehouse_stock", "administrative_act"),
        )
        seen.update(one if isinstance(one, bool) else one[0] for one in outcomes)
    assert {True, False, "UnknownWarehouse", "UnknownOffer"} == set(seen)


async def _thresholds(owner, tenant_id, some):
    return await set_thresholds(owner, tenant_id=tenant_id, thresholds=some, now=NOON)
