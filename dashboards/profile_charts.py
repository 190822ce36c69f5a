"""The charts of the yearly profile: months of two years, weekdays and hours, and what each segment likes."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import ACCENT, FONT, QUIET

_LOW, _ROW, _FRAME = 200, 26, 60
_DARK, _LIGHT = "#1c2430", "white"


def months(rows: pd.DataFrame, *, labels: dict[str, str], numbers: str) -> Chart:
    """Draw what happened in each month of a year, and of the year before as a thin dashed line.

    `rows` has month (1 to 12), year (text), acts and is_now; `labels` names month and acts; `numbers` is the expression
    that writes the axis.
    """
    base = alt.Chart(rows).encode(
        x=alt.X("month:O", title=labels["month"], axis=alt.Axis(labelAngle=0, ticks=False, titleFontWeight="normal")),
        y=alt.Y("acts:Q", title=None, axis=alt.Axis(tickCount=5, labelExpr=numbers)),
        tooltip=[alt.Tooltip("year:N"), alt.Tooltip("month:O"), alt.Tooltip("acts:Q", title=labels["acts"], format=",")],
    )  # fmt: skip
    before = base.transform_filter("!datum.is_now").mark_line(
        color=QUIET, strokeDash=[4, 3], point={"color": QUIET, "size": 20, "filled": True}
    )
    now = base.transform_filter("datum.is_now").mark_line(
        color=ACCENT, strokeWidth=2, point={"color": ACCENT, "size": 45, "filled": True}
    )
    ends = rows.sort_values("month").drop_duplicates("year", keep="last")
    names = (
        alt.Chart(ends)
        .mark_text(align="left", dx=8, font=FONT)
        .encode(
            x="month:O",
            y="acts:Q",
            text="year:N",
            color=alt.condition("datum.is_now", alt.value(ACCENT), alt.value(QUIET)),
        )
    )
    return styled(alt.layer(before, now, names), height=_LOW)


def hours(rows: pd.DataFrame, *, weekdays: list[str], labels: dict[str, str]) -> Chart:
    """Draw when members come: a cell for each weekday and hour, darker for more.

    `rows` has weekday (its name), hour (0 to 23) and share (0-1) of the busiest hour.
    """
    return styled(
        alt.layer(
            alt.Chart(rows)
            .mark_rect(stroke="white", strokeWidth=0.6)
            .encode(
                x=alt.X("hour:O", title=labels["hour"], axis=alt.Axis(labelAngle=0, ticks=False, titleFontWeight="normal")),
                y=alt.Y("weekday:N", title=None, sort=weekdays, axis=alt.Axis(ticks=False)),
                color=alt.Color("share:Q", scale=alt.Scale(scheme="blues", domain=[0, 1]), legend=None),
                tooltip=[alt.Tooltip("weekday:N"), alt.Tooltip("hour:O"), alt.Tooltip("share:Q", format=".0%")],
            )
        ),
        height=_ROW * len(weekdays) + _FRAME,
    )  # fmt: skip


def tastes(rows: pd.DataFrame, *, columns: list[str], segments: list[str], labels: dict[str, str]) -> Chart:
    """Draw what part of a segment's redemptions each taste has, told in its cell, darker for more.

    `rows` has segment, taste (names), share (0-1) and told.
    """
    top = max(0.05, float(rows["share"].max()))
    base = alt.Chart(rows).encode(
        x=alt.X("taste:N", title=None, sort=columns, axis=alt.Axis(labelAngle=0, labelLimit=78, orient="top", ticks=False)),
        y=alt.Y("segment:N", title=None, sort=segments, axis=alt.Axis(labelLimit=150, ticks=False)),
        tooltip=[
            alt.Tooltip("segment:N", title=labels["segment"]),
            alt.Tooltip("taste:N", title=labels["taste"]),
            alt.Tooltip("told:N", title=labels["share"]),
        ],
    )  # fmt: skip
    cells = base.mark_rect(stroke="white", strokeWidth=0.6).encode(
        color=alt.Color("share:Q", scale=alt.Scale(scheme="blues", domain=[0, top]), legend=None)
    )
    text = base.mark_text(font=FONT, fontSize=11).encode(
        text="told:N",
        color=alt.condition(f"datum.share > {top * 0.55}", alt.value(_LIGHT), alt.value(_DARK)),
    )
    return styled(alt.layer(cells, text), height=_ROW * len(segments) + _FRAME)
