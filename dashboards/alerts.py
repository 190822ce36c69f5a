"""Which published figures miss their target, and since when."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from dashboards.kpis import SMALL_SAMPLE
from dashboards.marts import TenantMarts
from dashboards.periods import months_back
from dashboards.words import Language

# Each of these is a fault, whatever the rate.
URGENT = ("ledger_breaks",)

_JUDGED = """
    select
        k.month, k.metric, k.value, k.target, k.n, m.direction, m.name_zh, m.name_en, m.definition_zh,
        m.definition_en
    from marts.fct_kpis_monthly k
    join marts.dim_metric m on m.metric = k.metric
    where
        k.tenant_id = $tenant_id and k.month <= $month and k.value is not null and k.target is not null
        and m.unit = 'rate'
    order by k.metric, k.month desc
"""


@dataclass(frozen=True)
class Alert:
    """A metric whose target was missed in a month: its value and target (0-1), and for how many months in a row."""

    metric: str
    name: str
    definition: str
    value: float
    target: float
    is_ceiling: bool
    months: int

    @property
    def is_urgent(self) -> bool:
        """Tell whether it needs somebody now."""
        return self.metric in URGENT


def alerts(marts: TenantMarts, month: date, language: Language) -> list[Alert]:
    """Return the targets missed in a month by samples large enough to judge, the urgent and the farthest off first."""
    rows = marts.rows(_JUDGED, month=month)
    found = [_alert(of_metric, month, language) for _, of_metric in rows.groupby("metric")]
    missed = [alert for alert in found if alert is not None]
    return sorted(missed, key=lambda alert: (not alert.is_urgent, -_distance(alert), alert.metric))


def _alert(rows: pd.DataFrame, month: date, language: Language) -> Alert | None:
    now = rows.iloc[0]
    is_ceiling = now["direction"] == "at_most"
    missed_months = 0
    for _, row in rows.iterrows():
        is_missed = row["value"] > row["target"] if is_ceiling else row["value"] < row["target"]
        expected = months_back(month, missed_months)
        if row["month"].date() != expected or row["n"] < SMALL_SAMPLE or not is_missed:
            break
        missed_months += 1
    if missed_months == 0:
        return None
    return Alert(
        now["metric"],
        now[f"name_{language}"],
        now[f"definition_{language}"],
        float(now["value"]),
        float(now["target"]),
        is_ceiling,
        missed_months,
    )


def _distance(alert: Alert) -> float:
    return abs(alert.value - alert.target) / max(alert.target, 0.01)
