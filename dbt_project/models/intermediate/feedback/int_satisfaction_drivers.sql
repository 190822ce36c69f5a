with
    feedback as (select * from {{ ref("stg_feedback") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    fulfilments as (select * from {{ ref("int_fulfilments") }}),
    lines as (select * from {{ ref("int_redemption_lines") }}),
    items as (select * from {{ ref("stg_items") }}),
    cases as (select * from {{ ref("int_after_sales_cases") }}),
    refusals as (select * from {{ ref("int_refusals") }}),
    sentiments as (select * from {{ ref("int_redemption_sentiments") }}),
    answers as (
        select feedback.*
        from feedback
        inner join
            members
            on members.tenant_id = feedback.tenant_id
            and members.member_id = feedback.member_id
    ),
    shipped as (
        select
            answers.tenant_id,
            answers.feedback_id,
            'shipping' as driver,
            case when fulfilments.is_shipped_on_time then 'on_time' else 'late' end as value
        from answers
        inner join
            fulfilments
            on fulfilments.tenant_id = answers.tenant_id
            and fulfilments.redemption_id = answers.redemption_id
        where fulfilments.is_shipped_on_time is not null
    ),
    classes as (
        select distinct
            answers.tenant_id, answers.feedback_id, 'item_class' as driver, items.class as value
        from answers
        inner join
            lines
            on lines.tenant_id = answers.tenant_id
            and lines.redemption_id = answers.redemption_id
        inner join items on items.item_id = lines.item_id
    ),
    -- Of several cases the one that was answered late is remembered; one still in time tells
    -- nothing.
    asked as (
        select
            answers.tenant_id,
            answers.feedback_id,
            'after_sales' as driver,
            case
                when bool_or(not cases.is_answered_on_time)
                then 'late'
                when count(cases.case_id) = 0
                then 'none'
                when bool_and(cases.is_answered_on_time is not null)
                then 'within_24h'
            end as value
        from answers
        left join
            cases
            on cases.tenant_id = answers.tenant_id
            and cases.redemption_id = answers.redemption_id
            and cases.opened_at <= answers.answered_at
        where answers.redemption_id is not null
        group by answers.tenant_id, answers.feedback_id
    ),
    refused as (
        select
            answers.tenant_id,
            answers.feedback_id,
            'stock' as driver,
            case when count(refusals.refusal_id) > 0 then 'refused' else 'not_refused' end as value
        from answers
        left join
            refusals
            on refusals.tenant_id = answers.tenant_id
            and refusals.member_id = answers.member_id
            and refusals.class = 'stock'
            and refusals.effective_at <= answers.answered_at
            and refusals.effective_at > answers.answered_at - interval '30' day
        group by answers.tenant_id, answers.feedback_id
    ),
    said as (
        select
            answers.tenant_id,
            answers.feedback_id,
            'sentiment' as driver,
            sentiments.sentiment as value
        from answers
        inner join
            sentiments
            on sentiments.tenant_id = answers.tenant_id
            and sentiments.redemption_id = answers.redemption_id
    ),
    drivers as (
        select *
        from shipped
        union all
        select *
        from classes
        union all
        select *
        from asked
        union all
        select *
        from refused
        union all
        select *
        from said
    )

select
    answers.tenant_id,
    answers.feedback_id,
    drivers.driver,
    drivers.value,
    answers.score >= 4 as is_satisfied,
    cast(date_trunc('month', {{ business_date("answers.answered_at") }}) as date) as month
from drivers
inner join
    answers on answers.tenant_id = drivers.tenant_id and answers.feedback_id = drivers.feedback_id
where drivers.value is not null
