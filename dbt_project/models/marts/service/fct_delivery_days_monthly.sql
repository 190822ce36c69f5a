with
    deliveries as (select * from {{ ref("int_deliveries") }}),
    delivered as (
        select *, cast(date_trunc('month', shipped_date) as date) as month
        from deliveries
        where delivered_at is not null
    )

select
    tenant_id,
    month,
    region,
    coalesce(carrier, 'unknown') as carrier,
    count(*) as delivered_count,
    count(*) filter(where delivered_at <= deliver_due_at) as on_time_count,
    cast(avg(delivery_days) as double) as mean_delivery_days,
    cast(median(delivery_days) as double) as median_delivery_days,
    max(delivery_days) as longest_delivery_days
from delivered
group by tenant_id, month, region, coalesce(carrier, 'unknown')
