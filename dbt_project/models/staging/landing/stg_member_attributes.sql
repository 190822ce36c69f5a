with
    versions as (
        {{
            newest_version(
                source("landing", "member_attribute"), ["tenant_id", "member_id", "name"]
            )
        }}
    )

select tenant_id, member_id, name, value, changed_at, recorded_at
from versions
where version_rank = 1
