with
    versions as (
        {{ newest_version(source("landing", "hold"), ["tenant_id", "hold_id", "effective_at"]) }}
    )

select
    tenant_id,
    hold_id,
    member_id,
    points,
    captured_points,
    status,
    redemption_id,
    effective_at,
    expires_at,
    resolved_at,
    recorded_at
from versions
where version_rank = 1
