with
    versions as (
        {{ newest_version(source("landing", "redemption"), ["tenant_id", "redemption_id"]) }}
    )

select tenant_id, redemption_id, member_id, status, points, effective_at, completed_at, recorded_at
from versions
where version_rank = 1
