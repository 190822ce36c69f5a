with
    invoices as (select * from {{ ref("stg_invoices") }}),
    fees as (select * from {{ ref("stg_fees") }}),
    fees_by_month as (
        select
            tenant_id,
            month_start,
            cast(sum(due_fen) as bigint) as due_fen,
            cast(count(*) as integer) as fee_count
        from fees
        group by tenant_id, month_start
    )

select
    invoices.tenant_id,
    invoices.invoice_id,
    invoices.invoice_number,
    invoices.month_start,
    invoices.fee_count,
    coalesce(fees_by_month.fee_count, 0) as fees_found,
    invoices.amount_fen,
    coalesce(fees_by_month.due_fen, 0) as fees_due_fen,
    invoices.waived_fen,
    invoices.credited_fen,
    invoices.amount_fen - invoices.credited_fen as net_fen,
    invoices.issued_at,
    {{ business_date("invoices.issued_at") }} as issued_date,
    invoices.due_on as due_date
from invoices
left join
    fees_by_month
    on fees_by_month.tenant_id = invoices.tenant_id
    and fees_by_month.month_start = invoices.month_start
