with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    redemptions as (select * from {{ ref("int_redemption_outcomes") }}),
    flows as (select * from {{ ref("int_points_daily") }}),
    checks_daily as (
        select
            tenant_id,
            effective_date as date,
            sum(case when is_valid_request then 1 else 0 end) as valid_count,
            sum(case when is_successful then 1 else 0 end) as successful_count,
            count(*) as check_count,
            sum(case when is_deducted_once then 0 else 1 end) as break_count
        from redemptions
        group by tenant_id, effective_date
        union all
        select
            tenant_id,
            date,
            0 as valid_count,
            0 as successful_count,
            transfer_count as check_count,
            unbalanced_transfer_count as break_count
        from flows
        where is_counted
    )

select
    period_days.tenant_id,
    period_days.grain,
    period_days.period_start,
    cast(coalesce(sum(checks_daily.valid_count), 0) as bigint) as valid_count,
    cast(coalesce(sum(checks_daily.successful_count), 0) as bigint) as successful_count,
    cast(coalesce(sum(checks_daily.check_count), 0) as bigint) as check_count,
    cast(coalesce(sum(checks_daily.break_count), 0) as bigint) as break_count
from period_days
left join
    checks_daily
    on checks_daily.tenant_id = period_days.tenant_id
    and checks_daily.date = period_days.date
group by period_days.tenant_id, period_days.grain, period_days.period_start
