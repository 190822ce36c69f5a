"""The charts of members: stages month by month, the sizes of segments, and how cohorts stay."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, shares_by_month, styled
from dashboards.house_style import ACCENT, FONT, QUIET, SECOND, WARNING

_LOW, _ROW, _FRAME = 260, 30, 40
# An axis with a title takes more from the height of the whole.
_CAPTIONED_FRAME = 76
# From those who come to those who are gone; each differs from its neighbours in lightness too.
_STAGES = {"new": SECOND, "active": ACCENT, "at_risk": "#f3c178", "dormant": WARNING, "lost": QUIET}


def stages(rows: pd.DataFrame, *, names: dict[str, str], labels: dict[str, str]) -> Chart:
    """Draw the share of each stage at the end of each month, whoever comes lowest.

    `rows` has month (text, in order), stage (its key), share (0-1), told and place, 0 for the first stage; `names`
    says what the stages are called, in order.
    """
    bars = shares_by_month(
        rows.assign(stage=rows["stage"].map(names)),
        "stage",
        {name: _STAGES.get(stage, QUIET) for stage, name in names.items()},
        columns=3,
        labels={"month": labels["month"], "kind": labels["stage"], "told": labels["members"]},
    )
    return styled(alt.layer(bars), height=_LOW)


def segments(rows: pd.DataFrame, *, labels: dict[str, str]) -> Chart:
    """Draw each segment's share of members as a bar and of points as a diamond, in the order of the rows.

    `rows` has name, share, share_of_points (0-1), told, told_points and is_small.
    """
    top = max(rows["share"].max(), rows["share_of_points"].max()) * 1.2
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=150, ticks=False)),
        tooltip=[
            alt.Tooltip("name:N", title=labels["segment"]),
            alt.Tooltip("told:N", title=labels["members"]),
            alt.Tooltip("told_points:N", title=labels["points"]),
        ],
    )
    scale = alt.Scale(domain=[0, max(0.01, top)])
    bars = base.mark_bar(height=16, cornerRadiusEnd=2).encode(
        x=alt.X("share:Q", title=None, scale=scale, axis=alt.Axis(format=".0%", tickCount=4)),
        color=alt.condition("datum.is_small", alt.value(QUIET), alt.value(ACCENT)),
    )
    points = base.mark_point(shape="diamond", filled=True, size=90, color=WARNING, opacity=1).encode(
        x=alt.X("share_of_points:Q", title=None, scale=scale)
    )
    return styled(alt.layer(bars, points), height=_ROW * len(rows) + _FRAME)


def triangle(rows: pd.DataFrame, *, labels: dict[str, str]) -> Chart:
    """Draw the share of each cohort that was active in each month since, lighter for more; grey says little.

    `rows` has cohort (text, in order), since (whole months), rate (0-1), text, told and is_small. From dark to yellow
    the colours grow lighter evenly, so they read without hue too.
    """
    judged = rows[~rows["is_small"]]["rate"]
    low, high = (0.0, 1.0) if judged.empty else (float(judged.min()), float(judged.max()))
    high = max(high, low + 0.05)
    base = alt.Chart(rows).encode(
        x=alt.X(
            "since:O",
            title=labels["since"],
            axis=alt.Axis(labelAngle=0, ticks=False, titleFontWeight="normal"),
        ),
        y=alt.Y("cohort:N", title=None, sort=list(dict.fromkeys(rows["cohort"])), axis=alt.Axis(ticks=False)),
        tooltip=[
            alt.Tooltip("cohort:N", title=labels["cohort"]),
            alt.Tooltip("since:O", title=labels["since"]),
            alt.Tooltip("told:N", title=labels["rate"]),
        ],
    )
    cells = base.mark_rect(stroke="white", strokeWidth=0.6).encode(
        color=alt.condition(
            "datum.is_small",
            alt.value("#c9cdd3"),
            alt.Color(
                "rate:Q", scale=alt.Scale(scheme="viridis", domain=[low, high], clamp=True), legend=None
            ),
        )
    )
    text = base.mark_text(font=FONT, fontSize=11).encode(
        text="text:N",
        color=alt.condition(
            f"datum.is_small || datum.rate > {low + (high - low) * 0.6}",
            alt.value("#1c2430"),
            alt.value("white"),
        ),
    )
    height = 26 * rows["cohort"].nunique() + _CAPTIONED_FRAME
    return styled(alt.layer(cells, text), height=height)
