with feedback as (select * from {{ source("landing", "feedback") }})

select tenant_id, feedback_id, member_id, redemption_id, score, answered_at, recorded_at
from feedback
