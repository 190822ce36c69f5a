with
    reviews as (select * from {{ ref("stg_item_reviews") }}),
    chats as (select * from {{ ref("stg_chats") }}),
    answers as (select * from {{ ref("stg_survey_answers") }}),
    said as (
        select tenant_id, redemption_id, sentiment
        from reviews
        union all
        select tenant_id, redemption_id, sentiment
        from chats
        union all
        select tenant_id, redemption_id, sentiment
        from answers
    )

-- One complaint among praise is what somebody has to know of.
select
    tenant_id,
    redemption_id,
    case
        when bool_or(sentiment = 'negative')
        then 'negative'
        when bool_or(sentiment = 'positive')
        then 'positive'
        else 'neutral'
    end as sentiment
from said
where redemption_id is not null and sentiment is not null
group by tenant_id, redemption_id
