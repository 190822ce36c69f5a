{{ config(materialized="view") }}

with
    reviews as (select * from {{ ref("stg_item_reviews") }}),
    chats as (select * from {{ ref("stg_chats") }}),
    answers as (select * from {{ ref("stg_survey_answers") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    texts as (
        select
            tenant_id,
            member_id,
            'review' as kind,
            cast(review_id as varchar) as text_key,
            written_at as said_at,
            sentiment
        from reviews
        union all
        select
            tenant_id,
            member_id,
            'chat' as kind,
            cast(chat_id as varchar) as text_key,
            started_at as said_at,
            sentiment
        from chats
        union all
        select
            tenant_id,
            member_id,
            'survey_answer' as kind,
            cast(survey_id as varchar) || ' ' || cast(question_no as varchar) as text_key,
            answered_at as said_at,
            sentiment
        from answers
    )

select
    texts.tenant_id,
    texts.member_id,
    texts.kind,
    texts.text_key,
    {{ business_date("texts.said_at") }} as date,
    texts.sentiment
from texts
inner join members on members.tenant_id = texts.tenant_id and members.member_id = texts.member_id
where texts.sentiment is not null
