with
    versions as (
        {{
            newest_version(
                source("landing", "survey_answer"),
                ["tenant_id", "survey_id", "member_id", "question_no"],
            )
        }}
    )

select
    tenant_id,
    survey_id,
    survey_code,
    member_id,
    redemption_id,
    question_no,
    kind,
    score,
    choice_no,
    text_length,
    language,
    topic,
    sentiment,
    sentiment_score,
    answered_at,
    recorded_at
from versions
where version_rank = 1
