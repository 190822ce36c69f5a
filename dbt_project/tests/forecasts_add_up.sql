-- On every day the expected units of items sum up to those of their category, and those of
-- categories to the tenant's.
with
    forecasts as (select * from {{ ref("fct_demand_forecasts") }}),
    items as (select * from {{ ref("dim_item") }}),
    parts as (
        select
            forecasts.tenant_id,
            forecasts.date,
            'category' as level,
            items.category as series_id,
            forecasts.mean
        from forecasts
        inner join items on cast(items.item_id as varchar) = forecasts.series_id
        where forecasts.level = 'item'
        union all
        select tenant_id, date, 'tenant' as level, 'all' as series_id, mean
        from forecasts
        where level = 'category'
    ),
    sums as (
        select tenant_id, date, level, series_id, sum(mean) as mean
        from parts
        group by tenant_id, date, level, series_id
    ),
    wholes as (
        select tenant_id, date, level, series_id, mean
        from forecasts
        where level in ('category', 'tenant')
    )

select
    tenant_id,
    date,
    level,
    series_id,
    coalesce(sums.mean, 0) as sum_of_parts,
    coalesce(wholes.mean, 0) as mean
from sums
full join wholes using (tenant_id, date, level, series_id)
where
    abs(coalesce(sums.mean, 0) - coalesce(wholes.mean, 0))
    > 1e-6 * greatest(1, coalesce(wholes.mean, 0))
