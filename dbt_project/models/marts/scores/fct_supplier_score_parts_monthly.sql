with
    counts as (select * from {{ ref("int_supplier_counts_monthly") }}),
    components as (select * from {{ ref("supplier_scores") }}),
    measured as (
        select
            counts.*,
            {{ rate("counts.numerator", "counts.denominator") }} as rate,
            components.name_zh,
            components.name_en,
            components.measure_zh,
            components.measure_en,
            components.weight,
            components.zero_at,
            components.full_at
        from counts
        inner join components on components.component = counts.component
    )

-- More cases than redemptions happen where a month's cases are about those of the month before.
select
    tenant_id,
    supplier_id,
    month,
    component,
    name_zh,
    name_en,
    measure_zh,
    measure_en,
    numerator,
    denominator,
    rate,
    {{ wilson_low("least(numerator, denominator)", "denominator") }} as low,
    {{ wilson_high("least(numerator, denominator)", "denominator") }} as high,
    weight,
    zero_at,
    full_at,
    {{ scaled_score("rate", "zero_at", "full_at") }} as score
from measured
