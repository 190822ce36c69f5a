with
    fees as (select * from {{ ref("stg_fees") }}),
    invoices as (select * from {{ ref("fct_invoices") }}),
    statements as (select * from {{ ref("fct_settlement_statements") }}),
    points as (select * from {{ ref("int_points_daily") }}),
    tenants as (select * from {{ ref("stg_tenants") }}),
    figures as (
        select
            tenant_id,
            month_start as month,
            amount_fen as charged_fen,
            waived_fen,
            due_fen,
            0 as invoiced_fen,
            0 as credited_fen,
            0 as paid_fen,
            0 as unpaid_fen,
            0 as overdue_fen,
            0 as statement_count,
            0 as on_time_statement_count,
            0 as owed_fen,
            0 as redeemed_points
        from fees
        union all
        select
            tenant_id,
            month_start as month,
            0 as charged_fen,
            0 as waived_fen,
            0 as due_fen,
            amount_fen as invoiced_fen,
            credited_fen,
            paid_fen,
            unpaid_fen,
            overdue_fen,
            0 as statement_count,
            0 as on_time_statement_count,
            0 as owed_fen,
            0 as redeemed_points
        from invoices
        union all
        select
            tenant_id,
            cast(date_trunc('month', date) as date) as month,
            0 as charged_fen,
            0 as waived_fen,
            0 as due_fen,
            0 as invoiced_fen,
            0 as credited_fen,
            0 as paid_fen,
            0 as unpaid_fen,
            0 as overdue_fen,
            1 as statement_count,
            cast(is_on_time as integer) as on_time_statement_count,
            owed_fen,
            0 as redeemed_points
        from statements
        union all
        select
            tenant_id,
            cast(date_trunc('month', date) as date) as month,
            0 as charged_fen,
            0 as waived_fen,
            0 as due_fen,
            0 as invoiced_fen,
            0 as credited_fen,
            0 as paid_fen,
            0 as unpaid_fen,
            0 as overdue_fen,
            0 as statement_count,
            0 as on_time_statement_count,
            0 as owed_fen,
            redeemed_points
        from points
    ),
    summed as (
        select
            tenant_id,
            month,
            cast(sum(charged_fen) as bigint) as charged_fen,
            cast(sum(waived_fen) as bigint) as waived_fen,
            cast(sum(due_fen) as bigint) as due_fen,
            cast(sum(invoiced_fen) as bigint) as invoiced_fen,
            cast(sum(credited_fen) as bigint) as credited_fen,
            cast(sum(paid_fen) as bigint) as paid_fen,
            cast(sum(unpaid_fen) as bigint) as unpaid_fen,
            cast(sum(overdue_fen) as bigint) as overdue_fen,
            cast(sum(statement_count) as bigint) as statement_count,
            cast(sum(on_time_statement_count) as bigint) as on_time_statement_count,
            cast(sum(owed_fen) as bigint) as owed_fen,
            cast(sum(redeemed_points) as bigint) as redeemed_points
        from figures
        group by tenant_id, month
    ),
    valued as (
        select
            summed.*,
            cast(
                round(summed.redeemed_points * tenants.point_cost_fen_per_100 / 100) as bigint
            ) as redeemed_fen
        from summed
        inner join tenants on tenants.tenant_id = summed.tenant_id
    )

select
    tenant_id,
    month,
    charged_fen,
    waived_fen,
    due_fen,
    invoiced_fen,
    credited_fen,
    invoiced_fen - credited_fen as net_invoiced_fen,
    paid_fen,
    unpaid_fen,
    overdue_fen,
    statement_count,
    on_time_statement_count,
    {{ rate("on_time_statement_count", "statement_count") }} as settlement_on_time_rate,
    owed_fen,
    redeemed_points,
    redeemed_fen,
    {{ rate("due_fen", "redeemed_fen") }} as fee_share
from valued
