select
    tenant_id,
    partner_id,
    direction,
    day as date,
    exchanges as exchange_count,
    points,
    fee_points,
    to_points,
    reversals as reversal_count,
    reversed_points,
    reversed_fee_points,
    reversed_to_points,
    net_to_points,
    owed_fen,
    stated_at,
    recorded_at
from {{ source("landing", "exchange_statement") }}
