with refusals as (select * from {{ ref("int_refusals") }})

select
    tenant_id,
    refusal_id,
    member_id,
    operation,
    reason,
    class,
    item_id,
    quantity,
    effective_at,
    effective_date,
    recorded_at
from refusals
