with versions as ({{ newest_version(source("landing", "member"), ["tenant_id", "member_id"]) }})

select tenant_id, member_id, is_test, is_erased, registered_at, recorded_at
from versions
where version_rank = 1
