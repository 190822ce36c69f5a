with
    assessments as (select * from {{ ref("int_risk_assessments") }}),
    -- An attempt that triggers several kinds of rules is in the row of each, and once in that of
    -- any.
    by_kind as (
        select
            tenant_id,
            effective_date,
            {{ split_rows("rule_kinds", ",") }} as rule_kind,
            verdict,
            is_reviewed,
            is_overturned,
            is_blocked
        from assessments
        where rule_kinds is not null
        union all
        select
            tenant_id,
            effective_date,
            'any' as rule_kind,
            verdict,
            is_reviewed,
            is_overturned,
            is_blocked
        from assessments
    )

select
    tenant_id,
    effective_date as date,
    rule_kind,
    verdict,
    count(*) as assessment_count,
    cast(sum(case when is_reviewed then 1 else 0 end) as bigint) as reviewed_count,
    cast(sum(case when is_overturned then 1 else 0 end) as bigint) as overturned_count,
    cast(sum(case when is_blocked then 1 else 0 end) as bigint) as blocked_count
from by_kind
group by tenant_id, effective_date, rule_kind, verdict
