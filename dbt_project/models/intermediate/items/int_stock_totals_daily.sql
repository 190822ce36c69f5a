with
    days as (select * from {{ ref("int_kpi_period_days") }} where grain = 'day'),
    changes as (select * from {{ ref("int_stock_changes_daily") }}),
    -- Days and changes on one line of time, so that what lies there from before the first day
    -- counts.
    timeline as (
        select
            tenant_id,
            date,
            change_quantity,
            issued_quantity - returned_quantity as issued_quantity,
            false as is_day
        from changes
        union all
        select tenant_id, date, 0 as change_quantity, 0 as issued_quantity, true as is_day
        from days
    ),
    flows as (
        select
            tenant_id,
            date,
            sum(change_quantity) as change_quantity,
            sum(issued_quantity) as issued_quantity,
            max(is_day) as is_day
        from timeline
        group by tenant_id, date
    ),
    totals as (
        select
            tenant_id,
            date,
            issued_quantity,
            sum(change_quantity) over (partition by tenant_id order by date) as on_hand_quantity,
            sum(issued_quantity) over (
                partition by tenant_id
                order by date range between interval 29 day preceding and current row
            ) as issued_30_days_quantity,
            is_day
        from flows
    )

-- What was there when the 30 days began and came in since was issued or is still there.
select
    tenant_id,
    date,
    cast(on_hand_quantity as bigint) as on_hand_quantity,
    cast(issued_quantity as bigint) as issued_quantity,
    cast(issued_30_days_quantity as bigint) as issued_30_days_quantity,
    cast(on_hand_quantity + issued_30_days_quantity as bigint) as available_30_days_quantity
from totals
where is_day
