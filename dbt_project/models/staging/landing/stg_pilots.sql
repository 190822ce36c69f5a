with versions as ({{ newest_version(source("landing", "pilot"), ["tenant_id"]) }})

select tenant_id, salt, share_bp, starts_on, ends_on, recorded_at
from versions
where version_rank = 1
