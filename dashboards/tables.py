"""The rows behind a page where there is more than one kind of them: the reader chooses, the address bar remembers."""

from collections.abc import Callable, Mapping, Sequence
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


def _choose(words: Words, by_key: Mapping[str, Table]) -> str:
    """Return which of the tables the reader chose; of one alone there is nothing to choose."""
    keys = list(by_key)
    if len(keys) == 1:
        return keys[0]
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
    return chosen


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
    table = by_key[_choose(words, by_key)]
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
