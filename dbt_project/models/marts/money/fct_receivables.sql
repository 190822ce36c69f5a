with invoices as (select * from {{ ref("fct_invoices") }})

select
    tenant_id,
    max(as_of_date) as as_of_date,
    cast(count(*) as integer) as invoice_count,
    cast(sum(net_fen) as bigint) as net_fen,
    cast(sum(paid_fen) as bigint) as paid_fen,
    cast(count(*) filter(where unpaid_fen > 0) as integer) as unpaid_count,
    cast(sum(unpaid_fen) as bigint) as unpaid_fen,
    cast(count(*) filter(where overdue_fen > 0) as integer) as overdue_count,
    cast(sum(overdue_fen) as bigint) as overdue_fen,
    min(due_date) filter(where unpaid_fen > 0) as next_due_date,
    cast(sum(unpaid_fen - remaining_fen) as bigint) as owed_back_fen
from invoices
group by tenant_id
