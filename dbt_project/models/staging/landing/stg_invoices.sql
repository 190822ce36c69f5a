with versions as ({{ newest_version(source("landing", "invoice"), ["tenant_id", "invoice_id"]) }})

select
    tenant_id,
    invoice_id,
    number as invoice_number,
    month as month_start,
    fees as fee_count,
    amount_fen,
    waived_fen,
    credited_fen,
    issued_at,
    due_on,
    recorded_at
from versions
where version_rank = 1
