"""Invoices and settlement statements as documents: what they say in both languages, and who may take them home."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from dashboards import page
from dashboards.reports.content import Report
from dashboards.reports.papers import invoice_paper, statement_paper
from dashboards.reports.pdf import to_pdf
from dashboards.reports.typeface import find_typeface
from dashboards.words import Language, Words
from tests import literal_release as literal
from tests.dashboards import planning
from tests.dashboards.desks import DeskMall
from tests.dashboards.pdf_text import read_pdf
from tests.dashboards.reading import said

OpenPage = Callable[..., AppTest]
AT = datetime(2026, 4, 20, 1, 30, tzinfo=UTC)
# As tests/dashboards/fees.py has them in the release.
INVOICE = "01900000-0000-7000-c000-000000000012"
STATEMENT = "01900000-0000-7000-c000-000000000022"

TOLD: dict[str, Any] = {
    "invoice_id": INVOICE, "number": "acorn-202603", "month": "2026-03-01", "fee_count": 2, "amount_fen": 322_050,
    "waived_fen": 0, "credited_fen": 2_050, "paid_fen": 120_000, "remaining_fen": 200_000, "state": "partially_paid",
    "issued_at": "2026-04-01T02:00:00+08:00", "due_on": "2026-05-01",
    "fees": [
        {"line_code": "platform", "basis": "month", "rate": 310_000, "name_zh": "平台费", "name_en": "Platform",
         "confirmed_on": "2026-01-15", "first_day": "2026-03-01", "last_day": "2026-03-31", "quantity": 31,
         "amount_fen": 310_000, "waived_fen": 0, "due_fen": 310_000},
        {"line_code": "cash", "basis": "cash", "rate": 60, "name_zh": "收款费", "name_en": "Cash",
         "confirmed_on": "2026-01-15", "first_day": "2026-03-01", "last_day": "2026-03-31", "quantity": 2_008_400,
         "amount_fen": 12_050, "waived_fen": 0, "due_fen": 12_050},
    ],
    "credit_notes": [{"reference": "C-1", "amount_fen": 2_050, "reason": "故障", "issued_at": "2026-04-02T10:00:00+08:00"}],
    "payments": [{"reference": "B-77", "amount_fen": 120_000, "received_at": "2026-04-12T23:30:00+00:00"}],
}  # fmt: skip
OWED: dict[str, Any] = {
    "statement_id": STATEMENT, "party_kind": "supplier", "party_id": "x", "party_name": "叶茂茶业", "day": "2026-03-10",
    "line_count": 2, "quantity": 14, "owed_fen": 2_100, "stated_at": "2026-03-11T02:00:00+08:00", "due_on": "2026-03-11",
    "settled_at": None, "settled_by_reference": None,
    "lines": [
        {"line_no": 1, "source": "receipt", "source_id": "01900000-0000-7000-c000-000000000071", "source_no": 1,
         "source_day": "2026-03-10", "quantity": 12, "unit_cost_fen": 150, "amount_fen": 1_800},
        {"line_no": 2, "source": "exchange", "source_id": "01900000-0000-7000-c000-000000000072", "source_no": 0,
         "source_day": "2026-03-10", "quantity": 2, "unit_cost_fen": None, "amount_fen": 300},
    ],
}  # fmt: skip


def text_of(report: Report) -> str:
    made = read_pdf(to_pdf(report, find_typeface(None)))
    assert made.embedded_fonts
    return made.text


def test_an_invoice_tells_what_is_asked_paid_and_left() -> None:
    text = text_of(invoice_paper(Words("zh"), literal.ACORN_NAME, TOLD, AT))

    assert f"{literal.ACORN_NAME}账单acorn-202603·2026年3月账务截至2026年4月20日09:30" in text
    assert "2026年3月费用3,220.50元，未付2,000.00元，请在2026年5月1日前付款。状态：部分付款。" in text
    assert "账单金额3,220.50元红字退回20.50元已付1,200.00元未付2,000.00元开具日" in text
    assert "平台费月（按天）3,100.00元312026-03-012026-03-313,100.000.003,100.002026-01-15" in text
    # By the wall clock of the mall it came on the day after.
    assert "2026-04-13B-771,200.00" in text
    assert "2026-04-02C-1故障20.50" in text


def test_an_invoice_is_told_in_english_and_without_what_there_was_none_of() -> None:
    plain = TOLD | {"credit_notes": [], "payments": [], "remaining_fen": -5, "state": "paid"}
    text = text_of(invoice_paper(Words("en"), "Acorn", plain, AT))

    assert "Invoiceacorn-202603·Mar2026" in text
    assert "FeesofMar2026:¥3,220.50,ofwhich¥0.00islefttopayby1May2026.State:paid." in text
    assert "Platform" in text
    assert "Creditnotes" not in text
    assert "Payments" not in text


def test_a_statement_tells_whom_what_is_owed_for_what() -> None:
    text = text_of(statement_paper(Words("zh"), literal.ACORN_NAME, OWED, AT))

    assert "应付叶茂茶业21.00元，2026年3月11日到期。" in text
    assert "1收货01900000-0000-7000-c000-0000000000712026-03-10121.5018.00" in text
    assert "2积分互通01900000-0000-7000-c000-0000000000722026-03-102—3.00" in text


def test_a_statement_that_is_settled_or_owed_to_the_tenant_says_so() -> None:
    settled = OWED | {
        "owed_fen": -2_100, "settled_at": "2026-03-11T10:00:00+08:00", "settled_by_reference": "B-9",
    }  # fmt: skip
    told = statement_paper(Words("en"), "Acorn", settled, AT)
    assert told.answer == "¥21.00 is owed by 叶茂茶业, settled on 11 Mar 2026 (B-9)."


ROWS = (
    "insert into mall.tariff values ('01900000-0000-7000-c000-0000000000a1', 'T', '2026-01-01', 'x', now(), "
    "decode(repeat('00', 32), 'hex'), now())",
    "insert into mall.tariff_line values ('01900000-0000-7000-c000-0000000000a1', 'platform', 'month', 310000, '平台费', "
    "'Platform')",
    "insert into mall.fee (tenant_id, fee_id, reference, month, tariff_id, line_code, confirmed_on, first_day, last_day, "
    "quantity, amount_fen, charged_by, charged_at) values (%(t)s, %(i)s, 'f', '2026-03-01', "
    "'01900000-0000-7000-c000-0000000000a1', 'platform', '2026-01-15', '2026-03-01', '2026-03-31', 31, 320000, 'x', now())",
    "insert into mall.invoice (tenant_id, invoice_id, number, month, fees, amount_fen, waived_fen, issued_at, due_on) "
    "values (%(t)s, %(i)s, '2026-03-0001', '2026-03-01', 1, 320000, 0, '2026-04-01', '2026-04-15')",
    "insert into mall.invoice_line values (%(t)s, %(i)s, %(i)s, '2026-03-01', 320000)",
    "insert into mall.settlement_statement (tenant_id, statement_id, party_kind, party_id, day, lines, quantity, owed_fen, "
    "stated_at, due_on) values (%(t)s, %(s)s, 'supplier', %(s)s, '2026-03-10', 1, 12, 1800, '2026-03-11', '2026-03-11')",
    "insert into mall.settlement_line values (%(t)s, %(s)s, 1, 'receipt', %(s)s, 1, '2026-03-10', 12, 150, 1800)",
)


def keep_books(database_url: str) -> None:
    """Give acorn's mall the invoice and the statement that its release tells of."""
    with psycopg.connect(database_url) as connection:
        connection.execute("set session_replication_role = replica")
        for statement in ROWS:
            connection.execute(statement, {"t": literal.ACORN, "i": INVOICE, "s": STATEMENT})


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """What the buttons of the papers give, by file name."""
    found: dict[str, bytes] = {}
    button = st.download_button

    def take(label: str, data: Any, file_name: str, **more: Any) -> bool:
        if more["key"].startswith("take_"):
            found[file_name] = data()
            return False
        return button(label, data, file_name, **more)

    monkeypatch.setattr(st, "download_button", take)
    monkeypatch.setattr(page, "business_today", lambda: planning.TODAY)
    monkeypatch.setattr(page, "now", lambda: AT)
    return found


@pytest.mark.parametrize(("username", "language"), [("li.na", "zh"), ("an.ran", "en")])
@pytest.mark.usefixtures("fees_release")
def test_an_enterprise_takes_its_own_home(
    open_page: OpenPage, database_url: str, planned_mall: planning.Mall, taken: dict[str, bytes],
    username: str, language: Language,
) -> None:  # fmt: skip
    keep_books(database_url)
    app = open_page("fees", {"lang": language}, token=planned_mall.token(username), mall=planned_mall.url)

    assert not app.exception
    invoice = taken[f"pointmart-invoice-2026-03-0001-{language}.pdf"]
    assert literal.ACORN_NAME in read_pdf(invoice).text
    assert "3,200.00" in read_pdf(invoice).text
    (statement,) = [made for name, made in taken.items() if name.startswith("pointmart-settlement-2026-03-1")]
    assert "18.00" in read_pdf(statement).text


@pytest.mark.usefixtures("fees_release")
def test_a_planner_is_told_that_others_may(
    open_page: OpenPage, database_url: str, planned_mall: planning.Mall, taken: dict[str, bytes]
) -> None:
    keep_books(database_url)
    app = open_page("fees", token=planned_mall.token("zhou.min"), mall=planned_mall.url)

    assert not app.exception
    assert taken == {}
    assert "你现在的角色不能这样做" in said(app)


@pytest.mark.usefixtures("desks_release")
def test_the_platforms_people_take_any_tenants_home(
    open_page: OpenPage, desk_mall: DeskMall, taken: dict[str, bytes]
) -> None:
    keep_books(desk_mall.database_url)
    token = desk_mall.token("platform_admin", "platform")
    app = open_page("books", {"tenant": "acorn", "month": "2026-03"}, token=token, mall=desk_mall.url)

    assert not app.exception
    assert "3,200.00" in read_pdf(taken["pointmart-invoice-A-3-zh.pdf"]).text
