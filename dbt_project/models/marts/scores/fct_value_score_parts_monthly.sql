with
    metrics as (select * from {{ ref("value_scores") }}),
    kpis as (select * from {{ ref("fct_kpis_monthly") }}),
    money as (select * from {{ ref("fct_money_monthly") }}),
    -- A month whose fees are not charged yet says nothing of the price.
    measured as (
        select tenant_id, month, metric, numerator, denominator, value
        from kpis
        union all
        select
            tenant_id,
            month,
            'fee_share' as metric,
            due_fen as numerator,
            redeemed_fen as denominator,
            fee_share as value
        from money
        where charged_fen > 0
    ),
    known_months as (select distinct tenant_id, month from kpis)

select
    known_months.tenant_id,
    known_months.month,
    metrics.part,
    metrics.metric,
    metrics.part_weight,
    metrics.metric_weight,
    metrics.zero_at,
    metrics.full_at,
    coalesce(measured.numerator, 0) as numerator,
    coalesce(measured.denominator, 0) as denominator,
    measured.value,
    {{ scaled_score("measured.value", "metrics.zero_at", "metrics.full_at") }} as score
from known_months
cross join metrics
left join
    measured
    on measured.tenant_id = known_months.tenant_id
    and measured.month = known_months.month
    and measured.metric = metrics.metric
