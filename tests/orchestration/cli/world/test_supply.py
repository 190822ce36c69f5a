"""A planner's orders: what is taken is ordered again, and comes late now and then."""

from datetime import date, timedelta

import numpy as np
import pytest

from orchestration.cli.world.catalogue import make_catalogue
from orchestration.cli.world.planner import LookBack, Seen, Shop
from orchestration.cli.world.presets import PRESETS
from orchestration.cli.world.supply import Supply

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
        for item, pieces in supply.arriving(day):
            assert pieces > 0
            on_hand[item] += pieces
            received += pieces
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
    arriving = {item for day in range(DAYS - 7, DAYS + 60) for item, _ in supply.arriving(day)}
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
    assert supply.arriving(10 + int(leads[3])) == [(3, 40)]


def _planner(shop, rate):
    first = date(2025, 1, 1)
    days = tuple(first + timedelta(days=n) for n in range(DAYS))
    return LookBack(Shop(shop, days, 8), rate, np.ones(DAYS))
