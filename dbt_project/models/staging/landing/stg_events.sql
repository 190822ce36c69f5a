with events as (select * from {{ source("landing", "event") }})

select tenant_id, event_id, member_id, kind, item_id, request_id, occurred_at, recorded_at
from events
where kind <> 'impression'
