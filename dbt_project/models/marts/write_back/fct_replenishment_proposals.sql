with
    forecasts as (select * from {{ ref("fct_demand_forecasts") }}),
    items as (select * from {{ ref("stg_items") }}),
    offers as (select * from {{ ref("stg_offers") }}),
    stock as (select * from {{ ref("stg_stock") }}),
    lead_times as (select * from {{ ref("lead_times") }}),
    -- The normal deviation of a day, from its upper quantile; days count as independent.
    days as (
        select
            forecasts.tenant_id,
            items.item_id,
            forecasts.origin_date,
            forecasts.date,
            greatest(forecasts.mean, 0) as mean,
            greatest(forecasts.q95 - forecasts.mean, 0) / 1.6448536269514722 as deviation,
            lead_times.lead_days,
            lead_times.review_days,
            lead_times.service_level,
            lead_times.service_z,
            stock.on_hand_quantity - stock.allotted_quantity as available_quantity
        from forecasts
        inner join items on cast(items.item_id as varchar) = forecasts.series_id
        inner join lead_times on lead_times.kind = items.kind
        inner join stock on stock.tenant_id = forecasts.tenant_id and stock.item_id = items.item_id
        inner join
            offers on offers.tenant_id = forecasts.tenant_id and offers.item_id = items.item_id
        where
            forecasts.level = 'item'
            and {{ datediff("forecasts.origin_date", "forecasts.date", "day") }}
            <= lead_times.lead_days + lead_times.review_days
            and (
                offers.listed_until is null
                or {{ business_date("offers.listed_until") }} > forecasts.date
            )
    ),
    needs as (
        select
            tenant_id,
            item_id,
            origin_date,
            date,
            lead_days,
            review_days,
            service_level,
            available_quantity,
            sum(mean) over (partition by tenant_id, item_id order by date)
            + service_z
            * sqrt(
                sum(deviation * deviation) over (partition by tenant_id, item_id order by date)
            ) as need
        from days
    ),
    summed as (
        select
            tenant_id,
            item_id,
            origin_date,
            lead_days,
            review_days,
            service_level,
            available_quantity,
            cast(ceil(round(max(need), 6)) as bigint) as need_quantity,
            min(case when need > available_quantity then date end) as run_out_date
        from needs
        group by
            tenant_id,
            item_id,
            origin_date,
            lead_days,
            review_days,
            service_level,
            available_quantity
    )

select
    tenant_id,
    item_id,
    origin_date as as_of_date,
    available_quantity,
    need_quantity,
    need_quantity - available_quantity as quantity,
    run_out_date,
    greatest(origin_date + 1, run_out_date - lead_days) as order_by,
    origin_date + lead_days + review_days as covers_until,
    lead_days,
    review_days,
    service_level,
    case
        when run_out_date <= origin_date + lead_days
        then 'runs_out_before_delivery'
        else 'below_target'
    end as reason
from summed
where need_quantity > available_quantity
