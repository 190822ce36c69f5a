with
    invoices as (select * from {{ ref("stg_invoices") }}),
    fees as (select * from {{ ref("stg_fees") }}),
    tenants as (select * from {{ ref("dim_tenant") }}),
    fees_by_month as (
        select
            tenant_id,
            month_start,
            cast(sum(due_fen) as bigint) as due_fen,
            cast(count(*) as integer) as fee_count
        from fees
        group by tenant_id, month_start
    ),
    -- The mall's newest day, whichever tenant it is of: one without members' acts has to pay all
    -- the same.
    known as (select max(last_fact_date) as last_date from tenants),
    dated as (
        select
            *,
            amount_fen - credited_fen - paid_fen as remaining_fen,
            {{ business_date("issued_at") }} as issued_date
        from invoices
    ),
    standing as (
        select
            dated.*,
            greatest(coalesce(known.last_date, dated.issued_date), dated.issued_date) as as_of_date
        from dated
        cross join known
    )

select
    standing.tenant_id,
    standing.invoice_id,
    standing.invoice_number,
    standing.month_start,
    standing.fee_count,
    coalesce(fees_by_month.fee_count, 0) as fees_found,
    standing.amount_fen,
    coalesce(fees_by_month.due_fen, 0) as fees_due_fen,
    standing.waived_fen,
    standing.credited_fen,
    standing.amount_fen - standing.credited_fen as net_fen,
    standing.paid_fen,
    standing.remaining_fen,
    greatest(standing.remaining_fen, 0) as unpaid_fen,
    case
        when standing.as_of_date > standing.due_on then greatest(standing.remaining_fen, 0) else 0
    end as overdue_fen,
    case
        when standing.remaining_fen <= 0
        then 'paid'
        when standing.as_of_date > standing.due_on
        then 'overdue'
        when standing.paid_fen > 0
        then 'partially_paid'
        else 'issued'
    end as state,
    standing.issued_at,
    standing.issued_date,
    standing.due_on as due_date,
    case
        when standing.remaining_fen <= 0 then {{ business_date("standing.last_paid_at") }}
    end as paid_date,
    standing.as_of_date
from standing
left join
    fees_by_month
    on fees_by_month.tenant_id = standing.tenant_id
    and fees_by_month.month_start = standing.month_start
