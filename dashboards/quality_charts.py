"""The charts of forecast quality: errors beside the baseline's, and what was expected beside what came."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import ACCENT, QUIET, WARNING

_ROW, _FRAME = 30, 50


def errors(rows: pd.DataFrame, *, labels: dict[str, str]) -> Chart:
    """Draw the error of model and baseline at each holiday, in the order of the rows; the blue dot is the model.

    `rows` has name, wape, baseline_wape, coverage_90 (rates 0-1) and n; `labels` names holiday, model, baseline,
    coverage and n.
    """
    name = alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=170, ticks=False))
    top = max(rows["wape"].max(), rows["baseline_wape"].fillna(0).max())
    scale = alt.Scale(domain=[0, top * 1.2])
    axis = alt.Axis(format=".0%", tickCount=5)
    base = alt.Chart(rows).encode(
        y=name,
        tooltip=[
            alt.Tooltip("name:N", title=labels["holiday"]),
            alt.Tooltip("wape:Q", title=labels["model"], format=".1%"),
            alt.Tooltip("baseline_wape:Q", title=labels["baseline"], format=".1%"),
            alt.Tooltip("coverage_90:Q", title=labels["coverage"], format=".1%"),
            alt.Tooltip("n:Q", title=labels["n"], format=",d"),
        ],
    )
    between = base.mark_rule(color=QUIET, strokeWidth=1).encode(
        x=alt.X("wape:Q", scale=scale, axis=axis, title=None), x2="baseline_wape:Q"
    )
    theirs = base.mark_point(color=QUIET, filled=True, size=70, shape="diamond").encode(
        x=alt.X("baseline_wape:Q", scale=scale, title=None)
    )
    own = base.mark_point(color=ACCENT, filled=True, size=90, opacity=1).encode(
        x=alt.X("wape:Q", scale=scale, title=None)
    )
    told = base.mark_text(color=ACCENT, dy=-10, fontSize=11).encode(
        x=alt.X("wape:Q", scale=scale, title=None), text=alt.Text("wape:Q", format=".0%")
    )
    return styled(alt.layer(between, theirs, own, told), height=_ROW * len(rows) + _FRAME)


def outcomes(rows: pd.DataFrame, *, labels: dict[str, str]) -> Chart:
    """Draw for each item what was expected with its interval, what was asked for, and what was ordered.

    `rows` has name, forecast, demand_q05, demand_q95, demand, quantity (units) and is_inside; `labels` names item,
    forecast, low, high, demand and order.
    """
    name = alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=150, ticks=False))
    axis = alt.Axis(tickCount=5, tickMinStep=1, format=",d")
    base = alt.Chart(rows).encode(
        y=name,
        tooltip=[
            alt.Tooltip("name:N", title=labels["item"]),
            *(
                alt.Tooltip(f"{field}:Q", title=labels[label], format=",.0f")
                for field, label in (
                    ("forecast", "forecast"),
                    ("demand_q05", "low"),
                    ("demand_q95", "high"),
                    ("demand", "demand"),
                    ("quantity", "order"),
                )
            ),
        ],
    )
    band = base.mark_bar(color=ACCENT, opacity=0.25, height=12).encode(
        x=alt.X("demand_q05:Q", title=None, axis=axis), x2="demand_q95:Q"
    )
    middle = base.mark_tick(color=ACCENT, thickness=2, size=14).encode(x=alt.X("forecast:Q", title=None))
    order = base.mark_point(color=QUIET, shape="triangle-up", filled=True, size=60).encode(
        x=alt.X("quantity:Q", title=None)
    )
    actual = base.mark_point(filled=True, size=80).encode(
        x=alt.X("demand:Q", title=None),
        color=alt.condition("datum.is_inside", alt.value(ACCENT), alt.value(WARNING)),
    )
    return styled(alt.layer(band, middle, order, actual), height=_ROW * len(rows) + _FRAME)


def covers(rows: pd.DataFrame, *, horizon: int, labels: dict[str, str]) -> Chart:
    """Draw for how many days the stock of items lasts, in the order of the rows; orange is what runs out.

    `rows` has name, days (at most horizon), told (the label), and is_short; `labels` names item and days.
    """
    name = alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=150, ticks=False))
    scale = alt.Scale(domain=[0, horizon * 1.12])
    base = alt.Chart(rows).encode(
        y=name,
        x=alt.X("days:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5, tickMinStep=1, format="d")),
        tooltip=[
            alt.Tooltip("name:N", title=labels["item"]),
            alt.Tooltip("told:N", title=labels["days"]),
        ],
    )
    colour = alt.condition("datum.is_short", alt.value(WARNING), alt.value(QUIET))
    bar = base.mark_bar(height=14, cornerRadiusEnd=2).encode(color=colour)
    text = base.mark_text(align="left", dx=5, fontSize=11).encode(text="told:N", color=colour)
    return styled(alt.layer(bar, text), height=_ROW * len(rows) + _FRAME)
