with
    versions as (
        {{ newest_version(source("landing", "supplier_terms"), ["tenant_id", "terms_id"]) }}
    )

select
    tenant_id,
    terms_id,
    supplier_id,
    item_id,
    lead_time_days as lead_days,
    worst_lead_time_days as worst_lead_days,
    min_order_quantity,
    pack_size,
    unit_cost_fen,
    shelf_life_days,
    over_receipt_percent,
    rank,
    valid_from,
    valid_until,
    recorded_at
from versions
where version_rank = 1
