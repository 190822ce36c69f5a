"""A planner's orders: what is taken is ordered again, and comes late now and then."""

import numpy as np
import pytest

from orchestration.cli.world.catalogue import make_catalogue
from orchestration.cli.world.presets import PRESETS
from orchestration.cli.world.supply import Supply

DAYS = 300


@pytest.fixture
def shop():
    return make_catalogue(PRESETS[0], DAYS, np.random.default_rng(1))


def test_stock_follows_demand_and_runs_out_now_and_then(shop):
    rng = np.random.default_rng(2)
    rate = np.full(len(shop), 3.0)
    supply = Supply(shop, rate, np.ones(DAYS), rng)
    on_hand = supply.opening.copy()
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
        supply.note(day, demand)
        supply.order(day, on_hand)
    assert 0.001 < short / wanted < 0.1
    assert received == pytest.approx(wanted - short, rel=0.2)
    assert (supply.on_order >= 0).all()


def test_nothing_is_ordered_of_what_leaves_the_shop(shop):
    supply = Supply(shop, np.full(len(shop), 3.0), np.ones(DAYS), np.random.default_rng(2))
    empty = np.zeros(len(shop), dtype=np.int64)
    for day in range(7):
        supply.order(DAYS - 7 + day, empty)
    arriving = {item for day in range(DAYS - 7, DAYS + 60) for item, _ in supply.arriving(day)}
    gone = set(np.flatnonzero(shop.listed_until <= DAYS - 7).tolist())
    assert gone
    assert not arriving & gone
    assert len(arriving) > 200
