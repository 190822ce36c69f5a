"""Reads a CSV file whole or not at all: every row that cannot be used is told, and then nothing of it is."""

import csv
from io import StringIO
from typing import Any, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from transactional.problems import InvalidRequest
from transactional.row_report import RowsRefused

Row = TypeVar("Row", bound=BaseModel)

MAX_ROWS = 10_000


def csv_body(row: type[BaseModel]) -> dict[str, Any]:
    """Return the OpenAPI description of a CSV body, for a route's `openapi_extra`."""
    columns = ", ".join(
        name if field.is_required() else f"{name} (may be left out)"
        for name, field in row.model_fields.items()
    )
    description = (
        f"CSV in UTF-8 or GB 18030 with a header: {columns}. At most {MAX_ROWS} rows; all or nothing."
    )
    return {
        "requestBody": {
            "required": True,
            "description": description,
            "content": {"text/csv": {"schema": {"type": "string"}}},
        }
    }


async def rows_of(request: Request, row: type[Row]) -> list[Row]:
    """Return the rows of a request's CSV body; an empty field counts as left out.

    Raises:
        InvalidRequest: it is no CSV with these columns.
        RowsRefused: rows are not of the form; all of them are named.
    """
    return read_rows(await request.body(), row)


def read_rows(body: bytes, row: type[Row]) -> list[Row]:
    """Return the rows of a CSV file; as `rows_of`."""
    reader = csv.reader(StringIO(_text(body), newline=""), strict=True)
    try:
        header, *lines = [[field.strip() for field in line] for line in reader if line]
    except (csv.Error, ValueError) as error:
        raise InvalidRequest("the body is no CSV with a header") from error
    known, needed = set(row.model_fields), {n for n, f in row.model_fields.items() if f.is_required()}
    if len(set(header)) < len(header) or not needed <= set(header) <= known:
        raise InvalidRequest(
            f"the header names each of these columns once: {', '.join(row.model_fields)}; it needs "
            f"{', '.join(sorted(needed))}"
        )
    if not 1 <= len(lines) <= MAX_ROWS:
        raise InvalidRequest(f"a file has 1 to {MAX_ROWS} rows, not {len(lines)}; split it")
    found, wrong = [], []
    for number, line in enumerate(lines, start=1):
        if len(line) != len(header):
            wrong.append({"row": number, "column": None, "problem": f"{len(line)} fields, not {len(header)}"})
            continue
        try:
            found.append(
                row.model_validate_strings({n: v for n, v in zip(header, line, strict=True) if v != ""})
            )
        except ValidationError as error:
            wrong += [
                {"row": number, "column": ".".join(map(str, e["loc"])) or None, "problem": e["msg"]}
                for e in error.errors()
            ]
    if wrong:
        raise RowsRefused(wrong)
    return found


def _text(body: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidRequest("the file is neither in UTF-8 nor in GB 18030")
