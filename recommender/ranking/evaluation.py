"""Splits in time: what is learnt from, and what came after it."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from recommender.ranking.interactions import Interactions


@dataclass(frozen=True)
class TimeSplit:
    """What happened before the cutoff, and from it until the horizon's end."""

    cutoff: date
    train: Interactions
    test: Interactions


def latest_split(interactions: Interactions, *, horizon_days: int) -> TimeSplit | None:
    """Split off the last `horizon_days` active days; None if no active day comes before them.

    Active days, because a window of calendar days right after a pause of the mall would hold next to
    nothing to score.
    """
    if len(interactions.active_days) <= horizon_days:
        return None
    cutoff: date = interactions.active_days[-horizon_days].astype(object)
    return TimeSplit(cutoff, interactions.before(cutoff), interactions.since(cutoff))


def leave_last_out(interactions: Interactions, *, at_least: int = 5) -> tuple[Interactions, Interactions]:
    """Split off the last item of each member with so many different items; the others stay in the first part.

    Of items taken in one moment the one that comes last by id is the last.
    """
    member, item, moment = interactions.member_codes, interactions.item_codes, interactions.occurred_at
    n_members = len(interactions.member_ids)
    order = np.lexsort((item, moment, member))
    last = order[np.searchsorted(member[order], np.arange(n_members), side="right") - 1]
    has_enough = np.diff(interactions.matrix().indptr) >= at_least
    is_last = has_enough[member] & (item == item[last][member]) & (moment == moment[last][member])
    return interactions.take(~is_last), interactions.take(is_last)
