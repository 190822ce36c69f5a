"""One published rate in the month a page shows and in the one it is compared with, with its definition."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboards.kpis import SMALL_SAMPLE
from dashboards.marts import TenantMarts
from dashboards.member_groups import MemberGroup
from dashboards.words import Language

_RATE = """
    select
        k.month, k.value, k.numerator, k.denominator, k.n, k.target, m.direction, m.name_zh, m.name_en,
        m.definition_zh, m.definition_en, m.numerator_zh, m.numerator_en, m.denominator_zh, m.denominator_en
    from marts.{mart} k
    join marts.dim_metric m on m.metric = k.metric
    where k.tenant_id = $tenant_id and k.metric = $metric and k.month in ($month, $compared) {condition}
"""
_OF_ALL = _RATE.format(mart="fct_kpis_monthly", condition="")
_OF_GROUP = _RATE.format(
    mart="fct_kpis_by_segment_monthly", condition="and k.group_kind = $kind and k.member_group = $key"
)


@dataclass(frozen=True)
class Rate:
    """A metric of one month: its words, its value (0-1; None: nothing to divide by) and what it was compared with."""

    metric: str
    name: str
    definition: str
    numerator_name: str
    denominator_name: str
    value: float | None
    compared: float | None
    target: float | None
    is_ceiling: bool
    numerator: int
    denominator: int
    n: int

    @property
    def is_small(self) -> bool:
        """Tell whether the sample is too small to say much."""
        return self.n < SMALL_SAMPLE

    @property
    def meets_target(self) -> bool | None:
        """Tell whether the target is met; None without one, without a value or with too small a sample."""
        if self.value is None or self.target is None or self.is_small:
            return None
        return self.value <= self.target if self.is_ceiling else self.value >= self.target


def rate(
    marts: TenantMarts,
    metric: str,
    month: date,
    compared: date,
    language: Language,
    group: MemberGroup | None = None,
) -> Rate | None:
    """Return a metric of a month, of all members or of a group of them, None if it is not published of it.

    Targets are promised for all members together: a group has none.
    """
    asked = {"metric": metric, "month": month, "compared": compared}
    rows = (
        marts.rows(_OF_ALL, **asked)
        if group is None
        else marts.rows(_OF_GROUP, **asked, kind=group.kind, key=group.key)
    )
    now = rows[rows["month"] == pd.Timestamp(month)]
    if now.empty:
        return None
    row = now.iloc[0]
    before = rows[rows["month"] == pd.Timestamp(compared)]["value"].dropna()
    return Rate(
        metric=metric,
        name=row[f"name_{language}"],
        definition=row[f"definition_{language}"],
        numerator_name=row[f"numerator_{language}"],
        denominator_name=row[f"denominator_{language}"],
        value=_known(row["value"]),
        compared=None if before.empty else float(before.iloc[0]),
        target=_known(row["target"]) if group is None else None,
        is_ceiling=row["direction"] == "at_most",
        numerator=int(row["numerator"]),
        denominator=int(row["denominator"]),
        n=int(row["n"]),
    )


def _known(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
