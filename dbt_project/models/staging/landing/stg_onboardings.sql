with versions as ({{ newest_version(source("landing", "onboarding"), ["tenant_id"]) }})

select tenant_id, applied_on, configured_on, tested_on, live_on, recorded_at
from versions
where version_rank = 1
