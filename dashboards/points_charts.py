"""The charts of points: what came and went, what they will cost by lot month, and what expires when."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import ACCENT, FONT, QUIET, SECOND, WARNING

_LOW = 230
_MOST_NAMES = 6
# What adds to the points held is drawn above nought, what takes from them below.
_FLOWS = {"issued": ACCENT, "redeemed": SECOND, "expired": WARNING, "other": QUIET}


def flows(rows: pd.DataFrame, *, labels: dict[str, str], numbers: str) -> Chart:
    """Draw what came above nought and what went below it, a bar for each month.

    `rows` has month (text, in order), issued, redeemed, expired and other (points; other may have either sign) and
    `told_` with each of these names, what the tooltip says. `labels` names these and month; `numbers` is the
    expression that writes the axis.
    """
    signed = rows.assign(redeemed=-rows["redeemed"], expired=-rows["expired"])
    names = [labels[flow] for flow in _FLOWS]
    long = signed.melt("month", list(_FLOWS), "flow", "points")
    long["told"] = rows.melt("month", [f"told_{flow}" for flow in _FLOWS])["value"]
    long["place"] = long["flow"].map({flow: place for place, flow in enumerate(_FLOWS)})
    long["flow"] = long["flow"].map(labels)
    bars = (
        alt.Chart(long[long["points"] != 0])
        .mark_bar()
        .encode(
            x=_months(rows),
            y=alt.Y("points:Q", title=None, axis=_axis(numbers)),
            color=alt.Color(
                "flow:N",
                scale=alt.Scale(domain=names, range=list(_FLOWS.values())),
                legend=alt.Legend(orient="top", title=None, labelFont=FONT, columns=4, symbolType="square"),
            ),
            order="place:Q",
            tooltip=[
                alt.Tooltip("month:N", title=labels["month"]),
                alt.Tooltip("flow:N", title=labels["flow"]),
                alt.Tooltip("told:N", title=labels["points"]),
            ],
        )
    )
    nought = alt.Chart(pd.DataFrame({"points": [0]})).mark_rule(color=QUIET).encode(y="points:Q")
    return styled(alt.layer(bars, nought))


def held(rows: pd.DataFrame, *, labels: dict[str, str], numbers: str) -> Chart:
    """Draw the points held at the end of each month. `rows` has month (text), held and told_held."""
    base = alt.Chart(rows).encode(
        x=_months(rows),
        y=alt.Y("held:Q", title=None, axis=_axis(numbers), scale=alt.Scale(zero=True)),
        tooltip=[
            alt.Tooltip("month:N", title=labels["month"]),
            alt.Tooltip("told_held:N", title=labels["held"]),
        ],
    )
    return styled(
        alt.layer(
            base.mark_area(color=ACCENT, opacity=0.18),
            base.mark_line(color=ACCENT, strokeWidth=2, point={"color": ACCENT, "size": 30, "filled": True}),
        ),
        height=_LOW,
    )


def cohorts(rows: pd.DataFrame, *, labels: dict[str, str], numbers: str) -> Chart:
    """Draw by lot month what is expected to be redeemed of the cost of all that is left, in yuan.

    `rows` has month (text), liability and rest (yuan), told_liability and told_cost.
    """
    kinds = {"liability": labels["liability"], "rest": labels["rest"]}
    long = rows.melt(["month", "told_liability", "told_cost"], list(kinds), "kind", "yuan")
    long["place"] = long["kind"].map({"liability": 0, "rest": 1})
    long["kind"] = long["kind"].map(kinds)
    bars = (
        alt.Chart(long)
        .mark_bar()
        .encode(
            x=_months(rows),
            y=alt.Y("yuan:Q", title=None, axis=_axis(numbers)),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(kinds.values()), range=[ACCENT, QUIET]),
                legend=alt.Legend(orient="top", title=None, labelFont=FONT, symbolType="square"),
            ),
            order="place:Q",
            tooltip=[
                alt.Tooltip("month:N", title=labels["lot_month"]),
                alt.Tooltip("told_liability:N", title=labels["liability"]),
                alt.Tooltip("told_cost:N", title=labels["cost"]),
            ],
        )
    )
    return styled(alt.layer(bars), height=_LOW)


def expiry(rows: pd.DataFrame, *, labels: dict[str, str], numbers: str) -> Chart:
    """Draw what expires in each coming month, with its members above the bar; orange is what is near.

    `rows` has month (text), points, told_points, members (text) and is_near.
    """
    # Room for the members above the highest bar.
    scale = alt.Scale(domain=[0, rows["points"].max() * 1.15])
    base = alt.Chart(rows).encode(
        x=_months(rows),
        y=alt.Y("points:Q", title=None, axis=_axis(numbers), scale=scale),
        color=alt.condition("datum.is_near", alt.value(WARNING), alt.value(QUIET)),
        tooltip=[
            alt.Tooltip("month:N", title=labels["month"]),
            alt.Tooltip("told_points:N", title=labels["points"]),
            alt.Tooltip("members:N", title=labels["members"]),
        ],
    )
    bars = base.mark_bar()
    names = base.mark_text(dy=-8, font=FONT, fontSize=11).encode(text="members:N")
    return styled(alt.layer(bars, names), height=_LOW)


def _months(rows: pd.DataFrame) -> alt.X:
    """Name as many of the months as a phone has room for."""
    months = list(dict.fromkeys(rows["month"]))
    step = -(-len(months) // _MOST_NAMES) or 1
    axis = alt.Axis(labelAngle=0, values=months[::step], ticks=False, labelFont=FONT)
    return alt.X("month:N", title=None, sort=months, axis=axis)


def _axis(numbers: str) -> alt.Axis:
    return alt.Axis(tickCount=5, labelExpr=numbers)
