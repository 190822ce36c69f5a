"""The rows of a page as files people open: CSV for programs, Excel with real dates and numbers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Literal

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

Kind = Literal[
    "text", "month", "date", "moment", "rate", "count", "quantity", "score", "money", "change", "measure"
]

EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE = "text/csv"

_EXCEL_FORMATS: dict[Kind, str] = {
    "text": "@",
    "month": "yyyy-mm",
    "date": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm",
    "rate": "0.00%",
    "count": "#,##0",
    "quantity": "#,##0.0",
    "score": "0.0000",
    "money": "#,##0.00",
    # Of a rate, in percentage points.
    "change": "+0.00%;-0.00%;0.00%",
    "measure": "0.0000",
}
_WIDTHS: dict[Kind, int] = {
    "text": 28,
    "month": 12,
    "date": 12,
    "moment": 18,
    "rate": 12,
    "count": 16,
    "quantity": 14,
    "score": 12,
    "money": 16,
    "change": 12,
    "measure": 12,
}
# The column of the frame that tells of each row whether its measures are rates.
IS_RATE = "is_rate"
# A text that begins like this would be run as a formula by the program that opens the file.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_UNSAFE = re.compile(r"[^\w-]+|_+")
# What the name of an Excel sheet may not hold, and how long it may be.
_UNFIT = re.compile(r"[\\/*?:\[\]]")
_LONGEST_SHEET = 31
# A file system takes 255 bytes; a Chinese character is three.
_LONGEST_PART = 40


@dataclass(frozen=True)
class Column:
    """One column of the rows: its name in the frame, the reader's word for it, and what it holds.

    `is_on_page` is false for what the page says elsewhere and only a file must say itself. A "measure" is of another
    kind from row to row: a rate where the frame's column `IS_RATE` says so, else a score.
    """

    name: str
    label: str
    kind: Kind
    is_on_page: bool = True


def file_name(*parts: object) -> str:
    """Return the parts as a file name without suffix; only letters, digits and hyphens of any script stay."""
    safe = (_UNSAFE.sub("-", str(part))[:_LONGEST_PART].strip("-") for part in parts)
    return "-".join(part for part in safe if part)


def to_csv(rows: pd.DataFrame, columns: Sequence[Column]) -> bytes:
    """Return the rows as CSV in UTF-8 with the mark that makes Excel read Chinese."""
    chosen = rows[[column.name for column in columns]].copy()
    for column in columns:
        if column.kind in ("date", "month"):
            chosen[column.name] = chosen[column.name].dt.strftime("%Y-%m-%d")
        elif column.kind == "moment":
            chosen[column.name] = chosen[column.name].dt.strftime("%Y-%m-%d %H:%M")
        elif column.kind == "text":
            chosen[column.name] = chosen[column.name].map(_harmless)
    chosen.columns = pd.Index([column.label for column in columns])
    return chosen.to_csv(index=False).encode("utf-8-sig")


def to_excel(rows: pd.DataFrame, columns: Sequence[Column], sheet: str) -> bytes:
    """Return the rows as an Excel workbook with one sheet."""
    return to_workbook([(sheet, rows, columns)])


def to_workbook(sheets: Sequence[tuple[str, pd.DataFrame, Sequence[Column]]]) -> bytes:
    """Return an Excel workbook with a sheet for each name, rows and columns; names that Excel forbids are made fit."""
    book = Workbook()
    book.remove(book.active)
    for name, rows, columns in sheets:
        _fill(book.create_sheet(_UNFIT.sub(" ", name)[:_LONGEST_SHEET]), rows, columns)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _fill(page: Worksheet, rows: pd.DataFrame, columns: Sequence[Column]) -> None:
    page.append([column.label for column in columns])
    for cell in page[1]:
        cell.font = Font(bold=True)
    are_rates = rows[IS_RATE] if IS_RATE in rows else [False] * len(rows)
    told = rows[[column.name for column in columns]].itertuples(index=False)
    for row, is_rate in zip(told, are_rates, strict=True):
        page.append([_cell(value, column.kind) for value, column in zip(row, columns, strict=True)])
        for cell, column in zip(page[page.max_row], columns, strict=True):
            kind = "rate" if column.kind == "measure" and is_rate else column.kind
            cell.number_format = _EXCEL_FORMATS[kind]
            if column.kind == "text" and cell.value is not None:
                cell.data_type = "s"
    for number, column in enumerate(columns, start=1):
        page.column_dimensions[get_column_letter(number)].width = _WIDTHS[column.kind]
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _cell(value: object, kind: Kind) -> str | float | date | None:
    if pd.isna(value):  # type: ignore[call-overload]  # one value, never an array
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime() if kind == "moment" else value.date()
    return value.item() if hasattr(value, "item") else value  # type: ignore[return-value]
