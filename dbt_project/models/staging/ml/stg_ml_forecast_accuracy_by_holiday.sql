with accuracy as (select * from {{ source("ml", "forecast_accuracy_by_holiday") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(level as varchar) as level,
    cast(occasion_id as varchar) as occasion_id,
    cast(holiday_date as date) as holiday_date,
    cast(model as varchar) as model,
    cast(is_released as boolean) as is_released,
    cast(wape as double) as wape,
    cast(bias as double) as bias,
    cast(coverage_90 as double) as coverage_90,
    cast(demand as double) as demand,
    cast(n as bigint) as n,
    cast(judged_until as date) as judged_until
from accuracy
