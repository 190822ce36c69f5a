with
    versions as (
        {{
            newest_version(
                source("landing", "reconciliation"), ["tenant_id", "reconciliation_id"]
            )
        }}
    )

select
    tenant_id,
    reconciliation_id,
    provider,
    day as date,
    matched,
    missing_here,
    missing_there,
    different_amount,
    file_fen,
    our_fen,
    imported_at,
    recorded_at
from versions
where version_rank = 1
