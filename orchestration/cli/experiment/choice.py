"""How a member chooses from a slate: looks from the top down to some depth, then takes one item of those seen or none.

Of the items seen, each is taken in proportion to its worth - the member's taste for the category times the item's
appeal, the effect of its price and of the season, as the simulated world draws its wishes - and nothing in proportion
to the outside worth: a multinomial logit (McFadden 1974) with log worth as utility. What a member cannot afford is
worth nothing. Each further place is looked at with probability PATIENCE: rank-biased precision (Moffat & Zobel 2008).
"""

import numpy as np
from scipy.optimize import brentq

from orchestration.cli.world.catalogue import FloatArray, IntArray
from orchestration.refusal import Refusal

PLACES = 10
PATIENCE = 0.85
NOTHING = -1


class RateUnreachable(Refusal):
    """No outside worth makes members redeem as often as they do in the world."""


def depth_shares(places: int = PLACES) -> FloatArray:
    """Return with which probability exactly 1, 2, … places are looked at."""
    reached = PATIENCE ** np.arange(places)
    return np.append(reached[:-1] - reached[1:], reached[-1])


def chances(worth: FloatArray, outside: float) -> FloatArray:
    """Return the probability that each place of a slate is taken, shape (slates, places)."""
    seen = outside + worth.cumsum(axis=1)
    at_depth = depth_shares(worth.shape[1]) / seen
    from_here_on = at_depth[:, ::-1].cumsum(axis=1)[:, ::-1]
    found: FloatArray = worth * from_here_on
    return found


def gain(worth: FloatArray, outside: float) -> FloatArray:
    """Return the expected utility of each slate over that of nothing: the log-sum of Small & Rosen (1981)."""
    found: FloatArray = np.log1p(worth.cumsum(axis=1) / outside) @ depth_shares(worth.shape[1])
    return found


def draw(worth: FloatArray, outside: float, rng: np.random.Generator) -> IntArray:
    """Draw the place that each member takes, NOTHING for none."""
    bounds = chances(worth, outside).cumsum(axis=1)
    mark = rng.random(len(worth))
    place = (bounds <= mark[:, None]).sum(axis=1)
    return np.where(place < worth.shape[1], place, NOTHING)


def calibrate(worth: FloatArray, rate: float) -> float:
    """Return the outside worth with which so large a share of these slates ends in a redemption.

    Raises:
        RateUnreachable: fewer members can afford anything at all.
    """
    most = float((worth.sum(axis=1) > 0).mean())
    if not 0.0 < rate < most:
        raise RateUnreachable(
            f"in this world {rate:.1%} of the visits end in a redemption, and {most:.1%} of the members can afford "
            "anything on the first day of the experiment; make a larger or longer world"
        )

    def excess(log_outside: float) -> float:
        return float(chances(worth, np.exp(log_outside)).sum(axis=1).mean()) - rate

    return float(np.exp(brentq(excess, -60.0, 60.0)))
