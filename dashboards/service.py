"""How promises to members were kept: what the marts of service say for one tenant."""

from datetime import date

import pandas as pd

from dashboards.kpis import month_after
from dashboards.marts import TenantMarts
from dashboards.member_groups import MemberGroup
from dashboards.moments import with_moments

TABLES = (
    "fct_fulfilments",
    "fct_deliveries",
    "fct_delivery_days_monthly",
    "fct_after_sales_cases",
    "fct_compensations",
)
TABLES_OF_GROUPS = ("fct_kpis_by_segment_monthly", "fct_redemptions")
METRICS = (
    "ship_48h_rate",
    "deliver_on_time_rate",
    "virtual_issue_rate",
    "after_sales_24h_rate",
    "complaint_rate",
    "satisfaction_rate",
    "sentiment_negative_rate",
)

# A month in which nothing was promised has its rows, without a value. Targets are promised for all members together.
_COURSE = """
    select
        k.month as period, k.metric, k.value, k.low, k.high, k.target, k.numerator, k.denominator,
        m.name_zh, m.name_en
    from marts.fct_kpis_monthly k
    join marts.dim_metric m on m.metric = k.metric
    where k.tenant_id = $tenant_id
    order by k.month, k.metric
"""
_COURSE_OF_GROUP = """
    select
        k.month as period, k.metric, k.value, k.low, k.high, null::double as target, k.numerator, k.denominator,
        m.name_zh, m.name_en
    from marts.fct_kpis_by_segment_monthly k
    join marts.dim_metric m on m.metric = k.metric
    where k.tenant_id = $tenant_id and k.group_kind = $kind and k.member_group = $key
    order by k.month, k.metric
"""
# The redemptions of whoever is in a group at the end of the month.
_OF_GROUP = """
    and redemption_id in (
        select r.redemption_id
        from marts.fct_redemptions r
        join marts.fct_member_segments s
            on s.tenant_id = r.tenant_id and s.member_id = r.member_id and s.month = $month
        where
            r.tenant_id = $tenant_id
            and case $kind when 'segment' then s.segment else s.lifecycle_stage end = $key
    )
"""
_REGIONS = """
    select
        region, count(*) as due, count(*) filter (where is_delivered_on_time) as on_time,
        avg(cast(is_delivered_on_time as integer)) as rate, median(delivery_days) as median_days
    from marts.fct_deliveries
    where
        tenant_id = $tenant_id and deliver_due_date >= $month and deliver_due_date < $after
        and is_delivered_on_time is not null {of_group}
    group by region
    order by region
"""
_DELIVERIES = """
    select region, carrier, delivered_count, on_time_count, mean_delivery_days, median_delivery_days, longest_delivery_days
    from marts.fct_delivery_days_monthly
    where tenant_id = $tenant_id and month = $month
    order by region, delivered_count desc, carrier
"""
_DELIVERIES_OF_GROUP = """
    select
        region, coalesce(carrier, 'unknown') as carrier, count(*) as delivered_count,
        count(*) filter (where delivered_at <= deliver_due_at) as on_time_count,
        avg(delivery_days) as mean_delivery_days, median(delivery_days) as median_delivery_days,
        max(delivery_days) as longest_delivery_days
    from marts.fct_deliveries
    where
        tenant_id = $tenant_id and shipped_date >= $month and shipped_date < $after and delivered_at is not null
        {of_group}
    group by region, coalesce(carrier, 'unknown')
    order by region, delivered_count desc, carrier
"""
_LATE = """
    select
        redemption_id::varchar as redemption, status, epoch_us(paid_at) as paid_at, epoch_us(ship_due_at) as ship_due_at,
        epoch_us(shipped_at) as shipped_at, epoch_us(delivered_at) as delivered_at
    from marts.fct_fulfilments
    where
        tenant_id = $tenant_id and ship_due_date >= $month and ship_due_date < $after and not is_shipped_on_time
        {of_group}
    order by ship_due_at, redemption
"""
_COMPENSATIONS = """
    select
        compensation_id::varchar as compensation, redemption_id::varchar as redemption, clock, party,
        coalesce(supplier_name, carrier) as responsible, epoch_us(due_at) as due_at, opened_date, points, credited_points,
        coalesce(outcome, 'open') as outcome
    from marts.fct_compensations
    where tenant_id = $tenant_id and opened_date >= $month and opened_date < $after {of_group}
    order by opened_date desc, compensation
"""
_CASES = """
    select
        c.case_id::varchar as case_id, c.redemption_id::varchar as redemption, c.type, c.reason, i.name as item,
        epoch_us(c.opened_at) as opened_at, epoch_us(c.due_at) as due_at, epoch_us(c.answered_at) as answered_at, c.is_answered_on_time, c.outcome, c.responsibility
    from marts.fct_after_sales_cases c
    left join marts.dim_item i on i.item_id = c.item_id
    where c.tenant_id = $tenant_id and c.opened_date >= $month and c.opened_date < $after {of_group}
    order by c.opened_at desc, c.case_id
"""


def course(marts: TenantMarts, group: MemberGroup | None = None) -> pd.DataFrame:
    """Return one row per month and rate of service, oldest first; a month without anything due has no value."""
    rows = (
        marts.rows(_COURSE) if group is None else marts.rows(_COURSE_OF_GROUP, kind=group.kind, key=group.key)
    )
    return rows[rows["metric"].isin(METRICS)]


def regions(marts: TenantMarts, month: date, group: MemberGroup | None = None) -> pd.DataFrame:
    """Return one row per region: deliveries due in a month, how many and what share (0-1) came in time."""
    return _of_month(marts, _REGIONS, month, group)


def deliveries(marts: TenantMarts, month: date, group: MemberGroup | None = None) -> pd.DataFrame:
    """Return one row per region and carrier: parcels shipped in a month that arrived, and the days they took."""
    if group is None:
        return marts.rows(_DELIVERIES, month=month)
    return _of_month(marts, _DELIVERIES_OF_GROUP, month, group)


def late(marts: TenantMarts, month: date, group: MemberGroup | None = None) -> pd.DataFrame:
    """Return the redemptions due to be shipped in a month that were not in time."""
    return _of_month(marts, _LATE, month, group)


def compensations(marts: TenantMarts, month: date, group: MemberGroup | None = None) -> pd.DataFrame:
    """Return the compensations opened in a month; `outcome` is open while the responsible party has not settled."""
    return _of_month(marts, _COMPENSATIONS, month, group)


def cases(marts: TenantMarts, month: date, group: MemberGroup | None = None) -> pd.DataFrame:
    """Return the after-sales cases opened in a month, the newest first."""
    return _of_month(marts, _CASES, month, group)


def _of_month(marts: TenantMarts, sql: str, month: date, group: MemberGroup | None) -> pd.DataFrame:
    asked = {"month": month, "after": month_after(month)}
    if group is None:
        return with_moments(marts.rows(sql.format(of_group=""), **asked))
    return with_moments(marts.rows(sql.format(of_group=_OF_GROUP), **asked, kind=group.kind, key=group.key))
