"""How far members go from a visit to coming back: what the funnel mart says for one tenant."""

from dataclasses import dataclass
from datetime import date

import altair as alt
import pandas as pd

from dashboards.charts import Chart, styled
from dashboards.house_style import ACCENT, FONT, QUIET
from dashboards.marts import TenantMarts

TABLES = ("fct_funnel_monthly",)
STEPS = ("visitor", "viewer", "redeemer", "repeater")

_FUNNEL = """
    select visitor_count, viewer_count, redeemer_count, repeater_count, unseen_redeemer_count
    from marts.fct_funnel_monthly
    where tenant_id = $tenant_id and month = $month
"""
_ROW, _FRAME = 44, 30


@dataclass(frozen=True)
class Funnel:
    """Members who went so far in a month, by step; `unseen` redeemed without having viewed an item."""

    counts: dict[str, int]
    unseen: int

    def of_step_before(self, step: str) -> float | None:
        """Return the share (0-1) of the step before that went on; None for the first or where nobody could."""
        place = STEPS.index(step)
        before = self.counts[STEPS[place - 1]] if place else 0
        return self.counts[step] / before if before else None


def funnel(marts: TenantMarts, month: date) -> Funnel | None:
    """Return the funnel of a month, None if nobody came in it."""
    return funnel_of(marts.rows(_FUNNEL, month=month))


def funnel_of(rows: pd.DataFrame) -> Funnel | None:
    """Return the funnel of the one row of a mart of funnels, None if there is none."""
    if rows.empty:
        return None
    row = rows.iloc[0]
    return Funnel({step: int(row[f"{step}_count"]) for step in STEPS}, int(row["unseen_redeemer_count"]))


def draw(rows: pd.DataFrame, *, labels: dict[str, str]) -> Chart:
    """Draw the steps from the first to the last, each told at its bar; grey where the members are too few.

    `rows` has name, members, told and is_small; `labels` names step and members.
    """
    top = max(1, int(rows["members"].max()))
    base = alt.Chart(rows).encode(
        y=alt.Y("name:N", title=None, sort=list(rows["name"]), axis=alt.Axis(ticks=False, domain=False)),
        x=alt.X("members:Q", title=None, scale=alt.Scale(domain=[0, top * 1.35]), axis=None),
        color=alt.condition("datum.is_small", alt.value(QUIET), alt.value(ACCENT)),
        tooltip=[alt.Tooltip("name:N", title=labels["step"]), alt.Tooltip("told:N", title=labels["members"])],
    )
    bars = base.mark_bar(height=26, cornerRadiusEnd=3)
    told = base.mark_text(align="left", dx=6, font=FONT, fontSize=12).encode(text="told:N")
    return styled(alt.layer(bars, told), height=_ROW * len(rows) + _FRAME)
