with
    redemptions as (select * from {{ ref("int_redemption_outcomes") }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    days as (
        select
            tenant_id,
            member_id,
            effective_date as date,
            count(*) as redemption_count,
            sum(net_points) as net_points
        from redemptions
        where is_kept
        group by tenant_id, member_id, effective_date
    ),
    days_with_next as (
        select
            days.*, lead(date) over (partition by tenant_id, member_id order by date) as next_date
        from days
    )

-- A window that is still open says nothing yet, not even where the member has come back: else the
-- quick ones would be counted before the others can be.
select
    days.tenant_id,
    days.member_id,
    days.date,
    days.redemption_count,
    cast(days.net_points as bigint) as net_points,
    days.next_date,
    case
        when
            {{ datediff("days.date", "ranges.last_fact_date", "day") }}
            >= {{ var("repurchase_window_days") }}
        then
            coalesce(
                {{ datediff("days.date", "days.next_date", "day") }}
                <= {{ var("repurchase_window_days") }},
                false
            )
    end as is_repurchased
from days_with_next as days
inner join ranges on ranges.tenant_id = days.tenant_id
