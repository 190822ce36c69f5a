with
    feedback as (select * from {{ ref("stg_feedback") }}),
    members as (select * from {{ ref("int_counted_members") }})

select
    feedback.tenant_id,
    feedback.feedback_id,
    feedback.member_id,
    feedback.redemption_id,
    feedback.score,
    feedback.answered_at,
    {{ business_date("feedback.answered_at") }} as answered_date
from feedback
inner join
    members on members.tenant_id = feedback.tenant_id and members.member_id = feedback.member_id
