with
    versions as (
        {{
            newest_version(
                source("landing", "supplier_document_alert"), ["tenant_id", "alert_id"]
            )
        }}
    )

select
    tenant_id,
    alert_id,
    document_id,
    days_before,
    opened_at,
    acknowledged_at,
    closed_at,
    recorded_at
from versions
where version_rank = 1
