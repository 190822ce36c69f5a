"""How long each redemption of a load took to be seen in the figures."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from orchestration.cli.bench.paced import PacedLoad


@dataclass(frozen=True)
class FreshnessFigures:
    """What was measured; lags run from the answer to a redemption to the KPI that counts it, in seconds."""

    redemptions: int
    failures: int
    redemptions_per_s: float
    lag_p50_s: float
    lag_p95_s: float
    lag_max_s: float
    data_lag_max_s: float
    releases: int


@dataclass(frozen=True)
class Seen:
    """One look at the serving API: when, the points redeemed so far, and what it says of its own lag."""

    at: float
    points: int
    data_lag_seconds: float
    release_id: str


def figures(load: PacedLoad, before: Seen, looks: Sequence[Seen], seconds: float) -> FreshnessFigures:
    """Return the figures of a load and of what was seen meanwhile.

    A redemption is seen once the points seen since are those of it and of all that were answered before it.
    """
    commits = sorted(load.commits)
    totals = accumulate(points for _, points in commits)
    seen = [look.points - before.points for look in looks]
    lags = sorted(
        looks[bisect_left(seen, total)].at - at for (at, _), total in zip(commits, totals, strict=True)
    )
    return FreshnessFigures(
        redemptions=len(commits),
        failures=len(load.failures),
        redemptions_per_s=round(len(commits) / seconds, 1),
        lag_p50_s=_percentile(lags, 0.5),
        lag_p95_s=_percentile(lags, 0.95),
        lag_max_s=_percentile(lags, 1.0),
        data_lag_max_s=round(max(look.data_lag_seconds for look in looks), 2),
        releases=len({look.release_id for look in looks}),
    )


def _percentile(ordered: Sequence[float], rank: float) -> float:
    return round(ordered[math.ceil(rank * len(ordered)) - 1], 2)
