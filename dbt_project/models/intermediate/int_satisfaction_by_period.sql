with
    period_days as (select * from {{ ref("int_kpi_period_days") }}),
    feedback as (select * from {{ ref("stg_feedback") }}),
    counted_members as (select * from {{ ref("int_counted_members") }}),
    answers_daily as (
        select
            feedback.tenant_id,
            {{ business_date("feedback.answered_at") }} as date,
            sum(case when feedback.score >= 4 then 1 else 0 end) as satisfied_count,
            count(*) as answer_count
        from feedback
        inner join
            counted_members
            on counted_members.tenant_id = feedback.tenant_id
            and counted_members.member_id = feedback.member_id
        group by feedback.tenant_id, {{ business_date("feedback.answered_at") }}
    )

select
    period_days.tenant_id,
    period_days.grain,
    period_days.period_start,
    cast(coalesce(sum(answers_daily.satisfied_count), 0) as bigint) as satisfied_count,
    cast(coalesce(sum(answers_daily.answer_count), 0) as bigint) as answer_count
from period_days
left join
    answers_daily
    on answers_daily.tenant_id = period_days.tenant_id
    and answers_daily.date = period_days.date
group by period_days.tenant_id, period_days.grain, period_days.period_start
