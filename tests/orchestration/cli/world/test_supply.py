"""A planner's orders: what is taken is ordered again, and comes late now and then."""

from datetime import date, timedelta

import numpy as np
import pytest

from orchestration.cli.world.catalogue import make_catalogue
from orchestration.cli.world.planner import LookBack, Seen, Shop
from orchestration.cli.world.presets import CATEGORIES, PRESETS
from orchestration.cli.world.supply import (
    DAMAGED_SHARE,
    FAILED_SHARE,
    SPLIT_SHARE,
    Supply,
    lead_time_chances,
    lead_time_kept,
)
from orchestration.cli.world.terms import make_terms

DAYS = 300


@pytest.fixture
def shop():
    return make_catalogue(PRESETS[0], DAYS, np.random.default_rng(1))


def test_stock_follows_demand_and_runs_out_now_and_then(shop):
    rng = np.random.default_rng(2)
    rate = np.full(len(shop), 3.0)
    supply = Supply(len(shop), rng)
    planner = _planner(shop, rate)
    on_hand = planner.opening.copy()
    assert on_hand.sum() > 15 * rate.sum()
    wanted = short = received = 0
    for day in range(DAYS):
        for arrival in supply.arriving(day):
            assert arrival.pieces + arrival.broken > 0
            on_hand[arrival.item] += arrival.pieces
            received += arrival.pieces
        demand = rng.poisson(rate)
        sold = np.minimum(demand, on_hand)
        on_hand -= sold
        wanted += demand.sum()
        short += (demand - sold).sum()
        planner.note(day, Seen(sold, sold < demand, on_hand, demand))
        supply.place(day, planner.wanted(day, on_hand, supply.on_order))
    assert 0.001 < short / wanted < 0.1
    assert received == pytest.approx(wanted - short, rel=0.2)
    assert (supply.on_order >= 0).all()


def test_nothing_is_ordered_of_what_leaves_the_shop(shop):
    supply = Supply(len(shop), np.random.default_rng(2))
    planner = _planner(shop, np.full(len(shop), 3.0))
    empty = np.zeros(len(shop), dtype=np.int64)
    for day in range(7):
        supply.place(DAYS - 7 + day, planner.wanted(DAYS - 7 + day, empty, supply.on_order))
    arriving = {came.item for day in range(DAYS - 7, DAYS + 60) for came in supply.arriving(day)}
    gone = set(np.flatnonzero(shop.listed_until <= DAYS - 7).tolist())
    assert gone
    assert not arriving & gone
    assert len(arriving) > 200


def test_lead_times_are_told_of_what_was_ordered_alone(shop):
    supply = Supply(len(shop), np.random.default_rng(2))
    wanted = np.zeros(len(shop), dtype=np.int64)
    wanted[3] = 40
    leads = supply.place(10, wanted)
    assert np.flatnonzero(leads).tolist() == [3]
    assert 20 <= supply.arriving(10 + int(leads[3]))[0].pieces <= 40


def test_all_that_is_ordered_arrives_whole_or_broken_and_its_last_part_says_so():
    items = 4_000
    supply = Supply(items, np.random.default_rng(2))
    supply.place(0, np.full(items, 40))
    came = [arrival for day in range(60) for arrival in supply.arriving(day)]
    assert sum(arrival.pieces + arrival.broken for arrival in came) == 40 * items
    assert not supply.on_order.any()
    last = {arrival.item: arrival.is_last for arrival in came}
    assert sorted(last) == list(range(items))
    # In the order of the days, so what is noted of an item in the end is its last part.
    assert all(last.values())
    assert len(came) / items - 1 == pytest.approx(SPLIT_SHARE, abs=0.02)
    # A delivery that failed brings nothing that can be sold.
    failed = [arrival for arrival in came if not arrival.pieces]
    assert all(arrival.broken == 40 for arrival in failed)
    assert len(failed) / items == pytest.approx(FAILED_SHARE, abs=0.004)
    damaged = sum(arrival.broken > 0 for arrival in came) - len(failed)
    assert damaged / items == pytest.approx(DAMAGED_SHARE, abs=0.01)


def test_the_chances_of_lead_times_are_those_of_deliveries():
    items = 50_000
    leads = Supply(items, np.random.default_rng(2)).place(0, np.ones(items, dtype=np.int64))
    chances = lead_time_chances()
    assert chances.sum() == pytest.approx(1.0)
    seen = np.bincount(leads, minlength=len(chances))[: len(chances)] / items
    assert np.abs(seen - chances).max() < 0.01
    assert (lead_time_kept(0.8), lead_time_kept(0.95)) == (8, 14)
    assert np.mean(leads <= 8) >= 0.8
    assert np.mean(leads <= 14) >= 0.95


def test_terms_sell_whole_packs_and_not_less_than_the_least(shop):
    daily = np.linspace(0.01, 60, len(shop))
    terms = make_terms(shop, daily, np.random.default_rng(3))
    assert (terms.pack <= np.maximum(daily, 1)).all()
    wanted = np.arange(len(shop)) % 9
    ordered = terms.orderable(wanted)
    assert not ordered[wanted == 0].any()
    asked = wanted > 0
    assert (ordered >= wanted)[asked].all()
    assert (ordered >= terms.least)[asked].all()
    assert not (ordered % terms.pack).any()
    assert (ordered - terms.pack < np.maximum(wanted, terms.least))[asked].all()
    assert (terms.pack[~shop.is_shipped] == 1).all()
    assert (terms.pack > 1).any()
    assert ((terms.cost < shop.price) & (terms.cost > 0.5 * shop.price)).all()
    sold = {CATEGORIES[n].code for n in shop.category[terms.shelf_life > 0]}
    assert sold == {"food", "health", "baby", "personal_care"}


def _planner(shop, rate):
    first = date(2025, 1, 1)
    days = tuple(first + timedelta(days=n) for n in range(DAYS))
    return LookBack(Shop(shop, days, 8), rate, np.ones(DAYS))
