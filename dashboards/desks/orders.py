"""Orders against their promises: the live queue, and what became of promises that were not kept."""

from datetime import UTC, date, datetime
from typing import Final

import pandas as pd

from dashboards.desks.telling import clock_time, hours_left, moment
from dashboards.mall import Told
from dashboards.marts import TenantMarts

TABLES = ("fct_compensations", "fct_kpis_monthly")
METRICS = ("ship_48h_rate", "deliver_on_time_rate")
CLOCKS = ("shipping", "delivery")
# By how much of the promise is left; the counts of the queue are by these.
SPANS: Final = ("late", "soon", "today", "later")

_BREACHES = """
    select
        cast(compensation_id as varchar) as compensation_id, clock, party, supplier_name, carrier,
        cast(redemption_id as varchar) as redemption_id, epoch(due_at) as due_epoch, opened_date, points, outcome
    from marts.fct_compensations
    where tenant_id = $tenant_id and opened_date >= $first and opened_date < $after
    order by due_at desc
"""


def counts(told: Told, clock: str, region: str) -> pd.DataFrame:
    """Return how many are awaited by clock, region and span; an empty filter chooses all."""
    rows = [
        {"clock": row["clock"], "region": row["region"] or "unknown", "span": span, "count": row[f"{span}_count"]}
        for row in told["counts"]
        for span in SPANS
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["clock", "region", "span", "count"])
    kept = frame["clock"].eq(clock) | (not clock)
    return frame[kept & (frame["region"].eq(region) | (not region))]


def awaited(told: Told, clock: str, region: str, now: datetime) -> pd.DataFrame:
    """Return what is awaited, what is due first leading; at most as many rows as a desk asks for."""
    rows = [
        {
            "clock": one["clock"],
            "left": hours_left(moment(one["due_at"]), now),
            "due": clock_time(moment(one["due_at"])),
            "item": one["item_name"] or "",
            "quantity": one["quantity"],
            "region": one["region"] or "unknown",
            "province": one["province"] or "",
            "carrier": one["carrier"] or "",
            "started": clock_time(moment(one["started_at"])),
            "redemption_id": one["redemption_id"],
        }
        for one in told["awaited"]
        if one["clock"] == (clock or one["clock"]) and (one["region"] or "unknown") == (region or one["region"] or "unknown")
    ]  # fmt: skip
    columns = ["clock", "left", "due", "item", "quantity", "region", "province", "carrier", "started"]
    return pd.DataFrame(rows, columns=[*columns, "redemption_id"])


def breaches(marts: TenantMarts, first: date, after: date) -> pd.DataFrame:
    """Return the promises that were found broken from a day on and before another, the newest first."""
    rows = marts.rows(_BREACHES, first=first, after=after)
    return rows.assign(due=[clock_time(datetime.fromtimestamp(at, UTC)) for at in rows["due_epoch"]])
