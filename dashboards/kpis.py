"""The figures of the enterprise overview: what the KPI marts say for one tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboards.marts import TenantMarts
from dashboards.words import Language

METRICS = ("activity_rate", "consumption_rate", "consumption_rate_cumulative", "satisfaction_rate")
# Below this many answers or members a rate says little; it is shown in grey.
SMALL_SAMPLE = 30
DEFAULT_MONTHS = 12

_MONTHLY = """
    select
        k.month as period, k.metric, k.value, k.target, k.low, k.high, k.numerator, k.denominator, k.n,
        m.name_zh, m.name_en, m.definition_zh, m.definition_en,
        m.numerator_zh, m.numerator_en, m.denominator_zh, m.denominator_en
    from marts.fct_kpis_monthly k
    join marts.dim_metric m on m.metric = k.metric
    where k.tenant_id = $tenant_id
    order by k.month, k.metric
"""
_DAILY = """
    select
        k.date as period, k.metric, k.value, k.target, k.low, k.high, k.numerator, k.denominator, k.n,
        m.name_zh, m.name_en
    from marts.fct_kpis_daily k
    join marts.dim_metric m on m.metric = k.metric
    where k.tenant_id = $tenant_id and k.date >= $first and k.date < $after
    order by k.date, k.metric
"""
_LAST_FACT = "select last_fact_date from marts.dim_tenant where tenant_id = $tenant_id"


@dataclass(frozen=True)
class Figure:
    """One metric in one month, with the month before it. Rates are 0-1; None means nothing to divide by.

    Attributes:
        is_judged: whether the target is meant for these members: it is promised for all of them together.
        is_over: whether the month is; one that is not is neither judged nor compared with a whole one.
    """

    metric: str
    name: str
    definition: str
    numerator_name: str
    denominator_name: str
    value: float | None
    previous: float | None
    target: float
    numerator: int
    denominator: int
    n: int
    history: Sequence[float]
    is_judged: bool
    is_over: bool

    @property
    def is_small(self) -> bool:
        """Tell whether the sample is too small to say much."""
        return self.n < SMALL_SAMPLE

    @property
    def meets_target(self) -> bool | None:
        """Tell whether the target is met; None without a value, with too small a sample or where it is not judged."""
        if self.value is None or self.is_small or not self.is_judged or not self.is_over:
            return None
        return self.value >= self.target

    @property
    def change(self) -> float | None:
        """Return the difference to the month before, as a rate; None until the month is over."""
        if self.value is None or self.previous is None or not self.is_over:
            return None
        return self.value - self.previous


def monthly(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per month and metric of this page, oldest first, with the metric's words."""
    return shown(marts.rows(_MONTHLY))


def daily(marts: TenantMarts, first: date, after: date) -> pd.DataFrame:
    """Return one row per day (first ≤ day < after) and metric of this page, oldest first."""
    return shown(marts.rows(_DAILY, first=first, after=after))


def shown(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the metrics of this page."""
    return rows[rows["metric"].isin(METRICS)]


def last_fact_date(marts: TenantMarts) -> date | None:
    """Return the last day the release knows anything of, None for a tenant without facts."""
    found = marts.rows(_LAST_FACT)["last_fact_date"].dropna()
    return None if found.empty else found.iloc[0].date()


def month_after(month: date) -> date:
    """Return the first day of the next month."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def default_first_month(rows: pd.DataFrame) -> date:
    """Return where the overview begins: the last months with activity, however long the mall paused.

    `rows` is what `monthly` returned, at least one. Never later than `DEFAULT_MONTHS` before the newest.
    """
    months = sorted(rows["period"].unique())
    is_active = (rows["metric"] == "activity_rate") & (rows["numerator"] > 0)
    active = sorted(rows[is_active]["period"].unique())
    starts = [of[-DEFAULT_MONTHS:][0] for of in (months, active) if of]
    return pd.Timestamp(min(starts)).date()


def figures(
    rows: pd.DataFrame,
    first: date,
    month: date,
    language: Language,
    *,
    is_judged: bool = True,
    is_over: bool = True,
) -> list[Figure]:
    """Return the figures of a month, each with its history from `first` on, in reading order."""
    return [
        _figure(rows[rows["metric"] == metric], first, month, language, is_judged=is_judged, is_over=is_over)
        for metric in METRICS
        if ((rows["metric"] == metric) & (rows["period"] == pd.Timestamp(month))).any()
    ]


def _figure(
    rows: pd.DataFrame, first: date, month: date, language: Language, *, is_judged: bool, is_over: bool
) -> Figure:
    now = rows[rows["period"] == pd.Timestamp(month)].iloc[0]
    before = rows[rows["period"].map(lambda period: month_after(period.date())) == month]
    history = rows[(rows["period"] >= pd.Timestamp(first)) & (rows["period"] <= pd.Timestamp(month))]
    return Figure(
        metric=now["metric"],
        name=now[f"name_{language}"],
        definition=now[f"definition_{language}"],
        numerator_name=now[f"numerator_{language}"],
        denominator_name=now[f"denominator_{language}"],
        value=_known(now["value"]),
        previous=None if before.empty else _known(before.iloc[0]["value"]),
        target=float(now["target"]),
        numerator=int(now["numerator"]),
        denominator=int(now["denominator"]),
        n=int(now["n"]),
        history=[float(value) for value in history["value"].dropna()],
        is_judged=is_judged,
        is_over=is_over,
    )


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
