with model_scores as (select * from {{ ref("stg_ml_model_scores") }})

select area, tenant_id, model, slice, metric, k, value, low, high, n, is_released, judged_until
from model_scores
