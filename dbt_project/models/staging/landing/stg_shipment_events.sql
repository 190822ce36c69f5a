select tenant_id, shipment_id, event_id, kind, occurred_at, source, recorded_at
from {{ source("landing", "shipment_event") }}
