with
    assessments as (select * from {{ ref("stg_risk_assessments") }}),
    redemptions as (select * from {{ ref("int_redemptions") }}),
    counted_members as (select * from {{ ref("int_counted_members") }})

select
    assessments.tenant_id,
    assessments.assessment_id,
    assessments.redemption_id,
    assessments.member_id,
    assessments.verdict,
    assessments.score,
    assessments.rule_kinds,
    assessments.effective_at,
    {{ business_date("assessments.effective_at") }} as effective_date,
    assessments.decided_verdict,
    assessments.decided_at,
    {{ business_date("assessments.decided_at") }} as decided_date,
    assessments.decided_verdict is not null as is_reviewed,
    coalesce(assessments.decided_verdict = 'allow', false) as is_overturned,
    -- What was cancelled after a reviewer let it through was not stopped by anybody's suspicion.
    case
        when assessments.verdict = 'deny'
        then true
        when assessments.decided_verdict = 'allow'
        then false
        else coalesce(redemptions.status in ('in_review', 'cancelled'), true)
    end as is_blocked
from assessments
inner join
    counted_members
    on counted_members.tenant_id = assessments.tenant_id
    and counted_members.member_id = assessments.member_id
left join
    redemptions
    on redemptions.tenant_id = assessments.tenant_id
    and redemptions.redemption_id = assessments.redemption_id
