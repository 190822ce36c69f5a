with
    events as (select * from {{ ref("stg_shipment_events") }}),
    shipments as (select * from {{ ref("stg_shipments") }})

select
    events.tenant_id,
    events.shipment_id,
    shipments.redemption_id,
    shipments.carrier,
    shipments.region,
    shipments.status,
    count(*) as event_count,
    count(*) filter (where events.source = 'push') as pushed_count,
    count(*) filter (where events.kind = 'attempted') as attempt_count,
    min(events.occurred_at) filter (where events.kind = 'collected') as collected_at,
    min(events.occurred_at) filter (where events.kind = 'out_for_delivery') as out_for_delivery_at,
    min(events.occurred_at) filter (where events.kind = 'delivered') as delivered_at,
    max(events.occurred_at) as last_event_at
from events
inner join
    shipments
    on shipments.tenant_id = events.tenant_id
    and shipments.shipment_id = events.shipment_id
group by
    events.tenant_id,
    events.shipment_id,
    shipments.redemption_id,
    shipments.carrier,
    shipments.region,
    shipments.status
