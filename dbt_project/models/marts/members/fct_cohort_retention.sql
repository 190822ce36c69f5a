with
    members as (select * from {{ ref("int_counted_members") }}),
    activity as (select * from {{ ref("int_cohort_activity_monthly") }}),
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
    -- Whoever redeemed for the first time in a month redeemed in it.
    cohorts as (
        select
            tenant_id,
            'registration' as cohort_kind,
            cast(date_trunc('month', registered_date) as date) as cohort_month,
            count(*) as cohort_size
        from members
        group by tenant_id, cast(date_trunc('month', registered_date) as date)
        union all
        select tenant_id, cohort_kind, cohort_month, active_count as cohort_size
        from activity
        where cohort_kind = 'first_redemption' and month = cohort_month
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
            coalesce(activity.active_count, 0) as active_count
        from cohorts
        inner join
            months on months.tenant_id = cohorts.tenant_id and months.month >= cohorts.cohort_month
        left join
            activity
            on activity.tenant_id = cohorts.tenant_id
            and activity.cohort_kind = cohorts.cohort_kind
            and activity.cohort_month = cohorts.cohort_month
            and activity.month = months.month
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
