"""The charts of fees: what each month asks by tariff line, charged or to come."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import ACCENT, FONT, QUIET, SECOND, WARNING

_MOST_NAMES = 6
_LOW = 240
# A phone has room for three names of so many letters beside each other, or for one of so many pixels.
_SHORT_NAME, _LONGEST_NAME = 9, 300
_LINE = 18
# Lighter and darker by turns, so that neighbours differ without hue; further lines share the last.
_COLOURS = (ACCENT, SECOND, QUIET, "#f3c178", WARNING)


def months(rows: pd.DataFrame, *, labels: dict[str, str], numbers: str) -> Chart:
    """Draw what each month asks, one tariff line upon the other.

    `rows` has month (text, in order), line (its name, the largest first), due (yuan), told and place. `labels` names
    month, line and due; `numbers` is the expression that writes the axis.
    """
    names = list(dict.fromkeys(rows.sort_values("place")["line"]))
    ordered = list(dict.fromkeys(rows["month"]))
    step = -(-len(ordered) // _MOST_NAMES) or 1
    columns = 1 if max(map(len, names), default=0) > _SHORT_NAME else 3
    colours = [_COLOURS[min(place, len(_COLOURS) - 1)] for place in range(len(names))]
    bars = (
        alt.Chart(rows)
        .mark_bar(width=alt.RelativeBandSize(band=0.6))
        .encode(
            x=alt.X(
                "month:N",
                title=None,
                sort=ordered,
                axis=alt.Axis(labelAngle=0, values=ordered[::step], ticks=False, labelFont=FONT),
            ),
            y=alt.Y("due:Q", title=None, axis=alt.Axis(tickCount=5, labelExpr=numbers)),
            color=alt.Color(
                "line:N",
                scale=alt.Scale(domain=names, range=colours),
                legend=alt.Legend(
                    orient="top",
                    title=None,
                    labelFont=FONT,
                    columns=columns,
                    labelLimit=_LONGEST_NAME,
                    symbolType="square",
                ),
            ),
            order="place:Q",
            tooltip=[
                alt.Tooltip("month:N", title=labels["month"]),
                alt.Tooltip("line:N", title=labels["line"]),
                alt.Tooltip("told:N", title=labels["due"]),
            ],
        )
    )
    return styled(alt.layer(bars), height=_LOW + _LINE * -(-len(names) // columns))
