"""What the platform's own people look after: tenants on their way in, and the books."""

from datetime import date

import pandas as pd

from dashboards.marts import PlatformMarts

ONBOARDING_TABLES = ("dim_tenant", "fct_onboarding")
BOOK_TABLES = (
    "dim_tenant",
    "fct_invoices",
    "fct_receivables",
    "fct_settlement_statements",
    "fct_reconciliations",
)
STEPS = ("configured", "tested", "live")
# What is promised from the application to going live.
TARGET_DAYS = 10

_TENANTS = """
    select t.code, t.name, t.industry, t.is_test, t.last_fact_date, o.applied_date, o.configured_date, o.tested_date,
        o.live_date, o.reached, o.onboarding_days
    from marts.dim_tenant t
    left join marts.fct_onboarding o on o.tenant_id = t.tenant_id
    where $code = '' or t.code = $code
    order by o.applied_date desc nulls last, t.name
"""
_NAMES = "select code, name, tenant_id::varchar as tenant_id from marts.dim_tenant order by name"
_INVOICES = """
    select t.tenant_id::varchar as tenant_id, t.code, t.name as tenant, i.invoice_id::varchar as invoice_id, i.invoice_number, i.month_start, i.fee_count, i.amount_fen, i.waived_fen,
        i.credited_fen, i.net_fen, i.paid_fen, i.unpaid_fen, i.state, i.issued_date, i.due_date
    from marts.fct_invoices i
    join marts.dim_tenant t on t.tenant_id = i.tenant_id
    where $code = '' or t.code = $code
    order by i.month_start desc, i.net_fen desc, t.name
"""
_STATEMENTS = """
    select t.tenant_id::varchar as tenant_id, t.code, t.name as tenant, s.statement_id::varchar as statement_id,
        s.party_kind, s.party_name, s.date, s.line_count, s.quantity, s.owed_fen, s.stated_date,
        s.due_date, s.is_on_time, s.settled_date
    from marts.fct_settlement_statements s
    join marts.dim_tenant t on t.tenant_id = s.tenant_id
    where ($code = '' or t.code = $code) and s.date >= $first and s.date < $after
    order by s.date desc, s.owed_fen desc
"""
_RECEIVABLES = """
    select t.code, t.name as tenant, r.unpaid_count, r.unpaid_fen, r.overdue_count, r.overdue_fen, r.next_due_date,
        r.owed_back_fen
    from marts.fct_receivables r
    join marts.dim_tenant t on t.tenant_id = r.tenant_id
    where ($code = '' or t.code = $code) and (r.unpaid_fen > 0 or r.owed_back_fen > 0)
    order by r.overdue_fen desc, r.unpaid_fen desc, t.name
"""
_RECONCILIATIONS = """
    select t.name as tenant, r.provider, r.date, r.matched_count, r.missing_here_count, r.missing_there_count,
        r.different_amount_count, r.file_fen, r.our_fen, r.is_clean
    from marts.fct_reconciliations r
    join marts.dim_tenant t on t.tenant_id = r.tenant_id
    where ($code = '' or t.code = $code) and r.date >= $first and r.date < $after
    order by r.is_clean, r.date desc
"""


def tenant_names(marts: PlatformMarts) -> dict[str, str]:
    """Return the names of all tenants by their codes."""
    rows = marts.rows(_NAMES)
    return dict(zip(rows["code"], rows["name"], strict=True))


def tenant_ids(marts: PlatformMarts) -> dict[str, str]:
    """Return the ids of all tenants by their codes."""
    rows = marts.rows(_NAMES)
    return dict(zip(rows["code"], rows["tenant_id"], strict=True))


def tenants(marts: PlatformMarts, code: str, today: date) -> pd.DataFrame:
    """Return one row per tenant, the newest application first, with the days of each step and those so far.

    A tenant that was made live at once never applied and has no steps.
    """
    rows = marts.rows(_TENANTS, code=code)
    now = pd.Timestamp(today)
    began = rows["applied_date"]
    for step in STEPS:
        done = rows[f"{step}_date"]
        rows[f"{step}_days"] = (done - began).dt.days
        began = done.fillna(began)
    so_far = (now - rows["applied_date"]).dt.days
    return rows.assign(
        so_far_days=rows["onboarding_days"].fillna(so_far),
        open_days=(now - began).dt.days.where(rows["live_date"].isna() & rows["applied_date"].notna()),
    )


def invoices(marts: PlatformMarts, code: str) -> pd.DataFrame:
    """Return the invoices of all months, the newest month first."""
    return marts.rows(_INVOICES, code=code)


def receivables(marts: PlatformMarts, code: str) -> pd.DataFrame:
    """Return one row per tenant that has something to pay or to get back, of all months, what is overdue first."""
    return marts.rows(_RECEIVABLES, code=code)


def statements(marts: PlatformMarts, code: str, first: date, after: date) -> pd.DataFrame:
    """Return the settlement statements of days from one on and before another, the newest first."""
    return marts.rows(_STATEMENTS, code=code, first=first, after=after)


def reconciliations(marts: PlatformMarts, code: str, first: date, after: date) -> pd.DataFrame:
    """Return the reconciled files of days from one on and before another, those that differ first."""
    return marts.rows(_RECONCILIATIONS, code=code, first=first, after=after)
