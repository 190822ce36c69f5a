with versions as ({{ newest_version(source("landing", "payment"), ["tenant_id", "payment_id"]) }})

select
    tenant_id,
    payment_id,
    redemption_id,
    provider,
    amount_fen,
    status,
    refunded_fen,
    captured_at,
    recorded_at
from versions
where version_rank = 1
