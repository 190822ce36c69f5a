"""Reads a CSV or Excel file whole or not at all: every row that cannot be used is told, and then nothing of it is."""

import asyncio
import csv
from collections.abc import Sequence
from io import StringIO
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from transactional.field_words import words_of
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.row_report import FileRows
from transactional.sheets import is_workbook, sheet_rows

Row = TypeVar("Row", bound=BaseModel)

Language = Literal["zh", "en"]
TemplateLanguage = Annotated[Language, Query(description="Of the header; an import takes either.")]

MAX_ROWS = 10_000
# What is no column may be a whole line of another kind of file.
_MOST_OF_A_NAME = 40
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def csv_body(row: type[BaseModel]) -> dict[str, Any]:
    """Return the OpenAPI description of a CSV or Excel body, for a route's `openapi_extra`.

    A field's title is the other name that its column may have in the header, such as its Chinese one.
    """
    columns = ", ".join(
        (f"{name} or {field.title}" if field.title else name)
        + ("" if field.is_required() else " (may be left out)")
        for name, field in _columns(row).items()
    )
    description = (
        f"CSV in UTF-8 or GB 18030, or the first sheet of an Excel workbook, with a header: {columns}. "
        f"At most {MAX_ROWS} rows; all or nothing."
    )
    return {
        "requestBody": {
            "required": True,
            "description": description,
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                _XLSX: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    }


def csv_file() -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of a route that answers with a CSV file."""
    return {
        200: {"description": "A CSV file in UTF-8", "content": {"text/csv": {"schema": {"type": "string"}}}}
    }


def template_of(row: type[BaseModel], name: str, language: Language) -> Response:
    """Return a CSV file to fill in: the header, and a row of examples to write over.

    It begins with a byte order mark, without which Excel takes it for another encoding.
    """
    written = StringIO()
    writer = csv.writer(written)
    columns = _columns(row)
    writer.writerow([(language == "zh" and field.title) or column for column, field in columns.items()])
    writer.writerow([str(field.examples[0]) if field.examples else "" for field in columns.values()])
    return Response(
        written.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


async def rows_of(request: Request, row: type[Row]) -> list[Row]:
    """Return the rows of a request's CSV or Excel body; an empty field counts as left out.

    Raises:
        InvalidRequest: it is no file with these columns.
        RequestTooLarge: it has too many rows.
        RowsRefused: rows are not of the form; all of them are named.
    """
    return list(_whole(await sifted_rows_of(request, row)))


async def sifted_rows_of(request: Request, row: type[Row]) -> FileRows[Row]:
    """Return the rows of a request's body that are of the form, beside what is wrong with the others.

    Raises:
        InvalidRequest, RequestTooLarge: as `rows_of`.
    """
    # Others are served while a workbook of thousands of rows is read.
    return await asyncio.to_thread(sift_rows, await request.body(), row)


def read_rows(body: bytes, row: type[Row]) -> list[Row]:
    """Return the rows of a CSV or Excel file; as `rows_of`."""
    return list(_whole(sift_rows(body, row)))


def sift_rows(body: bytes, row: type[Row], *, most_rows: int = MAX_ROWS) -> FileRows[Row]:
    """Return the rows of a CSV or Excel file; as `sifted_rows_of`."""
    rows = sheet_rows(body, most_rows=most_rows) if is_workbook(body) else _csv_rows(body)
    if not any(map(any, rows[:1])):
        raise InvalidRequest("the file has no header in its first row")
    header, *lines = rows
    while lines and not any(lines[-1]):
        lines.pop()
    names = _names(header, row)
    if not lines:
        raise InvalidRequest(f"a file has 1 to {most_rows} rows, and this has none")
    if len(lines) > most_rows:
        raise RequestTooLarge(f"a file has at most {most_rows} rows, not {len(lines)}; split it")
    found: list[Row] = []
    numbers: list[int] = []
    wrong: list[dict[str, Any]] = []
    for number, line in enumerate(lines, start=1):
        if not any(line):
            wrong.append({"row": number, "column": None, "problem": "the row is empty; delete it"})
        elif len(line) != len(header):
            has = "1 field" if len(line) == 1 else f"{len(line)} fields"
            wrong.append(
                {"row": number, "column": None, "problem": f"the row has {has}, the header {len(header)}"}
            )
        else:
            given = {name: field for name, field in zip(names, line, strict=True) if field != ""}
            try:
                found.append(row.model_validate_strings(given))
                numbers.append(number)
            except ValidationError as error:
                wrong += [
                    {"row": number, "column": ".".join(map(str, e["loc"])) or None, "problem": words_of(e)}
                    for e in error.errors()
                ]
    return FileRows(found, numbers, wrong)


def _whole(sifted: FileRows[Row]) -> Sequence[Row]:
    sifted.require()
    return sifted.rows


def _names(header: list[str], row: type[BaseModel]) -> list[str]:
    """Return the columns that a header names, by their own names or their titles."""
    columns = _columns(row)
    titled = {field.title: column for column, field in columns.items() if field.title}
    names = [titled.get(text, text) for text in header]
    # What is no column may be a row of a file without a header.
    is_secret = row.model_config.get("hide_input_in_errors", False)
    others = [name[:_MOST_OF_A_NAME] for name in names if name not in columns]
    needed = {column for column, field in columns.items() if field.is_required()}
    wrong = [
        ("it lacks", [column for column in columns if column in needed - set(names)]),
        ("it names twice", sorted({name for name in names if names.count(name) > 1})),
        ("there is no", ["…"] if others and is_secret else others),
    ]
    if any(which for _, which in wrong):
        told = "; ".join(f"{what} {', '.join(map(repr, which[:5]))}" for what, which in wrong if which)
        raise InvalidRequest(
            f"the header names columns, separated by commas, each once: {', '.join(columns)}; {told}"
        )
    return names


def _columns(row: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in row.model_fields.items()}


def _csv_rows(body: bytes) -> list[list[str]]:
    reader = csv.reader(StringIO(_decoded(body), newline=""), strict=True)
    try:
        return [[field.strip() for field in line] for line in reader]
    except csv.Error as error:
        raise InvalidRequest(
            f"the file is no CSV from line {reader.line_num} on: {error}; save it anew, or as .xlsx"
        ) from error


def _decoded(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    if body.startswith(_OLD_EXCEL):
        raise InvalidRequest("the file is an old Excel workbook (.xls); save it as .xlsx, or as CSV")
    raise InvalidRequest("the file is neither in UTF-8 nor in GB 18030; save it as CSV in UTF-8, or as .xlsx")
