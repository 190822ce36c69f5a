with
    reviews as (select * from {{ ref("stg_item_reviews") }}),
    members as (select * from {{ ref("int_counted_members") }})

select
    reviews.tenant_id,
    reviews.review_id,
    reviews.member_id,
    reviews.redemption_id,
    reviews.line_no,
    reviews.item_id,
    reviews.stars,
    reviews.text_length,
    reviews.language,
    reviews.topic,
    reviews.sentiment,
    reviews.sentiment_score,
    reviews.written_at,
    {{ business_date("reviews.written_at") }} as written_date,
    reviews.edited_at is not null as is_edited,
    reviews.hidden_at is not null as is_hidden,
    reviews.hidden_reason
from reviews
inner join
    members on members.tenant_id = reviews.tenant_id and members.member_id = reviews.member_id
