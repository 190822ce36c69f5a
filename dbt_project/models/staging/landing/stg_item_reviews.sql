with
    versions as ({{ newest_version(source("landing", "item_review"), ["tenant_id", "review_id"]) }})

select
    tenant_id,
    review_id,
    member_id,
    redemption_id,
    line_no,
    item_id,
    stars,
    text_length,
    language,
    topic,
    sentiment,
    sentiment_score,
    written_at,
    edited_at,
    hidden_at,
    hidden_reason,
    recorded_at
from versions
where version_rank = 1
