with campaign_what_if as (select * from {{ source("ml", "campaign_what_if") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(series_id as uuid) as item_id,
    cast(date as date) as date,
    cast(origin_date as date) as origin_date,
    cast(mean_without as double) as mean_without,
    cast(q05_without as double) as q05_without,
    cast(q50_without as double) as q50_without,
    cast(q90_without as double) as q90_without,
    cast(q95_without as double) as q95_without,
    cast(mean_with as double) as mean_with,
    cast(q05_with as double) as q05_with,
    cast(q50_with as double) as q50_with,
    cast(q90_with as double) as q90_with,
    cast(q95_with as double) as q95_with
from campaign_what_if
