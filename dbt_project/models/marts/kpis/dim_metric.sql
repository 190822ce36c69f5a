with
    metrics as (select * from {{ ref("metrics") }}),
    drilldowns as (select * from {{ ref("metric_drilldowns") }}),
    parts as (
        select
            metric,
            {{ ordered_list("case when part = 'numerator' then mart end") }} as numerator_marts,
            {{ ordered_list("case when part = 'denominator' then mart end") }} as denominator_marts
        from drilldowns
        group by metric
    )

select
    metrics.metric,
    metrics.name_zh,
    metrics.name_en,
    metrics.definition_zh,
    metrics.definition_en,
    metrics.numerator_zh,
    metrics.numerator_en,
    metrics.denominator_zh,
    metrics.denominator_en,
    metrics.target,
    metrics.direction,
    metrics.unit,
    metrics.values_mart,
    parts.numerator_marts,
    parts.denominator_marts
from metrics
left join parts on parts.metric = metrics.metric
