with
    fees as (select * from {{ ref("stg_fees") }}),
    invoices as (select * from {{ ref("stg_invoices") }})

select
    fees.tenant_id,
    fees.fee_id,
    fees.month_start,
    fees.line_code,
    fees.basis,
    fees.rate,
    fees.tariff_valid_from,
    fees.confirmed_on as confirmed_date,
    fees.first_day,
    fees.last_day,
    fees.quantity,
    fees.amount_fen,
    fees.waived_fen,
    fees.due_fen,
    fees.charged_at,
    invoices.invoice_id
from fees
left join
    invoices on invoices.tenant_id = fees.tenant_id and invoices.month_start = fees.month_start
