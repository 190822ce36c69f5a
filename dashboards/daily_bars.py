"""Counts by day as bars, one kind upon the other."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import FONT

_HEIGHT = 240
# A phone has room for so many names of kinds in a line.
_COLUMNS = 2


def daily_bars(
    rows: pd.DataFrame, colours: Mapping[str, str], *, labels: dict[str, str], numbers: str
) -> Chart:
    """Draw how many there were of each kind on each day.

    `rows` has date, kind (as the reader reads it) and count; `colours` are of the kinds by name, in the order of the
    legend, which one kind alone does not need; `labels` names date, kind and count; `numbers` writes the axis.
    """
    legend = alt.Legend(orient="top", title=None, labelFont=FONT, symbolType="square", columns=_COLUMNS)
    bars = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X(
                "yearmonthdate(date):T",
                title=None,
                axis=alt.Axis(format="%m-%d", grid=False, labelOverlap=True),
            ),
            y=alt.Y("count:Q", title=None, axis=alt.Axis(labelExpr=numbers, tickCount=4, tickMinStep=1)),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(colours), range=list(colours.values())),
                legend=legend if len(colours) > 1 else None,
            ),
            tooltip=[
                alt.Tooltip("date:T", title=labels["date"], format="%Y-%m-%d"),
                alt.Tooltip("kind:N", title=labels["kind"]),
                alt.Tooltip("count:Q", title=labels["count"], format=","),
            ],
        )
    )
    return styled(alt.layer(bars), height=_HEIGHT)
