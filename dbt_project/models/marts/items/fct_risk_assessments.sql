with assessments as (select * from {{ ref("int_risk_assessments") }})

select
    tenant_id,
    assessment_id,
    redemption_id,
    member_id,
    verdict,
    score,
    rule_kinds,
    effective_at,
    effective_date,
    decided_verdict,
    decided_at,
    decided_date,
    is_reviewed,
    is_overturned,
    is_blocked
from assessments
