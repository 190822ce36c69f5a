"""The charts of items: redemption against exposure, groups of items, and the mix of the catalogue."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, shares_by_month, styled
from dashboards.house_style import ACCENT, FONT, QUIET, SECOND, WARNING

_TALL, _LOW = 380, 230
_ROW, _FRAME = 30, 40
# Beyond what nearly all items reach the scale ends, and marks stand at its edge.
_REACH = 0.97


def quadrant(rows: pd.DataFrame, *, labels: dict[str, str], numbers: str) -> Chart:
    """Draw redemption rate against exposure, an item a mark, with the medians as thin lines.

    `rows` has name, category, views, rate (0-1), told_rate and kind: improve, small or usual. `labels` names these,
    and the four corners: much_high, much_low, little_high, little_low.
    """
    known = rows[rows["kind"] != "small"] if (rows["kind"] != "small").any() else rows
    top = max(0.02, float(rows["rate"].quantile(_REACH)) * 1.15)
    reach = max(2.0, float(rows["views"].max()) * 1.1)
    x_scale = alt.Scale(type="symlog", domain=[0, reach], constant=10)
    y_scale = alt.Scale(domain=[0, top], clamp=True)
    kinds = {"improve": labels["improve"], "usual": labels["usual"], "small": labels["small"]}
    drawn = rows.assign(kind=rows["kind"].map(kinds))
    x = alt.X(
        "views:Q",
        scale=x_scale,
        title=labels["views"],
        axis=alt.Axis(labelExpr=numbers, grid=False, tickCount=6, titleFontWeight="normal"),
    )
    y = alt.Y("rate:Q", scale=y_scale, title=None, axis=alt.Axis(format=".0%", tickCount=5))
    marks = (
        alt.Chart(drawn)
        .mark_point(filled=True, size=60)
        .encode(
            x=x,
            y=y,
            opacity=alt.condition(f"datum.kind == '{labels['small']}'", alt.value(0.4), alt.value(0.85)),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(kinds.values()), range=[WARNING, ACCENT, QUIET]),
                legend=alt.Legend(orient="top", title=None, labelFont=FONT, labelLimit=220, columns=2),
            ),
            shape=alt.Shape(
                "kind:N",
                scale=alt.Scale(domain=list(kinds.values()), range=["triangle-down", "circle", "cross"]),
                legend=alt.Legend(orient="top", title=None, columns=2),
            ),
            tooltip=[
                alt.Tooltip("name:N", title=labels["item"]),
                alt.Tooltip("category:N", title=labels["category"]),
                alt.Tooltip("views:Q", title=labels["views"], format=","),
                alt.Tooltip("told_rate:N", title=labels["rate"]),
            ],
        )
    )
    middle = pd.DataFrame({"views": [known["views"].median()], "rate": [min(top, known["rate"].median())]})
    lines = alt.Chart(middle).mark_rule(color=QUIET, strokeWidth=1, strokeDash=[4, 3])
    corners = [
        _corner(labels[name], is_right=is_right, is_top=is_top)
        for name, is_right, is_top in (
            ("much_high", True, True),
            ("much_low", True, False),
            ("little_high", False, True),
            ("little_low", False, False),
        )
    ]
    return styled(
        alt.layer(
            lines.encode(x=alt.X("views:Q", scale=x_scale)),
            lines.encode(y=alt.Y("rate:Q", scale=y_scale)),
            *corners,
            marks,
        ),
        height=_TALL,
    )


def groups(rows: pd.DataFrame, *, labels: dict[str, str]) -> Chart:
    """Draw a rate by group in the order of the rows, told beside the bar; grey where it says little.

    `rows` has name, rate (0-1), told, note and is_small. `labels` names group, rate and note.
    """
    most = float(rows["rate"].fillna(0).max())
    top = max(0.01, most * 1.35)
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=150, ticks=False)),
        x=alt.X(
            "rate:Q",
            title=None,
            scale=alt.Scale(domain=[0, top]),
            axis=alt.Axis(
                format=".0%" if top >= 0.05 else ".1%",
                tickCount=4,
                # What is told beside the longest bar needs room; a share of more than all needs no number.
                labelExpr="datum.value > 1 ? '' : datum.label" if most <= 1 else alt.Undefined,
            ),
        ),
        color=alt.condition("datum.is_small", alt.value(QUIET), alt.value(ACCENT)),
        tooltip=[
            alt.Tooltip("name:N", title=labels["group"]),
            alt.Tooltip("told:N", title=labels["rate"]),
            alt.Tooltip("note:N", title=labels["note"]),
        ],
    )
    bars = base.mark_bar(height=16, cornerRadiusEnd=2)
    # A group without a rate has no bar, but its words all the same.
    names = (
        base.transform_calculate(end="isValid(datum.rate) ? datum.rate : 0")
        .mark_text(align="left", dx=5, font=FONT, fontSize=11)
        .encode(x=alt.X("end:Q", title=None), text="told:N")
    )
    return styled(alt.layer(bars, names), height=_ROW * len(rows) + _FRAME)


def mix(rows: pd.DataFrame, targets: pd.DataFrame, *, labels: dict[str, str]) -> Chart:
    """Draw the share of each class of the catalogue by month, with thin lines where the target's classes end.

    `rows` has month (text, in order), kind (its name), share (0-1), told and place, 0 for what stands lowest;
    `targets` has edge (0-1).
    """
    kinds = list(dict.fromkeys(rows.sort_values("place")["kind"]))
    bars = shares_by_month(
        rows,
        "kind",
        dict(zip(kinds, (ACCENT, SECOND, QUIET), strict=False)),
        columns=None,
        labels={"month": labels["month"], "kind": labels["class"], "told": labels["share"]},
    )
    # Dark on light, so that the line shows on bars of any colour and on either ground.
    halo = alt.Chart(targets).mark_rule(color="white", strokeWidth=3).encode(y="edge:Q")
    edges = alt.Chart(targets).mark_rule(color="black", strokeWidth=1.2, strokeDash=[5, 3]).encode(y="edge:Q")
    return styled(alt.layer(bars, halo, edges), height=_LOW)


def _corner(text: str, *, is_right: bool, is_top: bool) -> alt.Chart:
    mark = alt.Chart(pd.DataFrame({"text": [text]})).mark_text(
        color=QUIET,
        font=FONT,
        fontSize=12,
        align="right" if is_right else "left",
        baseline="top" if is_top else "bottom",
        dx=-6 if is_right else 6,
        dy=6 if is_top else -6,
    )
    corner: alt.Chart = mark.encode(
        x=alt.value("width" if is_right else 0),
        y=alt.value(0 if is_top else "height"),
        text="text:N",
    )
    return corner
