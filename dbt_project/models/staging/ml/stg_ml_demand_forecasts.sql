with demand_forecasts as (select * from {{ source("ml", "demand_forecasts") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(level as varchar) as level,
    cast(series_id as varchar) as series_id,
    cast(date as date) as date,
    cast(origin_date as date) as origin_date,
    cast(model as varchar) as model,
    cast(mean as double) as mean,
    cast(q05 as double) as q05,
    cast(q50 as double) as q50,
    cast(q90 as double) as q90,
    cast(q95 as double) as q95
from demand_forecasts
