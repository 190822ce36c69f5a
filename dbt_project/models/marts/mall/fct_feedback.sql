{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "answered_date", "changed_views": ["feedback"]},
    )
}}

with
    feedback as (
        select *
        from {{ ref("stg_feedback") }}
        where {{ on_changed_times("answered_at", ["feedback"]) }}
    ),
    members as (select * from {{ ref("int_counted_members") }})

select
    feedback.tenant_id,
    feedback.feedback_id,
    feedback.member_id,
    feedback.redemption_id,
    feedback.score,
    feedback.channel,
    feedback.answered_at,
    {{ business_date("feedback.answered_at") }} as answered_date
from feedback
inner join
    members on members.tenant_id = feedback.tenant_id and members.member_id = feedback.member_id
