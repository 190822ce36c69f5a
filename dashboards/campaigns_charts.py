"""The chart of what flash sales changed: each with its interval beside nought."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import ACCENT, FONT, QUIET, WARNING

_ROW, _FRAME = 32, 96
_COLOURS = {"more": ACCENT, "less": WARNING, "unclear": QUIET}


def effects(rows: pd.DataFrame, *, names: dict[str, str], labels: dict[str, str]) -> Chart:
    """Draw a difference for each sale with its interval, in the order of the rows; grey where it may be chance.

    `rows` has name (each once), value, low, high (pieces), verdict and told; `names` says what the verdicts are
    called; `labels` names sale and told.
    """
    reach = [min(0.0, float(rows["low"].min())), max(1.0, float(rows["high"].max()))]
    room = (reach[1] - reach[0]) * 0.06
    scale = alt.Scale(domain=[reach[0] - room, reach[1] + room])
    shown = [name for name in _COLOURS if (rows["verdict"] == name).any()]
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=[names[name] for name in shown], range=[_COLOURS[name] for name in shown]),
        legend=alt.Legend(orient="top", title=None, labelFont=FONT, labelLimit=220),
    )
    base = alt.Chart(rows.assign(kind=rows["verdict"].map(names))).encode(
        y=alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(labelLimit=170, ticks=False)),
        color=colour,
        tooltip=[
            alt.Tooltip("name:N", title=labels["sale"]),
            alt.Tooltip("told:N", title=labels["told"]),
            alt.Tooltip("kind:N", title=labels["verdict"]),
        ],
    )
    spans = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("low:Q", title=None, scale=scale, axis=alt.Axis(tickCount=5, format=",d")), x2="high:Q"
    )
    points = base.mark_point(filled=True, size=80, opacity=1).encode(x=alt.X("value:Q", scale=scale))
    nought = alt.Chart(pd.DataFrame({"at": [0]})).mark_rule(color=QUIET, strokeWidth=1).encode(x="at:Q")
    return styled(alt.layer(nought, spans, points), height=_ROW * len(rows) + _FRAME)
