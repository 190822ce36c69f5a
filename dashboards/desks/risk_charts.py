"""The chart of risk: a net of devices and accounts."""

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import ACCENT, FONT, QUIET, WARNING

_ROW = 20


def network(rows: pd.DataFrame, *, labels: dict[str, str]) -> Chart:
    """Draw devices at the left, accounts at the right and who was seen where as lines between them.

    Accounts of which attempts were held back are orange triangles; each account stands once, however many devices it
    has. `rows` has device_id, device, member_id, member and held_back; `labels` names device, member and held_back.
    """
    members = rows.drop_duplicates("member_id").reset_index(drop=True)
    height = _ROW * max(len(members), 6) + 40
    right = members.assign(y=[(place + 0.5) / len(members) for place in range(len(members))])
    edges = rows.merge(right[["member_id", "y"]], on="member_id")
    # A device stands at the middle of its accounts, so that lines cross little.
    left = edges.groupby(["device_id", "device"], sort=False).agg(y=("y", "mean")).reset_index()
    edges = edges.merge(left.assign(from_y=left["y"])[["device_id", "from_y"]], on="device_id")
    scale = alt.Scale(domain=[0, 1], reverse=True)
    x_scale = alt.Scale(domain=[-0.35, 1.35])
    lines = (
        alt.Chart(edges.assign(left=0.0, right=1.0)[["left", "right", "from_y", "y"]])
        .mark_rule(color=QUIET, opacity=0.6)
        .encode(
            x=alt.X("left:Q", scale=x_scale, title=None, axis=None),
            x2="right:Q",
            y=alt.Y("from_y:Q", scale=scale, title=None, axis=None),
            y2="y:Q",
        )
    )
    devices = alt.Chart(left.assign(x=0.0)).encode(
        x=alt.X("x:Q", scale=x_scale, title=None, axis=None),
        y=alt.Y("y:Q", scale=scale, title=None, axis=None),
        tooltip=[alt.Tooltip("device:N", title=labels["device"])],
    )
    accounts = alt.Chart(
        right.assign(x=1.0, is_held=right["held_back"] > 0)[["x", "y", "member", "held_back", "is_held"]]
    ).encode(
        x=alt.X("x:Q", scale=x_scale, title=None, axis=None),
        y=alt.Y("y:Q", scale=scale, title=None, axis=None),
        color=alt.condition("datum.is_held", alt.value(WARNING), alt.value(ACCENT)),
        tooltip=[
            alt.Tooltip("member:N", title=labels["member"]),
            alt.Tooltip("held_back:Q", title=labels["held_back"]),
        ],
    )
    shape = alt.condition("datum.is_held", alt.value("triangle-up"), alt.value("circle"))
    return styled(
        alt.layer(
            lines,
            devices.mark_point(shape="square", filled=True, size=90, color=QUIET, opacity=1),
            devices.mark_text(align="right", dx=-9, font=FONT, color=QUIET).encode(text="device:N"),
            accounts.mark_point(filled=True, size=90, opacity=1).encode(shape=shape),
            accounts.mark_text(align="left", dx=9, font=FONT).encode(text="member:N"),
        ),
        height=height,
    )
