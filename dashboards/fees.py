"""What an enterprise pays: charges, invoices and settlement, as the marts of money say for one tenant."""

from datetime import date

import pandas as pd

from dashboards.kpis import month_after
from dashboards.marts import TenantMarts

TABLES = ("fct_fees", "fct_invoices", "fct_receivables", "fct_settlement_statements")

_COURSE = """
    select
        month_start as month, line_code, cast(sum(amount_fen) as bigint) as amount_fen,
        cast(sum(waived_fen) as bigint) as waived_fen, cast(sum(due_fen) as bigint) as due_fen
    from marts.fct_fees
    where tenant_id = $tenant_id
    group by month_start, line_code
    order by month_start, line_code
"""
_CHARGES = """
    select
        f.fee_id::varchar as fee, f.line_code, f.basis, f.rate, f.quantity, f.first_day, f.last_day, f.tariff_valid_from,
        f.confirmed_date, f.amount_fen, f.waived_fen, f.due_fen, i.invoice_number
    from marts.fct_fees f
    left join marts.fct_invoices i on i.tenant_id = f.tenant_id and i.invoice_id = f.invoice_id
    where f.tenant_id = $tenant_id and f.month_start = $month
    order by f.line_code, f.first_day, fee
"""
_INVOICES = """
    select
        invoice_id::varchar as invoice_id, month_start as month, invoice_number, fee_count, waived_fen, amount_fen, credited_fen, net_fen, paid_fen, unpaid_fen,
        state, issued_date, due_date
    from marts.fct_invoices
    where tenant_id = $tenant_id
    order by month_start desc, invoice_number
"""
_RECEIVABLES = """
    select unpaid_count, unpaid_fen, overdue_count, overdue_fen, owed_back_fen, as_of_date
    from marts.fct_receivables
    where tenant_id = $tenant_id
"""
_STATEMENTS = """
    select
        statement_id::varchar as statement_id, date, party_kind, party_name, line_count, quantity, owed_fen, stated_date,
        due_date, days_to_state, is_on_time, settled_date
    from marts.fct_settlement_statements
    where tenant_id = $tenant_id and date >= $month and date < $after
    order by date desc, party_name
"""
_MONTHS = """
    select month_start as month from marts.fct_fees where tenant_id = $tenant_id
    union
    select cast(date_trunc('month', date) as date) as month
    from marts.fct_settlement_statements
    where tenant_id = $tenant_id
    order by month
"""


def months(marts: TenantMarts) -> list[date]:
    """Return the months in which something was charged or stated, oldest first."""
    return [month.date() for month in marts.rows(_MONTHS)["month"]]


def course(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per month and tariff line: what it came to, what was waived and what is asked (fen)."""
    return marts.rows(_COURSE)


def charges(marts: TenantMarts, month: date) -> pd.DataFrame:
    """Return the charges of a month, each with the tariff line and the confirmation it rests on."""
    return in_yuan(marts.rows(_CHARGES, month=month))


def invoices(marts: TenantMarts) -> pd.DataFrame:
    """Return all invoices, the newest first."""
    return in_yuan(marts.rows(_INVOICES))


def receivables(marts: TenantMarts) -> pd.DataFrame:
    """Return what of all invoices is unpaid and what is overdue (fen), as one row; none before the first invoice."""
    return marts.rows(_RECEIVABLES)


def statements(marts: TenantMarts, month: date) -> pd.DataFrame:
    """Return what is owed to suppliers and other tenants for the days of a month."""
    return in_yuan(marts.rows(_STATEMENTS, month=month, after=month_after(month)))


def in_yuan(rows: pd.DataFrame) -> pd.DataFrame:
    """Return rows with an amount in yuan beside each one in fen: due beside due_fen."""
    return rows.assign(
        **{str(name).removesuffix("_fen"): rows[name] / 100 for name in rows if str(name).endswith("_fen")}
    )


def of_month(rows: pd.DataFrame, month: date) -> pd.DataFrame:
    """Return the rows of a month of what `course` returned."""
    return rows[rows["month"] == pd.Timestamp(month)]
