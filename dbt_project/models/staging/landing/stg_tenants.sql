with versions as ({{ newest_version(source("landing", "tenant"), ["tenant_id"]) }})

select
    tenant_id,
    code,
    name,
    industry,
    is_test,
    lot_validity_months,
    point_cost_fen_per_100,
    cash_points,
    cash_fen,
    cash_share_min_bp,
    cash_share_max_bp,
    recorded_at
from versions
where version_rank = 1
