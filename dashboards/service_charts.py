"""The chart of compensations: who was responsible, and what became of them."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import ACCENT, FONT, QUIET, WARNING

_ROW, _FRAME = 34, 60
# Whoever still owes stands out.
_OUTCOMES = {"open": WARNING, "paid": ACCENT, "waived": QUIET}


def parties(rows: pd.DataFrame, *, names: dict[str, str], labels: dict[str, str]) -> Chart:
    """Draw how many compensations each party is responsible for, by what became of them, in the order of the rows.

    `rows` has party (its name), outcome (its key), count; `names` says what the outcomes are called; `labels` names
    party, outcome and count.
    """
    order = list(dict.fromkeys(rows["party"]))
    drawn = rows.assign(
        kind=rows["outcome"].map(names),
        place=rows["outcome"].map({name: place for place, name in enumerate(_OUTCOMES)}),
    )
    totals = rows.groupby("party", sort=False)["count"].sum().reset_index()
    y = alt.Y("party:N", title=None, sort=order, axis=alt.Axis(labelLimit=150, ticks=False))
    scale = alt.Scale(domain=[0, max(1, int(totals["count"].max())) * 1.15])
    bars = (
        alt.Chart(drawn)
        .mark_bar(height=18)
        .encode(
            y=y,
            x=alt.X("count:Q", title=None, scale=scale, axis=None),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=[names[name] for name in _OUTCOMES], range=list(_OUTCOMES.values())),
                legend=alt.Legend(orient="top", title=None, labelFont=FONT, symbolType="square"),
            ),
            order="place:Q",
            tooltip=[
                alt.Tooltip("party:N", title=labels["party"]),
                alt.Tooltip("kind:N", title=labels["outcome"]),
                alt.Tooltip("count:Q", title=labels["count"], format=","),
            ],
        )
    )
    told = (
        alt.Chart(totals)
        .mark_text(align="left", dx=6, font=FONT, fontSize=12, color=QUIET)
        .encode(y=y, x=alt.X("count:Q", scale=scale), text=alt.Text("count:Q", format=","))
    )
    return styled(alt.layer(bars, told), height=_ROW * len(order) + _FRAME)
