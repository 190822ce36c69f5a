with versions as ({{ newest_version(source("landing", "member"), ["tenant_id", "member_id"]) }})

-- Before a member could refuse personal recommendations nobody had.
select
    tenant_id,
    member_id,
    profile,
    is_test,
    is_erased,
    coalesce(is_personalised, true) as is_personalised,
    registered_at,
    recorded_at
from versions
where version_rank = 1
