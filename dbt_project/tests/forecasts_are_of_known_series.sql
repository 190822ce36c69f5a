with
    forecasts as (select * from {{ ref("fct_demand_forecasts") }}),
    items as (select * from {{ ref("dim_item") }}),
    series as (
        select 'item' as level, cast(item_id as varchar) as series_id
        from items
        union
        select 'category' as level, category as series_id
        from items
        union
        select 'tenant' as level, 'all' as series_id
    )

select distinct forecasts.tenant_id, forecasts.level, forecasts.series_id
from forecasts
left join series on series.level = forecasts.level and series.series_id = forecasts.series_id
where series.series_id is null
