with
    forecasts as (
        select *
        from {{ ref("fct_demand_forecasts") }}
        where level = 'item' and date <= origin_date + {{ var("outlook_days") }}
    ),
    items as (select * from {{ ref("stg_items") }}),
    stock as (select * from {{ ref("stg_stock") }}),
    incoming as (select * from {{ ref("fct_incoming_stock") }}),
    series as (
        select
            forecasts.tenant_id,
            items.item_id,
            forecasts.origin_date,
            forecasts.date,
            greatest(forecasts.mean, 0) as mean,
            stock.on_hand_quantity - stock.allotted_quantity as available_quantity
        from forecasts
        inner join items on cast(items.item_id as varchar) = forecasts.series_id
        inner join stock on stock.tenant_id = forecasts.tenant_id and stock.item_id = items.item_id
    ),
    -- What should have come already is counted on for the first day.
    origins as (
        select tenant_id, item_id, max(origin_date) as origin_date
        from series
        group by tenant_id, item_id
    ),
    arrivals as (
        select
            incoming.tenant_id,
            incoming.item_id,
            greatest(incoming.expected_on, origins.origin_date + 1) as date,
            sum(incoming.incoming_quantity) as quantity
        from incoming
        inner join
            origins on origins.tenant_id = incoming.tenant_id and origins.item_id = incoming.item_id
        group by
            incoming.tenant_id,
            incoming.item_id,
            greatest(incoming.expected_on, origins.origin_date + 1)
    ),
    under_way as (
        select
            tenant_id,
            item_id,
            cast(sum(quantity) as bigint) as quantity,
            min(date) as next_arrival_date
        from arrivals
        group by tenant_id, item_id
    ),
    days as (
        select
            series.*,
            sum(series.mean) over so_far as expected,
            series.available_quantity + sum(coalesce(arrivals.quantity, 0)) over so_far as supply
        from series
        left join
            arrivals
            on arrivals.tenant_id = series.tenant_id
            and arrivals.item_id = series.item_id
            and arrivals.date = series.date
        window
            so_far as (
                partition by series.tenant_id, series.item_id
                order by series.date
                rows between unbounded preceding and current row
            )
    ),
    outlooks as (
        select
            tenant_id,
            item_id,
            max(origin_date) as origin_date,
            count(*) as horizon_days,
            cast(max(available_quantity) as bigint) as available_quantity,
            sum(mean) as expected_quantity,
            min(case when expected > supply then date end) as runs_out_date,
            greatest(max(expected - supply), 0) as missing_quantity
        from days
        group by tenant_id, item_id
    ),
    supplied as (
        select
            outlooks.*,
            coalesce(under_way.quantity, 0) as incoming_quantity,
            under_way.next_arrival_date,
            case
                when outlooks.expected_quantity > 0
                then
                    greatest(outlooks.available_quantity + coalesce(under_way.quantity, 0), 0)
                    * outlooks.horizon_days
                    / outlooks.expected_quantity
            end as supply_days
        from outlooks
        left join
            under_way
            on under_way.tenant_id = outlooks.tenant_id
            and under_way.item_id = outlooks.item_id
    )

select
    tenant_id,
    item_id,
    origin_date,
    horizon_days,
    available_quantity,
    incoming_quantity,
    next_arrival_date,
    expected_quantity,
    runs_out_date,
    cast(runs_out_date - origin_date - 1 as integer) as cover_days,
    missing_quantity,
    supply_days,
    case
        when available_quantity <= 0
        then 'out'
        when runs_out_date is not null
        then 'short'
        when coalesce(supply_days > {{ var("overstock_days") }}, true)
        then 'over'
        else 'enough'
    end as outlook
from supplied
