"""The members of a simulated tenant: who they are, what they like, how often they shop, and who abuses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.world.catalogue import FloatArray, IntArray
from orchestration.cli.world.presets import CATEGORIES, PROFILES, SEGMENTS, Preset
from transactional.members.domain import Profile

# Share of members that were there before the first day.
_FOUNDERS = 0.6
_FOUNDED_DAYS = 700
# Small: each member has a few favourite categories; large: all members of a segment like the same.
_TASTE_CONCENTRATION = 9.0
# A member shops in so many months of those it stays; lean ones seldom, keen ones mostly.
_ENGAGEMENT = (1.9, 2.1)
_STAY_DAYS = 2_400.0
_HOUSEHOLD = 2.2
# Of all members, and accounts in one ring.
ABUSER_SHARE = 0.012
_RING = (12, 28)
# Of all members: those whose group the mall knows, and those who refuse personal recommendations.
PROFILE_SHARE = 0.6
REFUSING_SHARE = 0.03

NOT_IN_A_RING = -1


@dataclass(frozen=True)
class Members:
    """The members of a tenant, one element of each array per member.

    Attributes:
        segment: index into the segments.
        tastes: share of each category in what a member would choose, all else equal; rows sum to 1.
        joined: day number of the world, negative before it; seconds of that day are in `joined_second`.
        leaves: the day from which a member does nothing any more.
        engagement: probability that a member shops in a month.
        receipts: mean receipts in a month in which it does.
        household: members of one household share a number, and with it an address and often a device.
        own_device: whether the member has a device of its own.
        ring: the ring of an abuser; NOT_IN_A_RING of everybody else.
        has_profile: whether the mall knows the member's group.
        is_personalised: whether the member takes personal recommendations.
    """

    segment: IntArray
    tastes: FloatArray
    joined: IntArray
    joined_second: IntArray
    leaves: IntArray
    engagement: FloatArray
    receipts: FloatArray
    household: IntArray
    own_device: NDArray[np.bool_]
    ring: IntArray
    has_profile: NDArray[np.bool_]
    is_personalised: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.segment)

    @property
    def is_abuser(self) -> NDArray[np.bool_]:
        """Return who belongs to a ring."""
        found: NDArray[np.bool_] = self.ring != NOT_IN_A_RING
        return found

    def profiles(self) -> list[Profile | None]:
        """Return the group by which the mall knows each member."""
        groups = [PROFILES[name] for name in segment_names()]
        return [
            groups[segment] if known else None
            for segment, known in zip(self.segment.tolist(), self.has_profile.tolist(), strict=True)
        ]


def segment_names() -> tuple[str, ...]:
    """Return the segments in the order of their indices."""
    return tuple(SEGMENTS)


def segment_tastes() -> FloatArray:
    """Return the mean taste of each segment: a row of shares that sum to 1."""
    likes = np.array([[likings.get(c.code, 1.0) for c in CATEGORIES] for likings in SEGMENTS.values()])
    shares: FloatArray = likes / likes.sum(axis=1, keepdims=True)
    return shares


def make_members(preset: Preset, count: int, days: int, rng: np.random.Generator) -> Members:
    """Make the members of a tenant."""
    shares = np.array([preset.segments[name] for name in SEGMENTS])
    segment = rng.choice(len(shares), count, p=shares / shares.sum())
    alpha = segment_tastes()[segment] * _TASTE_CONCENTRATION
    gammas = rng.standard_gamma(alpha) + 1e-9
    founder = rng.random(count) < _FOUNDERS
    joined = np.where(founder, -rng.integers(1, _FOUNDED_DAYS, count), rng.integers(0, days, count))
    ring = _rings(count, rng)
    birth = rng.integers(5, max(days - 5, 6), ring.max() + 2)
    # The accounts of a ring are opened on one day.
    joined = np.where(ring == NOT_IN_A_RING, joined, birth[ring])
    household = rng.integers(0, max(round(count / _HOUSEHOLD), 1), count)
    return Members(
        segment=segment.astype(np.int64),
        tastes=gammas / gammas.sum(axis=1, keepdims=True),
        joined=joined.astype(np.int64),
        joined_second=np.where(
            ring == NOT_IN_A_RING,
            rng.integers(8 * 3_600, 23 * 3_600, count),
            rng.integers(32_400, 34_200, count),
        ),
        leaves=np.maximum(joined, 0) + 20 + rng.exponential(_STAY_DAYS, count).astype(np.int64),
        engagement=np.where(ring == NOT_IN_A_RING, rng.beta(*_ENGAGEMENT, count), 0.0),
        receipts=preset.receipts * rng.gamma(2.5, 1 / 2.5, count),
        household=household,
        own_device=rng.random(count) < 0.85,
        ring=ring,
        # Drawn last, so that all else is as it is without them.
        has_profile=rng.random(count) < PROFILE_SHARE,
        is_personalised=rng.random(count) >= REFUSING_SHARE,
    )


def _rings(count: int, rng: np.random.Generator) -> IntArray:
    """Put a share of the members into rings of many accounts."""
    ring = np.full(count, NOT_IN_A_RING, dtype=np.int64)
    abusers = rng.permutation(count)[: max(round(count * ABUSER_SHARE), min(_RING[0], count // 4))]
    number = begin = 0
    while begin < len(abusers):
        size = int(rng.integers(_RING[0], _RING[1] + 1))
        ring[abusers[begin : begin + size]] = number
        begin += size
        number += 1
    return ring
