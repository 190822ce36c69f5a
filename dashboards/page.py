"""What all pages share: the release they show, how fresh it is, and the rows behind them."""

import logging
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboards.downloads import CSV_TYPE, EXCEL_TYPE, IS_RATE, Column, to_csv, to_excel
from dashboards.marts import PlatformMarts, TenantMarts
from dashboards.release import NoRelease, Release, current_release
from dashboards.visitor import Visitor
from dashboards.words import NOTHING, Language, Words

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")

_log = logging.getLogger(__name__)

# What is promised from a committed redemption to a screen.
_LATE_AFTER = timedelta(seconds=60)
# Where nobody keeps the release fresh, one made less than a day ago is fresh enough for monthly figures.
_STALE_AFTER = timedelta(hours=24)
# How often an open page looks for newer figures.
_LOOK_SECONDS = 10
# The table's own toolbar would offer a second CSV, with other headers and no mark for Excel.
_ONE_CSV = (
    '<style>[data-testid="stElementToolbarButton"]:has(button[aria-label^="Download as CSV"])'
    " { display: none; }</style>"
)


def business_today() -> date:
    """Return the day it is in the mall."""
    return datetime.now(BUSINESS_ZONE).date()


def now() -> datetime:
    """Return the moment it is, UTC."""
    return datetime.now(UTC)


def open_marts(words: Words, visitor: Visitor) -> TenantMarts:
    """Return the visitor's marts of the current release, or say what is missing and stop the page."""
    try:
        release = current_release(Path(st.secrets["pointmart"]["releases_dir"]))
        marts = TenantMarts(release, visitor.tenant_id)
        marts.check()
    except NoRelease as error:
        _log.warning("%s", error)
        st.info(words("no_release"), icon=":material/hourglass_empty:")
        st.stop()
    return marts


def open_platform_marts(words: Words, visitor: Visitor) -> PlatformMarts:
    """Return the marts of all tenants for one of the platform's own people, or say what is missing and stop the page."""
    try:
        marts = PlatformMarts(current_release(Path(st.secrets["pointmart"]["releases_dir"])), visitor)
        marts.check()
    except NoRelease as error:
        _log.warning("%s", error)
        st.info(words("no_release"), icon=":material/hourglass_empty:")
        st.stop()
    return marts


def require_tables(words: Words, marts: TenantMarts | PlatformMarts, *tables: str) -> None:
    """Make sure the release has these tables of the marts; one from before them says so and stops the page."""
    if marts.lacks(*tables):
        st.info(words("release_is_older"), icon=":material/update:")
        st.stop()


def show_as_of(words: Words, release: Release) -> None:
    """Say how fresh the figures are, loudly if they are late; an open page follows newer releases by itself."""
    _show_as_of(words.language, release.release_id)


@st.fragment(run_every=_LOOK_SECONDS)
def _show_as_of(language: Language, shown_id: str) -> None:
    words = Words(language)
    try:
        release = current_release(Path(st.secrets["pointmart"]["releases_dir"]))
    except NoRelease as error:
        _log.warning("%s", error)
        return
    if release.release_id != shown_id:
        # Everything on the page is of the former release.
        st.rerun()
    complete = release.complete_until.astimezone(BUSINESS_ZONE)
    moment = f"{words.day(complete.date())} {complete:%H:%M}"
    age = datetime.now(UTC) - release.complete_until
    if release.is_held and age > _LATE_AFTER:
        st.warning(words("held", moment=moment), icon=":material/history:")
    elif age > _STALE_AFTER:
        st.warning(words("stale", moment=moment, days=max(1, age.days)), icon=":material/schedule:")
    elif release.is_followed and age > _LATE_AFTER:
        st.warning(
            words("late", moment=moment, minutes=round(age / timedelta(minutes=1))),
            icon=":material/schedule:",
        )
    else:
        st.caption(words("as_of", moment=moment))


def show_rows(
    words: Words,
    rows: pd.DataFrame,
    columns: list[Column],
    *,
    file_name: str,
    title: str | None = None,
    sheet: str | None = None,
    warning: str | None = None,
    key: str = "",
    beside: Callable[[], None] | None = None,
) -> None:
    """Show the rows behind a page under a title, sortable, with their downloads.

    `sheet`, `key` and `beside` are as in `show_downloads`; without a sheet the rows are called as their title says.

    A warning stands between the title and the rows it is about.
    """
    st.subheader(title or words("rows"), anchor=False)
    if warning:
        st.warning(warning, icon=":material/notification_important:")
    st.html(_ONE_CSV)
    st.dataframe(
        _measured(rows, [column.name for column in columns if column.kind == "measure"]),
        hide_index=True,
        column_order=[column.name for column in columns if column.is_on_page],
        column_config={column.name: _shown(column) for column in columns},
        placeholder=NOTHING,
        alt=title or words("rows"),
    )
    show_downloads(words, rows, columns, file_name=file_name, sheet=sheet or title, key=key, beside=beside)


def show_downloads(
    words: Words,
    rows: pd.DataFrame,
    columns: list[Column],
    *,
    file_name: str,
    sheet: str | None = None,
    key: str = "",
    beside: Callable[[], None] | None = None,
) -> None:
    """Offer rows as files; `sheet` is what they are called on the screen, `key` tells a page's pairs of buttons apart.

    `beside` shows what else there is to take home, in the same line.
    """
    with st.container(horizontal=True):
        st.download_button(
            words("download_excel"),
            lambda: to_excel(rows, columns, sheet or words("rows")),
            file_name=f"{file_name}.xlsx",
            mime=EXCEL_TYPE,
            icon=":material/table:",
            key=f"download_excel{key}",
            on_click="ignore",
        )
        st.download_button(
            words("download_csv"),
            lambda: to_csv(rows, columns),
            file_name=f"{file_name}.csv",
            mime=CSV_TYPE,
            icon=":material/download:",
            key=f"download_csv{key}",
            on_click="ignore",
        )
        if beside is not None:
            beside()


def _measured(rows: pd.DataFrame, measures: list[str]) -> Any:
    """Return rows whose measures are written each in its unit and sorted as the numbers they are."""
    if not measures:
        return rows
    of_rows = rows.reset_index(drop=True)
    styled = of_rows.style
    for is_rate, pattern in ((True, "{:.2%}"), (False, "{:.4f}")):
        chosen = of_rows.index[of_rows[IS_RATE] == is_rate]
        styled = styled.format(pattern, subset=pd.IndexSlice[chosen, measures], na_rep=NOTHING)
    return styled


def _shown(column: Column) -> Any:
    if column.kind in ("date", "month"):
        pattern = "YYYY-MM-DD" if column.kind == "date" else "YYYY-MM"
        return st.column_config.DateColumn(column.label, format=pattern)
    if column.kind == "moment":
        return st.column_config.DatetimeColumn(column.label, format="YYYY-MM-DD HH:mm")
    if column.kind == "text":
        return st.column_config.TextColumn(column.label)
    if column.kind == "measure":
        # Its rows say themselves how they are written.
        return st.column_config.NumberColumn(column.label)
    patterns = {
        "rate": "percent",
        "count": "localized",
        "quantity": "%,.1f",
        "score": "%.4f",
        "money": "accounting",
        "change": "percent",
    }
    return st.column_config.NumberColumn(column.label, format=patterns[column.kind])
