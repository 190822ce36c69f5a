with
    versions as (
        {{
            newest_version(
                source("landing", "campaign_use"), ["tenant_id", "cause_id", "kind", "line_no"]
            )
        }}
    )

select
    tenant_id,
    cause_id,
    kind,
    line_no,
    campaign_id,
    redemption_id,
    points,
    effective_at,
    recorded_at
from versions
where version_rank = 1
