with
    versions as (
        {{
            newest_version(
                source("landing", "risk_assessment"),
                ["tenant_id", "assessment_id", "effective_at"],
            )
        }}
    )

select
    tenant_id,
    assessment_id,
    redemption_id,
    member_id,
    verdict,
    score,
    rule_kinds,
    effective_at,
    decided_verdict,
    decided_at,
    recorded_at
from versions
where version_rank = 1
