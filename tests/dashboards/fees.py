"""What the page of fees reads, written by hand beside the rows of an enterprise.

Acorn: a first month waived in February, two lines and an invoice in March, and what is settled with two parties.
Birch: one line, one invoice, one statement, and other numbers.
"""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import duckdb

from tests.dashboards.enterprise import FEBRUARY, MARCH, add_enterprise, insert
from tests.literal_release import ACORN, BIRCH

_TABLES = {
    "fct_fees": "tenant_id uuid, fee_id uuid, month_start date, line_code varchar, basis varchar, rate bigint, "
    "tariff_valid_from date, confirmed_date date, first_day date, last_day date, quantity bigint, amount_fen bigint, "
    "waived_fen bigint, due_fen bigint, charged_at timestamptz, invoice_id uuid",
    "fct_invoices": "tenant_id uuid, invoice_id uuid, invoice_number varchar, month_start date, fee_count integer, "
    "fees_found integer, amount_fen bigint, fees_due_fen bigint, waived_fen bigint, credited_fen bigint, net_fen bigint, "
    "paid_fen bigint, unpaid_fen bigint, state varchar, issued_at timestamptz, issued_date date, due_date date",
    "fct_receivables": "tenant_id uuid, as_of_date date, unpaid_count integer, unpaid_fen bigint, overdue_count integer, "
    "overdue_fen bigint, owed_back_fen bigint",
    "fct_settlement_statements": "tenant_id uuid, statement_id uuid, party_kind varchar, party_id uuid, "
    "party_name varchar, date date, line_count integer, quantity bigint, owed_fen bigint, stated_date date, "
    "due_date date, days_to_state bigint, is_on_time boolean, settled_date date",
}
_CHARGED = datetime(2026, 4, 1, 2, tzinfo=UTC)


def _id(number: int) -> str:
    return f"01900000-0000-7000-c000-{number:012d}"


def _fee(
    tenant: UUID,
    number: int,
    month: date,
    line: tuple[str, str, int, int],
    amounts: tuple[int, int],
    invoice: Any,
) -> tuple[Any, ...]:
    code, basis, rate, quantity = line
    amount, waived = amounts
    last = month.replace(day=28)
    return (
        tenant, _id(number), month, code, basis, rate, date(2026, 1, 1), date(2026, 1, 15), month, last, quantity,
        amount, waived, amount - waived, _CHARGED, invoice,
    )  # fmt: skip


_FEES = [
    _fee(ACORN, 1, FEBRUARY, ("platform", "month", 310_000, 28), (310_000, 310_000), _id(11)),
    _fee(ACORN, 2, FEBRUARY, ("order", "redemption", 50, 100), (5_000, 0), _id(11)),
    _fee(ACORN, 3, MARCH, ("platform", "month", 310_000, 31), (310_000, 0), _id(12)),
    _fee(ACORN, 4, MARCH, ("order", "redemption", 50, 241), (12_050, 0), _id(12)),
    _fee(ACORN, 5, MARCH, ("cash", "cash", 60, 100_000), (600, 1), None),
    _fee(BIRCH, 6, MARCH, ("order", "redemption", 77, 1), (77, 0), _id(13)),
]
_INVOICES = [
    (ACORN, _id(11), "2026-02-0001", FEBRUARY, 2, 2, 5_000, 5_000, 310_000, 0, 5_000, 3_000, 2_000, "overdue", _CHARGED, MARCH, date(2026, 3, 15)),
    (ACORN, _id(12), "2026-03-0001", MARCH, 2, 2, 322_050, 322_050, 0, 2_050, 320_000, 0, 320_000, "issued", _CHARGED, date(2026, 4, 1),
     date(2026, 4, 15)),
    (BIRCH, _id(13), "2026-03-0002", MARCH, 1, 1, 77, 77, 0, 0, 77, 77, 0, "paid", _CHARGED, date(2026, 4, 1), date(2026, 4, 15)),
]  # fmt: skip

_RECEIVABLES = [
    (ACORN, date(2026, 3, 31), 2, 322_000, 1, 2_000, 0),
    (BIRCH, date(2026, 3, 31), 0, 0, 0, 0, 0),
]


def _statement(
    tenant: UUID, number: int, kind: str, name: str, day: date, owed: int, days: int
) -> tuple[Any, ...]:
    stated = day.replace(day=day.day + days)
    return (tenant, _id(number), kind, _id(90), name, day, 2, 10, owed, stated, stated, days, days <= 1, None)


_STATEMENTS = [
    _statement(ACORN, 21, "supplier", "Tea House", date(2026, 3, 10), 123_456, 1),
    _statement(ACORN, 22, "tenant", "Crane", date(2026, 3, 11), -23_400, 3),
    _statement(ACORN, 23, "supplier", "Tea House", date(2026, 2, 10), 1, 1),
    _statement(BIRCH, 24, "supplier", "Rain Goods", date(2026, 3, 10), 99, 1),
]


def add_fees(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the tables and rows to a release that is being written, beside those of an enterprise."""
    add_enterprise(connection)
    rows: dict[str, list[Any]] = {
        "fct_fees": _FEES,
        "fct_invoices": _INVOICES,
        "fct_receivables": _RECEIVABLES,
        "fct_settlement_statements": _STATEMENTS,
    }
    for table, columns in _TABLES.items():
        connection.execute(f"create or replace table marts.{table} ({columns})")
        insert(connection, table, rows[table])
