with
    versions as (
        {{
            newest_version(
                source("landing", "offer_opt_in"), ["tenant_id", "item_id", "opted_in_at"]
            )
        }}
    )

select tenant_id, item_id, opted_in_at, withdrawn_at, recorded_at
from versions
where version_rank = 1
