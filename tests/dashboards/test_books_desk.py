"""What the platform's people record on the page of books, run as Streamlit runs it, with a real mall."""

from collections.abc import Callable

import psycopg
import pytest
from streamlit.testing.v1 import AppTest

from tests import literal_release as literal
from tests.dashboards.desks import ROLES, DeskMall
from tests.dashboards.reading import said

OpenPage = Callable[..., AppTest]
OpenBooks = Callable[[str], AppTest]

pytestmark = pytest.mark.usefixtures("desks_release")

# As they are in the release.
INVOICE = "01900000-0000-7000-c000-000000000012"
STATEMENT = "01900000-0000-7000-c000-000000000022"
PAY, LOAD, NOTE = (
    "FormSubmitter:books_payment-登记付款", "FormSubmitter:books_file-导入文件", "FormSubmitter:books_settled-登记结清",
)  # fmt: skip


@pytest.fixture
def open_books(open_page: OpenPage, desk_mall: DeskMall) -> OpenBooks:
    """Open the page on a mall that has the release's invoice, of 1,000 yuan, and its statement, both still open."""
    with psycopg.connect(desk_mall.database_url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("delete from mall.invoice_payment")
        connection.execute("delete from mall.settlement_payment")
        connection.execute("delete from mall.invoice")
        connection.execute("delete from mall.settlement_statement")
        connection.execute(
            "insert into mall.invoice (tenant_id, invoice_id, number, month, fees, amount_fen, waived_fen, issued_at, due_on) "
            "values (%s, %s, 'A-3', '2026-03-01', 3, 100000, 0, '2026-04-01', '2026-04-30')",
            (literal.ACORN, INVOICE),
        )
        connection.execute(
            "insert into mall.settlement_statement (tenant_id, statement_id, party_kind, party_id, day, lines, quantity, "
            "owed_fen, stated_at, due_on) values (%s, %s, 'supplier', uuidv7(), '2026-03-05', 2, 10, 5000, "
            "'2026-03-09', '2026-03-06')",
            (literal.ACORN, STATEMENT),
        )

    def opened(language: str) -> AppTest:
        token = desk_mall.token("platform_admin", "platform")
        return open_page("books", {"lang": language}, token=token, mall=desk_mall.url)

    return opened


def pay(app: AppTest, yuan: float, reference: str) -> str:
    app.selectbox(key="pay_invoice").set_value(INVOICE)
    app.number_input(key="pay_amount").set_value(yuan)
    app.text_input(key="pay_reference").set_value(reference)
    app.button(key=PAY).click().run()
    return said(app)


def load(app: AppTest, text: str) -> str:
    app.file_uploader(key="bank_file").upload("bank.csv", text.encode("gb18030"), "text/csv")
    app.button(key=LOAD).click().run()
    return said(app)


def test_a_payment_is_recorded_once_and_never_beyond_what_is_left(
    open_books: OpenBooks, desk_mall: DeskMall
) -> None:
    app = open_books("zh")
    app.button(key=PAY).click().run()
    assert "请选择账单，并填写不为零的金额、流水号和到账时间。" in said(app)

    assert "已登记：账单 A\\-3 收款 400.50 元，还有 599.50 元未付。" in pay(app, 400.5, "b-1")
    assert "还有 599.50 元未付。" in pay(app, 400.5, "b-1"), "sent again it changes nothing"
    assert "这个流水号已登记过另一笔内容不同的付款" in pay(app, 7, "b-1")
    assert "只剩 599.50 元未付" in pay(app, 600, "b-2")
    assert "这张账单没有要退回的款项" in pay(app, -1, "b-2")
    assert "还有 0.00 元未付" in pay(app, 599.5, "b-2")
    assert "这张账单已结清，没有可登记的金额。" in pay(app, 1, "b-3")
    assert desk_mall.rows(
        "select reference, amount_fen, recorded_by, received_at::text from mall.invoice_payment order by 1"
    ) == [
        ("b-1", 40_050, "platform_admin", "2026-04-01 03:00:00+00"),
        ("b-2", 59_950, "platform_admin", "2026-04-01 03:00:00+00"),
    ]


def test_a_banks_file_is_taken_whole_or_not_at_all(open_books: OpenBooks, desk_mall: DeskMall) -> None:
    app = open_books("zh")
    app.button(key=LOAD).click().run()
    assert "请先选择文件。" in said(app)

    head = "账单号,流水号,金额（元）,到账时间\n"
    first = "A-3,f-1,300.00,2026-03-31 10:30:00\n"
    told = load(app, f"{head}{first}B-9,f-2,1.00,2026-03-31 10:30:00\n")
    assert "文件没有导入，什么也没有登记（表头下面是第 1 行）。第 2 行：没有这个账单号；" in told
    assert desk_mall.rows("select reference from mall.invoice_payment") == []
    wrong = ["A-3,f-3,,2026-03-31 10:30:00", "A-3,f-4,1,31/03/2026", ",f-5,1,2026-03-31 10:30:00", "A-3,f-6"]
    told = load(app, head + "\n".join(wrong))
    for number, sentence in enumerate(
        ("金额应写成", "到账时间应写成", "请填写账单号", "每行要有表头里的每一列"), start=1
    ):
        assert f"第 {number} 行：{sentence}" in told
    told = load(app, f"{head}A-3,f-7,999999,2026-03-31 10:30:00\nA-3,f-8,1,2027-03-31 10:30:00\n")
    assert "第 1 行：金额超过了这张账单未付的部分：只剩 1,000.00 元未付" in told
    assert "第 2 行：时间不能晚于现在" in told
    assert "读不出这份文件" in load(app, head), "a header alone"
    assert "读不出这份文件" in load(app, "a,b\n1,2\n")
    assert "已导入：新登记付款 1 笔，此前已有 0 笔。" in load(app, head + first)
    assert "已导入：新登记付款 0 笔，此前已有 1 笔。" in load(app, head + first)
    assert desk_mall.rows("select reference, amount_fen, recorded_by from mall.invoice_payment") == [
        ("f-1", 30_000, "platform_admin")
    ]


def test_a_statement_is_noted_as_settled_once(open_books: OpenBooks, desk_mall: DeskMall) -> None:
    app = open_books("zh")
    app.button(key=NOTE).click().run()
    assert "请选择结算单，并填写流水号和结清时间。" in said(app)
    for reference, told in (
        ("s-1", "已登记：与叶茂的结算单已结清。"),
        ("s-2", "这张结算单已由另一笔付款（s\\-1）结清，不能更改。"),
    ):
        app.text_input(key="settle_reference").set_value(reference)
        app.button(key=NOTE).click().run()
        assert told in said(app)
    assert desk_mall.rows("select reference, recorded_by from mall.settlement_payment") == [
        ("s-1", "platform_admin")
    ]


def test_a_wrong_row_is_told_in_english_on_an_english_page(open_books: OpenBooks) -> None:
    app = open_books("en")
    app.file_uploader(key="bank_file").upload(
        "bank.csv",
        b"invoice_number,reference,amount_yuan,received_at\nA-3,f-1,nothing,2026-03-31 10:30:00\n",
        "text/csv",
    )
    app.button(key="FormSubmitter:books_file-Load").click().run()
    assert "Row 1: Write the amount as 3501.00" in said(app)


def test_it_is_told_in_english_too(open_books: OpenBooks) -> None:
    app = open_books("en")
    app.selectbox(key="pay_invoice").set_value(INVOICE)
    app.number_input(key="pay_amount").set_value(1000.01)
    app.text_input(key="pay_reference").set_value("b-1")
    app.button(key="FormSubmitter:books_payment-Record").click().run()
    assert "That is more than is left of this invoice: ¥1,000.00." in said(app)


@pytest.mark.parametrize("role", ROLES)
def test_nobody_else_is_offered_it(open_page: OpenPage, desk_mall: DeskMall, role: str) -> None:
    app = open_page("books", token=desk_mall.token(role), mall=desk_mall.url)
    assert not [button for button in app.button if "books_" in str(button.key)]
    assert not app.file_uploader
