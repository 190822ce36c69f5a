with
    redemptions as (select * from {{ ref("int_redemptions") }}),
    dates as (select * from {{ ref("int_dates") }}),
    redemption_days as (
        select distinct tenant_id, effective_date as date from redemptions where is_counted
    ),
    gaps as (
        select tenant_id, date, lead(date) over (partition by tenant_id order by date) as next_date
        from redemption_days
    ),
    -- A redemption day and, where the next one is near enough, the quiet days that follow it.
    runs as (
        select
            tenant_id,
            date as first_date,
            case
                when
                    {{ datediff("date", "next_date", "day") }} - 1
                    <= {{ var("longest_trading_gap_days") }}
                then next_date - 1
                else date
            end as last_date
        from gaps
    )

select runs.tenant_id, dates.date
from runs
inner join dates on dates.date between runs.first_date and runs.last_date
