with
    versions as (
        {{ newest_version(source("landing", "after_sales_case"), ["tenant_id", "case_id"]) }}
    )

select
    tenant_id,
    case_id,
    redemption_id,
    line_no,
    quantity,
    supplier_id,
    type,
    reason,
    opened_at,
    due_at,
    answered_at,
    outcome,
    responsibility,
    decided_at,
    closed_at,
    recorded_at
from versions
where version_rank = 1
