"""How well orders are served and what members say of it, calibrated on real orders and their reviews.

Source: Olist, the Brazilian e-commerce data set on Kaggle. Counted from the first 5,000 of its orders: 4,858 reached the
customer, 392 of them after the moment that was promised, always a midnight; 59 of these came on the day it begins. Their
review scores, with means of 4.32 and 2.61, give the shape of the answers. The shapes are tilted to the means published
for the whole data set, which we have not counted.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from orchestration.cli.world.catalogue import BoolArray, FloatArray, IntArray
from orchestration.cli.world.regions import REMOTE_SHARE
from transactional.fulfilment.carriers.domain import CarrierName

LATE_SHARE = 392 / 4_858
MEAN_ON_TIME, MEAN_LATE = 4.30, 2.56
# Reviews with 1 to 5 stars.
_COUNTS_ON_TIME = (279, 106, 336, 923, 2_819)
_COUNTS_LATE = (175, 26, 48, 47, 89)
_STARS = np.arange(1, 6)

HOUR = 3_600
DAY = 24 * HOUR
# The platform's promises: shipped within 48 hours, delivered 48 hours after that, 72 in remote regions.
SHIP_WITHIN = 48 * HOUR
DELIVER_WITHIN = (48 * HOUR, 72 * HOUR)
# Of what comes late, so much was shipped late; the rest was late on its way.
SHIPPED_LATE_SHARE = 0.4
# How many times as often as others a carrier, and whoever drives to remote provinces, is late.
CARRIERS: tuple[CarrierName, ...] = ("sf", "jd")
CARRIER_SHARES = (0.55, 0.45)
CARRIER_LATENESS = (0.7, 1.3)
REMOTE_LATENESS = 1.8
# A parcel in so many never arrives.
LOST_SHARE = 0.0005
_LOST_AFTER = 5 * DAY


def counted_mean(*, late: bool) -> float:
    """Return the mean score of the reviews that were counted, of orders that came late or in time."""
    counts = np.array(_COUNTS_LATE if late else _COUNTS_ON_TIME)
    return float(counts @ _STARS / counts.sum())


@cache
def score_shares(*, late: bool) -> FloatArray:
    """Return the shares of 1 to 5 stars among the answers about orders that came late, or in time."""
    counts, mean = (_COUNTS_LATE, MEAN_LATE) if late else (_COUNTS_ON_TIME, MEAN_ON_TIME)
    low, high = -2.0, 2.0
    # An exponential tilt is the smallest change of a distribution that gives it another mean.
    for _ in range(60):
        tilt = (low + high) / 2
        weights = np.array(counts) * np.exp(tilt * _STARS)
        shares: FloatArray = weights / weights.sum()
        low, high = (tilt, high) if shares @ _STARS < mean else (low, tilt)
    return shares


def late_shares(factors: FloatArray) -> FloatArray:
    """Return the share of orders of each day that come late.

    Carriers are slowest when most is ordered; weighted with the orders the mean is LATE_SHARE.

    Args:
        factors: how many times the usual is ordered on each day.
    """
    strain = factors**0.8
    shares: FloatArray = np.clip(LATE_SHARE * strain * factors.sum() / (strain * factors).sum(), 0.0, 0.6)
    return shares


@dataclass(frozen=True)
class Delivery:
    """What will become of orders that are shipped: seconds from one step to the next, an element per order.

    Attributes:
        carrier: index into CARRIERS.
        is_shipped_late: whether the goods left late; what is late and did not was late on its way.
        is_lost: whether the parcel gets lost; `to_deliver` then is how long until the carrier says so.
    """

    carrier: IntArray
    is_late: BoolArray
    is_shipped_late: BoolArray
    is_lost: BoolArray
    to_ship: IntArray
    to_deliver: IntArray
    to_complete: IntArray


def plan_deliveries(
    is_remote: BoolArray, slowness: FloatArray, late_share: float, rng: np.random.Generator
) -> Delivery:
    """Plan how orders come: each step within its promise, or, where the order is late, one step beyond it.

    Args:
        is_remote: whether each order goes to a remote province.
        slowness: how many times as often as others each order's supplier ships late.
    """
    count = len(is_remote)
    carrier = rng.choice(len(CARRIERS), count, p=CARRIER_SHARES)
    lateness = np.array(CARRIER_LATENESS)[carrier] * np.where(is_remote, REMOTE_LATENESS, 1.0)
    usual = (
        np.array(CARRIER_LATENESS) @ np.array(CARRIER_SHARES) * (1.0 + REMOTE_SHARE * (REMOTE_LATENESS - 1.0))
    )
    shipped_late = rng.random(count) < late_share * SHIPPED_LATE_SHARE * slowness
    # Late only once: of those that left in time more are late on their way, so that all comes to the share.
    on_way = late_share * (1.0 - SHIPPED_LATE_SHARE) / (1.0 - late_share * SHIPPED_LATE_SHARE)
    way_late = ~shipped_late & (rng.random(count) < on_way * lateness / usual)
    lost = rng.random(count) < LOST_SHARE
    promise = np.array(DELIVER_WITHIN)[is_remote.astype(np.int64)]
    beyond = rng.exponential(1.6 * DAY, count) + HOUR
    to_ship = np.where(
        shipped_late,
        SHIP_WITHIN + beyond,
        np.clip(rng.gamma(3.0, 6.5 * HOUR, count), 4 * HOUR, SHIP_WITHIN - HOUR),
    )
    in_time = np.clip(rng.beta(3.0, 2.5, count) * promise, 6 * HOUR, promise - HOUR)
    to_deliver = np.where(lost, _LOST_AFTER, np.where(way_late, promise + beyond, in_time))
    return Delivery(
        carrier,
        shipped_late | way_late | lost,
        shipped_late,
        lost,
        to_ship.astype(np.int64),
        to_deliver.astype(np.int64),
        rng.integers(DAY, 7 * DAY, count),
    )


def draw_scores(is_late: BoolArray, rng: np.random.Generator) -> IntArray:
    """Return what members would answer, 1 to 5, about orders that came late or in time."""
    chance = rng.random(len(is_late))
    in_time = np.searchsorted(np.cumsum(score_shares(late=False))[:-1], chance, side="right")
    late = np.searchsorted(np.cumsum(score_shares(late=True))[:-1], chance, side="right")
    scores: IntArray = np.where(is_late, late, in_time) + 1
    return scores
