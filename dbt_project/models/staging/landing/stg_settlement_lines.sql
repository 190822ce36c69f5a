select
    tenant_id,
    statement_id,
    line_no,
    source,
    source_id,
    source_no,
    source_day as source_date,
    quantity,
    unit_cost_fen,
    amount_fen
from {{ source("landing", "settlement_line") }}
