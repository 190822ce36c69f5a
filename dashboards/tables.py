"""The rows behind a page where there is more than one kind of them: the reader chooses, the address bar remembers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from dashboards.address import from_address, to_address
from dashboards.downloads import Column, file_name
from dashboards.page import show_rows
from dashboards.words import Words


@dataclass(frozen=True)
class Table:
    """Rows to show and download, under a key for the address bar and files and a name for the reader.

    `is_of_now` tells that the rows are of this moment, and not of the period that the reader chose.
    """

    key: str
    name: str
    rows: pd.DataFrame
    columns: list[Column]
    is_of_now: bool = False


def show_tables(
    words: Words,
    tables: Sequence[Table],
    *,
    file: Sequence[object],
    beside: Callable[[], None] | None = None,
) -> None:
    """Show one of the tables, the first unless the reader chooses; `file` names the downloads, with its key.

    `beside` shows what else there is to take home, beside the downloads.
    """
    by_key = {table.key: table for table in tables}
    keys = list(by_key)
    chosen = st.segmented_control(
        words("rows_of"),
        keys,
        default=from_address("rows", keys, keys[0]),
        required=True,
        format_func=lambda key: by_key[key].name,
        key="rows",
        wrap=True,
    )
    to_address("rows", chosen, keys[0])
    table = by_key[chosen]
    if table.rows.empty:
        nothing = words("no_rows_now") if table.is_of_now else words("no_rows")
        st.info(nothing, icon=":material/hourglass_empty:")
        return
    show_rows(
        words,
        table.rows,
        table.columns,
        file_name=file_name("pointmart", table.key, *file),
        sheet=table.name,
        beside=beside,
    )
