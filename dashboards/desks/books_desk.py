"""What is done about the books: a payment on an invoice, a bank's file, a statement that was settled."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pandas as pd
import streamlit as st

from dashboards.desks import telling
from dashboards.desks.books_mall import BooksMall
from dashboards.desks.books_words import file_refusal, refusal
from dashboards.mall import MallAway, Refused
from dashboards.marts import records
from dashboards.page import BUSINESS_ZONE
from dashboards.words import Words, literally

_FEN = 100
# The mall reads no larger body.
_MOST_MEGABYTES = 2


def show_books_desk(
    words: Words, mall: BooksMall, invoices: pd.DataFrame, stated: pd.DataFrame, *, now: datetime
) -> None:
    """Let a payment be recorded, a bank's file be loaded, and a statement be noted as settled.

    Args:
        invoices: of all months; what is left of each is as of the release, and the mall's word counts.
        stated: the statements that are shown.
    """
    st.subheader(words("books_desk"), anchor=False)
    st.caption(words("books_desk_when"))
    # Where it was done: on a phone the page's top is far from here.
    telling.show_news(words)
    pay, load, settle = st.columns(3)
    with pay:
        _show_payment(words, mall, invoices[invoices["unpaid_fen"] != 0], now)
    with load:
        _show_file(words, mall)
    with settle:
        _show_settled(words, mall, stated[stated["settled_date"].isna()], now)


def _show_payment(words: Words, mall: BooksMall, open_ones: pd.DataFrame, now: datetime) -> None:
    rows = {str(row["invoice_id"]): row for row in records(open_ones)}
    with st.form("books_payment", clear_on_submit=False):
        st.markdown(f"**{words('books_pay')}**")
        if not rows:
            st.caption(words("books_nothing_unpaid"))
        chosen = st.selectbox(
            words("paper_invoice"),
            list(rows),
            format_func=lambda key: (
                f"{rows[key]['tenant']} · {rows[key]['invoice_number']} · "
                f"{words.exact_money(rows[key]['unpaid_fen'])}"
            ),
            placeholder=words("choose"),
            key="pay_invoice",
        )
        yuan = st.number_input(
            words("books_amount"), value=None, step=0.01, format="%.2f", help=words("books_amount_meaning"),
            key="pay_amount",
        )  # fmt: skip
        reference = st.text_input(words("books_reference"), max_chars=200, key="pay_reference").strip()
        at = _moment(words("books_received"), now, "pay")
        if st.form_submit_button(words("books_record"), icon=":material/add:", disabled=not rows):
            fen = round((yuan or 0) * _FEN)
            if not fen or not reference or chosen is None or at is None:
                st.warning(words("books_say_payment"), icon=":material/edit:")
                return
            row = rows[chosen]

            def record() -> str:
                told = mall.pay(
                    str(row["tenant_id"]), chosen, reference=reference, amount_fen=fen, received_at=at
                )
                return words(
                    "books_was_recorded",
                    number=literally(str(row["invoice_number"])),
                    money=words.exact_money(fen),
                    left=words.exact_money(told["remaining_fen"]),
                )

            _act(words, record)


def _show_file(words: Words, mall: BooksMall) -> None:
    with st.form("books_file"):
        st.markdown(f"**{words('books_load')}**")
        st.caption(words("books_file_columns"))
        file = st.file_uploader(
            words("books_file"), type=["csv", "xlsx"], key="bank_file", max_upload_size=_MOST_MEGABYTES
        )
        if st.form_submit_button(words("books_import"), icon=":material/upload_file:"):
            if file is None:
                st.warning(words("books_say_file"), icon=":material/edit:")
                return
            content = file.getvalue()

            def load() -> str:
                told = mall.load(content)
                return words("books_was_loaded", new=told["recorded"], known=told["known"])

            _act(words, load, file_refusal)


def _show_settled(words: Words, mall: BooksMall, open_ones: pd.DataFrame, now: datetime) -> None:
    rows = {str(row["statement_id"]): row for row in records(open_ones)}
    with st.form("books_settled"):
        st.markdown(f"**{words('books_settle')}**")
        if not rows:
            st.caption(words("books_nothing_open"))
        chosen = st.selectbox(
            words("paper_statement"),
            list(rows),
            format_func=lambda key: (
                f"{rows[key]['tenant']} · {words.day(rows[key]['date'])} · {rows[key]['party_name']} · "
                f"{words.exact_money(rows[key]['owed_fen'])}"
            ),
            placeholder=words("choose"),
            key="settle_statement",
        )
        reference = st.text_input(words("books_reference"), max_chars=200, key="settle_reference").strip()
        at = _moment(words("books_settled_at"), now, "settle")
        if st.form_submit_button(words("books_note"), icon=":material/task_alt:", disabled=not rows):
            if not reference or chosen is None or at is None:
                st.warning(words("books_say_settled"), icon=":material/edit:")
                return
            row = rows[chosen]

            def note() -> str:
                mall.settle(str(row["tenant_id"]), chosen, reference=reference, settled_at=at)
                return words("books_was_settled", party=literally(str(row["party_name"])))

            _act(words, note)


def _moment(label: str, now: datetime, key: str) -> datetime | None:
    """Ask for a moment by the wall clock of the mall; by default an hour ago."""
    told: datetime | None = st.datetime_input(
        label,
        (now - timedelta(hours=1)).astimezone(BUSINESS_ZONE).replace(tzinfo=None, second=0, microsecond=0),
        step=timedelta(minutes=1),
        key=f"{key}_at",
    )
    return None if told is None else told.replace(tzinfo=BUSINESS_ZONE)


def _act(
    words: Words, do: Callable[[], str], told: Callable[[Words, Refused | MallAway], str] = refusal
) -> None:
    telling.act(words, do, told)
    st.rerun()
