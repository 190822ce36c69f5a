with
    facts as (select * from {{ ref("int_tenant_facts_daily") }}),
    refusals as (select * from {{ ref("int_refusals") }}),
    dates as (select * from {{ ref("int_dates") }}),
    -- A mall that is sold out refuses, but it is not closed.
    request_days as (
        select tenant_id, date
        from facts
        where kind = 'redemption'
        union
        select tenant_id, effective_date as date
        from refusals
    ),
    gaps as (
        select tenant_id, date, lead(date) over (partition by tenant_id order by date) as next_date
        from request_days
    ),
    -- A day with a request and, where the next one is near enough, the quiet days that follow it.
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
