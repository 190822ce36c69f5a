with
    lines as (select * from {{ ref("stg_settlement_lines") }}),
    statements as (select * from {{ ref("stg_settlement_statements") }})

select
    lines.tenant_id,
    lines.statement_id,
    lines.line_no,
    statements.party_kind,
    statements.party_id,
    statements.date,
    lines.source,
    lines.source_id,
    lines.source_no,
    lines.source_date,
    lines.quantity,
    lines.unit_cost_fen,
    lines.amount_fen
from lines
inner join
    statements
    on statements.tenant_id = lines.tenant_id
    and statements.statement_id = lines.statement_id
