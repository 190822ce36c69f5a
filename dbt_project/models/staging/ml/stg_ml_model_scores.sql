with model_scores as (select * from {{ source("ml", "model_scores") }})

select
    cast(area as varchar) as area,
    cast(tenant_id as uuid) as tenant_id,
    cast(model as varchar) as model,
    cast(slice as varchar) as slice,
    cast(metric as varchar) as metric,
    cast(k as integer) as k,
    cast(value as double) as value,
    cast(low as double) as low,
    cast(high as double) as high,
    cast(n as bigint) as n,
    cast(is_released as boolean) as is_released,
    cast(judged_until as date) as judged_until
from model_scores
