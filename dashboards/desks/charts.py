"""The charts of the desks: counts by kind, rates with their intervals."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import ACCENT, FONT, QUIET, WARNING

# The axis, and each line of a legend, take their room from the height of the whole.
_ROW, _FRAME, _LEGEND = 34, 44, 24


def counts(
    rows: pd.DataFrame,
    colours: dict[str, str],
    *,
    labels: dict[str, str],
    numbers: str,
    columns: int | None = None,
    decimals: int = 0,
) -> Chart:
    """Draw how many there are of each name, split by kind, as bars from zero with their sums beside them.

    `rows` has name, kind (both as the reader reads them) and count; `colours` are of the kinds by name, in order;
    `labels` names name, kind and count; counts are written with so many decimals.
    """
    names = list(dict.fromkeys(rows["name"]))
    sums = rows.groupby("name", sort=False, as_index=False)["count"].sum()
    written = f",.{decimals}f"
    top = max(1.0, float(sums["count"].max()))
    scale = alt.Scale(domain=[0, top * 1.15], nice=False)
    y = alt.Y("name:N", title=None, sort=names, axis=alt.Axis(labelLimit=170, ticks=False))
    places = {kind: place for place, kind in enumerate(colours)}
    bars = (
        alt.Chart(rows.assign(place=rows["kind"].map(places)))
        .mark_bar(height=18)
        .encode(
            y=y,
            x=alt.X(
                "count:Q",
                title=None,
                scale=scale,
                axis=alt.Axis(labelExpr=numbers, tickCount=min(4, int(top)), tickMinStep=1),
            ),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(colours), range=list(colours.values())),
                legend=None
                if len(colours) == 1
                else alt.Legend(
                    orient="top", title=None, labelFont=FONT, symbolType="square", labelLimit=200,
                    columns=alt.Undefined if columns is None else columns,
                ),
            ),
            order="place:Q",
            tooltip=[
                alt.Tooltip("name:N", title=labels["name"]),
                alt.Tooltip("kind:N", title=labels["kind"]),
                alt.Tooltip("count:Q", title=labels["count"], format=written),
            ],
        )
    )  # fmt: skip
    ends = (
        alt.Chart(sums)
        .mark_text(align="left", dx=5, font=FONT, fontSize=11, color=QUIET)
        .encode(y=y, x=alt.X("count:Q", scale=scale, title=None), text=alt.Text("count:Q", format=written))
    )
    lines = 0 if len(colours) == 1 else -(-len(colours) // (columns or len(colours)))
    height = _ROW * len(names) + _FRAME + (_LEGEND * lines + 10 if lines else 0)
    return styled(alt.layer(bars, ends), height=height)


def intervals(
    rows: pd.DataFrame, *, target: float | None, target_label: str, labels: dict[str, str]
) -> Chart:
    """Draw a rate by name with its 95 % interval and its target as a thin line; grey says little.

    `rows` has name, value, low, high (0-1), told and kind: missed, met or small. `labels` names name and rate.
    """
    goal = [] if target is None else [target]
    top = min(1.0, max([0.02, *rows["high"].dropna(), *rows["value"].dropna(), *goal]) * 1.15)
    scale = alt.Scale(domain=[0, top], nice=False)
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=["missed", "met", "small"], range=[WARNING, ACCENT, QUIET]),
        legend=None,
    )
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=170, ticks=False)),
        color=colour,
        tooltip=[
            alt.Tooltip("name:N", title=labels["name"]),
            alt.Tooltip("told:N", title=labels["rate"]),
        ],
    )
    spans = base.mark_rule(strokeWidth=2).encode(
        x=alt.X(
            "low:Q",
            title=None,
            scale=scale,
            axis=alt.Axis(format=".0%" if top > 0.05 else ".1%", tickCount=5),
        ),
        x2="high:Q",
    )
    shape = alt.Shape(
        "kind:N",
        scale=alt.Scale(domain=["missed", "met", "small"], range=["triangle-down", "circle", "cross"]),
        legend=None,
    )
    points = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("value:Q", title=None, scale=scale), shape=shape
    )
    return styled(
        alt.layer(spans, points, *([] if target is None else _goal(target, target_label, scale))),
        height=_ROW * len(rows) + _FRAME,
    )


def _goal(target: float, label: str, scale: alt.Scale) -> list[alt.Chart]:
    goal = pd.DataFrame({"target": [target], "text": [label]})
    x = alt.X("target:Q", scale=scale, title=None)
    rule = alt.Chart(goal).mark_rule(color=QUIET, strokeWidth=1, strokeDash=[5, 3]).encode(x=x)
    text = (
        alt.Chart(goal)
        .mark_text(color=QUIET, align="right", dx=-4, dy=-6, baseline="bottom", font=FONT)
        .encode(x=x, y=alt.value(0), text="text:N")
    )
    return [rule, text]
