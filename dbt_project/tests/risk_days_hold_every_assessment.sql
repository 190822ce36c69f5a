-- Each assessment is once in the counts of its day.
with
    assessments as (select * from {{ ref("fct_risk_assessments") }}),
    risk_days as (select * from {{ ref("fct_risk_daily") }}),
    counts as (
        select tenant_id, effective_date as date, verdict, 1 as assessment_count
        from assessments
        union all
        select tenant_id, date, verdict, - assessment_count
        from risk_days
        where rule_kind = 'any'
    )

select tenant_id, date, verdict, sum(assessment_count) as missing_count
from counts
group by tenant_id, date, verdict
having sum(assessment_count) <> 0
