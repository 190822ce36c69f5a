with feedback as (select * from {{ source("landing", "feedback") }})

-- Before surveys there was one way to answer, and what was landed then does not name it.
select
    tenant_id,
    feedback_id,
    member_id,
    redemption_id,
    score,
    coalesce(channel, 'direct') as channel,
    answered_at,
    recorded_at
from feedback
