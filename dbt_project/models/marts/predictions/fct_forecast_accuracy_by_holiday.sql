with
    accuracy as (select * from {{ ref("stg_ml_forecast_accuracy_by_holiday") }}),
    baselines as (select * from accuracy where model = 'seasonal_naive')

select
    accuracy.tenant_id,
    accuracy.level,
    accuracy.occasion_id,
    accuracy.holiday_date,
    accuracy.model,
    accuracy.wape,
    accuracy.bias,
    accuracy.coverage_90,
    baselines.wape as baseline_wape,
    baselines.bias as baseline_bias,
    baselines.coverage_90 as baseline_coverage_90,
    case when baselines.wape > 0 then round(1 - accuracy.wape / baselines.wape, 6) end as wape_gain,
    accuracy.demand,
    accuracy.n,
    accuracy.judged_until
from accuracy
left join
    baselines
    on baselines.tenant_id = accuracy.tenant_id
    and baselines.level = accuracy.level
    and baselines.occasion_id = accuracy.occasion_id
    and baselines.holiday_date = accuracy.holiday_date
where accuracy.is_released
