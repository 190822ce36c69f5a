with refusals as (select * from {{ source("landing", "refusal") }})

select
    tenant_id,
    refusal_id,
    member_id,
    operation,
    reason,
    item_id,
    quantity,
    effective_at,
    recorded_at
from refusals
