"""Invoices and settlement statements to take home: the mall is asked for the one that is chosen, and told as a PDF."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import streamlit as st

from dashboards import page
from dashboards.desks.telling import refusal
from dashboards.downloads import file_name
from dashboards.mall import MallAway, Refused, Told, ask, mall_of_visitor
from dashboards.reports.content import Report
from dashboards.reports.papers import invoice_paper, statement_paper
from dashboards.reports.pdf import PDF_TYPE, to_pdf
from dashboards.reports.typeface import NoTypeface, find_typeface
from dashboards.words import Words


@dataclass(frozen=True)
class Paper:
    """A document somebody may take home.

    Attributes:
        path: where the mall tells it to whoever looks.
        label: how the reader tells it from others.
        file: the parts of its file's name.
    """

    path: str
    tenant: str
    label: str
    file: tuple[str, ...]


def show_invoices(words: Words, papers: Sequence[Paper]) -> None:
    """Offer one of some invoices as a PDF."""
    _show(words, "invoice", words("take_invoice"), papers, invoice_paper)


def show_statements(words: Words, papers: Sequence[Paper]) -> None:
    """Offer one of some settlement statements as a PDF."""
    _show(words, "settlement", words("take_statement"), papers, statement_paper)


def _show(
    words: Words,
    key: str,
    title: str,
    papers: Sequence[Paper],
    build: Callable[[Words, str, Told, datetime], Report],
) -> None:
    if not papers:
        return
    by_path = {paper.path: paper for paper in papers}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            title, list(by_path), format_func=lambda path: by_path[path].label, key=f"paper_{key}", width=440
        )
        paper = by_path[chosen]
        named = st.secrets["pointmart"].get("report_font")
        font = Path(named) if named else None
        mall = mall_of_visitor()
        try:
            find_typeface(font)
            told = ask(mall.url, mall.token, "GET", paper.path, {})
        except NoTypeface:
            st.caption(words("report_needs_font"))
            return
        except MallAway:
            st.caption(words("papers_away"))
            return
        except Refused as error:
            st.caption(refusal(words, error))
            return
        st.download_button(
            words("take_pdf"),
            lambda: to_pdf(build(words, paper.tenant, told, page.now()), find_typeface(font)),
            file_name=f"{file_name('pointmart', key, *paper.file, words.language)}.pdf",
            mime=PDF_TYPE,
            icon=":material/picture_as_pdf:",
            key=f"take_{key}",
            on_click="ignore",
        )
