{{ config(materialized="view") }}

with events as (select * from {{ ref("stg_events") }})

select tenant_id, event_id, member_id, kind, item_id, request_id, occurred_at
from events
where kind <> 'impression'
