with
    members as (select * from {{ ref("int_counted_members") }}),
    active_months as (select * from {{ ref("int_member_active_months") }}),
    redemption_days as (select * from {{ ref("int_member_redemption_days") }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    dates as (select * from {{ ref("int_dates") }}),
    months as (
        select distinct
            ranges.tenant_id,
            cast(date_trunc('month', dates.date) as date) as month,
            last_day(dates.date) <= ranges.last_fact_date as is_whole_month
        from ranges
        inner join dates on dates.date between ranges.first_fact_date and ranges.last_fact_date
    ),
    redemption_months as (
        select distinct tenant_id, member_id, cast(date_trunc('month', date) as date) as month
        from redemption_days
    ),
    cohort_members as (
        select
            tenant_id,
            member_id,
            'registration' as cohort_kind,
            cast(date_trunc('month', registered_date) as date) as cohort_month
        from members
        union all
        select tenant_id, member_id, 'first_redemption' as cohort_kind, min(month) as cohort_month
        from redemption_months
        group by tenant_id, member_id
    ),
    cohorts as (
        select tenant_id, cohort_kind, cohort_month, count(*) as cohort_size
        from cohort_members
        group by tenant_id, cohort_kind, cohort_month
    ),
    acts as (
        select tenant_id, member_id, 'registration' as cohort_kind, month
        from active_months
        union all
        select tenant_id, member_id, 'first_redemption' as cohort_kind, month
        from redemption_months
    ),
    active as (
        select
            cohort_members.tenant_id,
            cohort_members.cohort_kind,
            cohort_members.cohort_month,
            acts.month,
            count(*) as active_count
        from cohort_members
        inner join
            acts
            on acts.tenant_id = cohort_members.tenant_id
            and acts.member_id = cohort_members.member_id
            and acts.cohort_kind = cohort_members.cohort_kind
        group by
            cohort_members.tenant_id,
            cohort_members.cohort_kind,
            cohort_members.cohort_month,
            acts.month
    ),
    -- Months before the first fact could show nobody, and later ones than the last are to come.
    counts as (
        select
            cohorts.tenant_id,
            cohorts.cohort_kind,
            cohorts.cohort_month,
            months.month,
            months.is_whole_month,
            cohorts.cohort_size,
            coalesce(active.active_count, 0) as active_count
        from cohorts
        inner join
            months on months.tenant_id = cohorts.tenant_id and months.month >= cohorts.cohort_month
        left join
            active
            on active.tenant_id = cohorts.tenant_id
            and active.cohort_kind = cohorts.cohort_kind
            and active.cohort_month = cohorts.cohort_month
            and active.month = months.month
    )

select
    tenant_id,
    cohort_kind,
    cohort_month,
    cast({{ datediff("cohort_month", "month", "month") }} as integer) as months_since,
    month,
    is_whole_month,
    cohort_size,
    active_count,
    {{ rate("active_count", "cohort_size") }} as retention_rate,
    {{ wilson_low("active_count", "cohort_size") }} as low,
    {{ wilson_high("active_count", "cohort_size") }} as high
from counts
