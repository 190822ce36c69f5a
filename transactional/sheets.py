"""Reads the first sheet of an Excel workbook (.xlsx) as the texts that a CSV file of it would have."""

from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

from transactional.problems import InvalidRequest, Problem, RequestTooLarge

# A workbook is a ZIP file, and nothing else that is imported begins so.
ZIP_MARK = b"PK\x03\x04"
MOST_UNPACKED = 64 * 1024 * 1024
# More are not looked at: one cell far out would make every row thousands of cells wide.
_MOST_COLUMNS = 100
_OF_A_SHEET = ("[Content_Types].xml", "xl/workbook.xml")
# Excel knows no time zones; a time in a sheet is one of the business.
_SHANGHAI = "+08:00"


def is_workbook(body: bytes) -> bool:
    """Tell whether a file is meant as an Excel workbook."""
    return body.startswith(ZIP_MARK)


def sheet_rows(body: bytes, *, most_rows: int) -> list[list[str]]:
    """Return the rows of the first sheet, the header among them, each as long as the longest.

    Formulas count as what they came to when the workbook was saved. Errors such as #REF! stay as Excel writes them.

    Raises:
        InvalidRequest: it is no workbook.
        RequestTooLarge: it unpacks to more than is read, or has more than `most_rows` rows after the header.
    """
    try:
        with ZipFile(BytesIO(body)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
            if not set(_OF_A_SHEET) <= set(packed.namelist()):
                raise InvalidRequest("the file is no Excel workbook (.xlsx); save it as one, or as CSV")
        if unpacked > MOST_UNPACKED:
            raise RequestTooLarge(
                f"the workbook unpacks to {unpacked} bytes, and at most {MOST_UNPACKED} are read; split it"
            )
        return _rows(body, most_rows)
    except (Problem, MemoryError):
        raise
    # A damaged file makes whatever reads it stumble somewhere: zlib, the XML parser, or the reader's own lists and types.
    except Exception as error:
        raise InvalidRequest(
            "the file is no Excel workbook that can be read; save it anew, or as CSV"
        ) from error


def _rows(body: bytes, most_rows: int) -> list[list[str]]:
    workbook = load_workbook(BytesIO(body), read_only=True, data_only=True, keep_links=False)
    try:
        rows: list[list[str]] = []
        for number, row in enumerate(workbook.worksheets[0].iter_rows(max_col=_MOST_COLUMNS)):
            texts = [_text(cell) for cell in row]
            while texts and not texts[-1]:
                texts.pop()
            # Whoever formats a whole column has a million empty rows.
            if number > most_rows and texts:
                raise RequestTooLarge(f"a file has at most {most_rows} rows; split it")
            if number <= most_rows:
                rows.append(texts)
        width = max((len(row) for row in rows), default=0)
        return [row + [""] * (width - len(row)) for row in rows]
    finally:
        workbook.close()


def _text(cell: Any) -> str:
    value = cell.value
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            is_day = value.time() == time() and "h" not in cell.number_format.lower()
            return value.date().isoformat() if is_day else value.isoformat(timespec="seconds") + _SHANGHAI
        case date():
            return value.isoformat()
        case _:
            return str(value).strip()
