"""What members want: less of what costs more, more of what they like, nothing that is not listed."""

from dataclasses import replace

import numpy as np
import pytest

from orchestration.cli.world.catalogue import ITEMS, category_factors, make_catalogue, price_effect
from orchestration.cli.world.events import KINDS, NO_ITEM
from orchestration.cli.world.members import make_members, segment_names, segment_tastes
from orchestration.cli.world.presets import CATEGORIES, PRESETS, preset_of
from orchestration.cli.world.wishes import Sale, asks, browse, draw_wishes, item_weights

DAYS = 400
RICH = 10_000_000
NO_FESTIVAL = category_factors({})


@pytest.fixture(scope="module")
def shop():
    return make_catalogue(PRESETS[0], DAYS, np.random.default_rng(1))


@pytest.fixture(scope="module")
def people():
    return make_members(PRESETS[0], 5_000, DAYS, np.random.default_rng(2))


def draw(people, shop, *, price=None, sales=(), balance=RICH, day=200, seed=3, rate=4.0):
    prices = shop.price.astype(float) if price is None else price
    weights = item_weights(shop, prices, NO_FESTIVAL, day)
    return draw_wishes(
        people, shop, np.full(len(people), rate), np.full(len(people), balance), weights, list(sales),
        np.random.default_rng(seed),
    )  # fmt: skip


def test_the_catalogue_is_mixed_as_promised(shop):
    assert np.bincount(shop.class_).tolist() == [144, 72, 24]
    assert set(shop.category) == set(range(len(CATEGORIES)))
    assert {CATEGORIES[c].kind for c in shop.category} == {"physical", "virtual", "service"}
    assert shop.price.min() >= 100
    assert len(shop) == ITEMS == 240


def test_what_costs_more_is_wanted_less(people, shop):
    assert price_effect(np.array([110.0]), np.array([100.0]))[0] == pytest.approx(1.1**-1.4)
    item = int(np.argmax(shop.appeal * (shop.listed_from == 0) * (shop.listed_until > 300)))
    dear = shop.price.astype(float)
    dear[item] *= 1.5
    usual, after = draw(people, shop), draw(people, shop, price=dear)
    assert (after.item == item).sum() < 0.75 * (usual.item == item).sum()


def test_a_flash_sale_draws_members_while_it_is_open(people, shop):
    item = int(np.flatnonzero((shop.listed_from == 0) & (shop.listed_until > 300))[0])
    sale = Sale(item, int(shop.price[item] * 0.6), 10 * 3_600, 22 * 3_600)
    wishes, usual = draw(people, shop, sales=[sale]), draw(people, shop)
    during = (wishes.second >= sale.opens) & (wishes.second < sale.closes)
    assert (wishes.item == item)[during].mean() > 2.5 * (usual.item == item).mean()
    assert (wishes.in_sale == (during & (wishes.item == item))).all()


def test_the_young_want_virtual_goods_and_families_household_goods(people, shop):
    wishes = draw(people, shop)
    segment = np.array(segment_names())[people.segment[wishes.member]]
    kind = np.array([c.kind for c in CATEGORIES])[shop.category[wishes.item]]
    code = np.array([c.code for c in CATEGORIES])[shop.category[wishes.item]]
    virtual = {name: (kind[segment == name] == "virtual").mean() for name in segment_names()}
    household = {
        name: np.isin(code[segment == name], ["household", "kitchen", "food", "baby"]).mean()
        for name in segment_names()
    }
    assert virtual["student"] > 2 * virtual["family"]
    assert household["family"] > 3 * household["student"]


def test_tastes_are_shares_and_belong_to_segments(people):
    assert people.tastes.sum(axis=1) == pytest.approx(np.ones(len(people)))
    for number in range(len(segment_names())):
        mean = people.tastes[people.segment == number].mean(axis=0)
        assert np.abs(mean - segment_tastes()[number]).max() < 0.03


def test_nothing_unlisted_is_wanted(people, shop):
    early = replace(shop, listed_from=np.where(np.arange(ITEMS) < 200, 300, 0))
    assert draw(people, early, day=200).item.min() >= 200
    assert draw(people, early, day=300).item.min() < 200


def test_members_want_what_they_can_pay(people, shop):
    poor = int(np.quantile(shop.price, 0.2))
    wishes = draw(people, shop, balance=poor)
    assert wishes.is_affordable.all()
    assert (shop.price[wishes.item] * wishes.quantity <= poor).all()
    broke = draw(people, shop, balance=0, rate=1.0)
    assert not broke.is_affordable.any()
    asked = asks(broke, np.zeros(ITEMS, dtype=bool), np.random.default_rng(1))
    assert 0 < asked.mean() < 0.1


def test_an_empty_shelf_silences_most(people, shop):
    wishes = draw(people, shop)
    out = np.zeros(ITEMS, dtype=bool)
    out[:120] = True
    asked = asks(wishes, out, np.random.default_rng(1))
    assert asked[~out[wishes.item]].all()
    assert asked[out[wishes.item]].mean() == pytest.approx(0.4, abs=0.03)


def test_members_look_around_before_they_ask(people, shop):
    wishes = draw(people, shop, rate=1.0)
    kind, member, item, second = browse(wishes, np.ones(ITEMS), np.random.default_rng(1))
    visits, favourites = kind == KINDS.index("visit"), kind == KINDS.index("favourite")
    assert visits.sum() == len(wishes)
    assert (second[visits] <= wishes.second).all()
    assert ((item == NO_ITEM) == (kind <= KINDS.index("search"))).all()
    assert set(zip(member[favourites], item[favourites], strict=True)) <= set(
        zip(wishes.member, wishes.item, strict=True)
    )


def test_further_tenants_repeat_the_presets():
    codes = [preset_of(number).code for number in range(6)]
    assert codes == ["sim-bank", "sim-airline", "sim-retail", "sim-ecommerce", "sim-bank-2", "sim-airline-2"]
    assert preset_of(4).industry == "bank"
