with
    metrics as (select * from {{ ref("dim_metric") }} where values_mart = 'fct_kpis_monthly'),
    drilldowns as (select * from {{ ref("dim_metric_drilldown") }}),
    parts as (
        select metrics.metric, parts.part
        from metrics
        cross join (values ('numerator'), ('denominator')) as parts(part)
    )

select parts.metric, parts.part
from parts
left join drilldowns on drilldowns.metric = parts.metric and drilldowns.part = parts.part
where drilldowns.mart is null
