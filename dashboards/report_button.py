"""The button that makes a page a PDF: nothing is computed before somebody asks for it."""

from datetime import date
from pathlib import Path

import streamlit as st

from dashboards.marts import TenantMarts
from dashboards.reports.pdf import PDF_TYPE, to_pdf
from dashboards.reports.typeface import NoTypeface, find_typeface
from dashboards.reports.writing import Kind, Wanted, build
from dashboards.visitor import Visitor
from dashboards.words import Words

# A release never changes, so a report stays right; the limit only gives memory back.
_REPORTS = 40


def show_report_button(
    words: Words, marts: TenantMarts, visitor: Visitor, kind: Kind, first_day: date, label: str
) -> None:
    """Offer a report of the month or year that begins then; where no font can write it, say what to do instead."""
    named = st.secrets["pointmart"].get("report_font")
    font = Path(named) if named else None
    try:
        find_typeface(font)
    except NoTypeface:
        st.caption(words("report_needs_font"))
        return
    wanted = Wanted(kind, first_day, words.language)
    st.download_button(
        label,
        lambda: _pdf(
            marts, marts.release.release_id, str(marts.tenant_id), visitor.tenant_name, wanted, font,
        ),
        file_name=f"pointmart-{kind}-{wanted.period}-{words.language}.pdf",
        mime=PDF_TYPE,
        icon=":material/picture_as_pdf:",
        key=f"download_{kind}_report",
        on_click="ignore",
    )  # fmt: skip


@st.cache_data(max_entries=_REPORTS, show_spinner=False)
def _pdf(
    _marts: TenantMarts,
    release_id: str,
    tenant_id: str,
    tenant: str,
    wanted: Wanted,
    font: Path | None,
) -> bytes:
    """Return the PDF; the release and the tenant, which `_marts` are of, are named to tell the answers apart."""
    return to_pdf(build(_marts, tenant, wanted), find_typeface(font))
