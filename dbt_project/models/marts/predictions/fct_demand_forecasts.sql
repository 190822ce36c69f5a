with demand_forecasts as (select * from {{ ref("stg_ml_demand_forecasts") }})

select tenant_id, level, series_id, date, origin_date, model, mean, q05, q50, q90, q95
from demand_forecasts
