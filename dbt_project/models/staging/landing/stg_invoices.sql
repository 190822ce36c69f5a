with versions as ({{ newest_version(source("landing", "invoice"), ["tenant_id", "invoice_id"]) }})

-- Rows landed before payments were recorded had none.
select
    tenant_id,
    invoice_id,
    number as invoice_number,
    month as month_start,
    fees as fee_count,
    amount_fen,
    waived_fen,
    credited_fen,
    coalesce(paid_fen, 0) as paid_fen,
    last_paid_at,
    issued_at,
    due_on,
    recorded_at
from versions
where version_rank = 1
