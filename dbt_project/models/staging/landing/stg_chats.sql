with versions as ({{ newest_version(source("landing", "chat"), ["tenant_id", "chat_id"]) }})

select
    tenant_id,
    chat_id,
    member_id,
    redemption_id,
    case_id,
    started_at,
    ended_at,
    first_answer_at,
    message_count,
    member_message_count,
    agent_message_count,
    text_length,
    language,
    topic,
    sentiment,
    sentiment_score,
    recorded_at
from versions
where version_rank = 1
