"""The latest time in which a shop traded without a long pause: what a forecast may build on."""

import numpy as np

from recommender.demand.panel import Panel


def latest_spell(
    panel: Panel, *, max_gap_days: int = 14, min_days: int = 28, max_history_days: int = 1096
) -> tuple[Panel, int] | None:
    """Cut a daily panel to the end of the latest unbroken spell, and return it with the spell's days.

    A spell is broken by more than `max_gap_days` days on which nothing at all was taken; those days
    become not observed. At most `max_history_days` days are kept, which bounds the cost. None if no
    spell lasts `min_days`.
    """
    active = np.flatnonzero(np.nansum(panel.values, axis=0) > 0)
    if not len(active):
        return None
    breaks = np.flatnonzero(np.diff(active) - 1 > max_gap_days)
    starts = active[np.append(0, breaks + 1)]
    ends = active[np.append(breaks, len(active) - 1)]
    long_enough = np.flatnonzero(ends - starts + 1 >= min_days)
    if not len(long_enough):
        return None
    spell = long_enough[-1]
    values = panel.values.copy()
    for end, start in zip(ends[:-1], starts[1:], strict=True):
        values[:, end + 1 : start] = np.nan
    first = max(0, ends[spell] + 1 - max_history_days)
    days = int(ends[spell] - starts[spell] + 1)
    return panel.between(first, ends[spell] + 1, values), days
