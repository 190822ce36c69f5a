with versions as ({{ newest_version(source("landing", "holiday_plan"), ["tenant_id", "plan_id"]) }})

select
    tenant_id,
    plan_id,
    occasion_id,
    first_day,
    last_day,
    status,
    decided_at,
    as_of_date,
    recorded_at
from versions
where version_rank = 1
