with
    flash_sales as (select * from {{ ref("stg_flash_sales") }}),
    dates as (select * from {{ ref("int_dates") }}),
    -- ends_at and closed_at are the first instants after the sale.
    windows as (
        select
            tenant_id,
            sale_id,
            item_id,
            {{ business_date("starts_at") }} as first_date,
            {{
                business_date(
                    "least(ends_at, coalesce(closed_at, ends_at)) - interval 1 microsecond"
                )
            }} as last_date
        from flash_sales
        where closed_at is null or closed_at > starts_at
    )

select
    windows.tenant_id,
    windows.sale_id,
    windows.item_id,
    dates.date,
    windows.first_date,
    windows.last_date
from windows
inner join dates on dates.date between windows.first_date and windows.last_date
