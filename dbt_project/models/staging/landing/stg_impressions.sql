with events as (select * from {{ source("landing", "event") }})

select
    tenant_id,
    event_id,
    request_id,
    member_id,
    item_id,
    position,
    propensity,
    policy,
    context,
    stage,
    occurred_at as shown_at,
    recorded_at
from events
where kind = 'impression'
