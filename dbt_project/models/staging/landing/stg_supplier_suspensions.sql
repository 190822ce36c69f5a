with
    versions as (
        {{
            newest_version(
                source("landing", "supplier_suspension"), ["tenant_id", "suspension_id"]
            )
        }}
    )

select tenant_id, suspension_id, supplier_id, failed_gate, suspended_at, lifted_at, recorded_at
from versions
where version_rank = 1
