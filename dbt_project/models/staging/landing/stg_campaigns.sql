with versions as ({{ newest_version(source("landing", "campaign"), ["tenant_id", "campaign_id"]) }})

select
    tenant_id,
    campaign_id,
    kind,
    name_zh,
    name_en,
    starts_at,
    ends_at,
    audience,
    scheme,
    audience_groups,
    earn_numerator,
    earn_denominator,
    member_days,
    discount_bp,
    categories,
    budget_points,
    member_limit_points,
    used_points,
    created_at,
    approved_at,
    stopped_at,
    recorded_at
from versions
where version_rank = 1
