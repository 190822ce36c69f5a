"""Rates by group as bars, each with its rate in words beside it and what it is of on hover."""

from collections.abc import Iterable

import pandas as pd

from dashboards import items_charts
from dashboards.charts import Chart
from dashboards.words import Words


def group_bars(
    words: Words,
    names: Iterable[str],
    rates: Iterable[float],
    notes: Iterable[str],
    are_small: Iterable[bool],
    *,
    group: str,
    rate: str,
    note: str | None = None,
) -> Chart:
    """Draw the rate (0-1; NaN: unknown) of each group in their order; grey are those whose sample is too small.

    `group` says what the groups are, `rate` what they are measured by, `note` what the notes tell: what each holds.
    """
    drawn = pd.DataFrame({"name": names, "rate": rates, "note": notes, "is_small": are_small})
    told = [words.rate(None if pd.isna(value) else value) for value in drawn["rate"]]
    labels = {"group": group, "rate": rate, "note": note or words("group_holds")}
    return items_charts.groups(drawn.assign(told=told), labels=labels)
