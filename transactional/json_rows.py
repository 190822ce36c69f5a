"""Reads rows as JSON lines, a JSON object on each, whole or not at all; or as CSV, whichever a request says it sends."""

from typing import Any

from fastapi import Request
from pydantic import ValidationError

from transactional.csv_rows import MAX_ROWS, Row, csv_body, read_rows
from transactional.problems import InvalidRequest
from transactional.row_report import RowsRefused

MEDIA_TYPE = "application/x-ndjson"


def csv_or_json_body(row: type[Row]) -> dict[str, Any]:
    """Return the OpenAPI description of a body of rows, for a route's `openapi_extra`."""
    told = csv_body(row)
    told["requestBody"]["description"] += (
        f" With Content-Type: {MEDIA_TYPE} the same as JSON in UTF-8, an object on each line."
    )
    told["requestBody"]["content"][MEDIA_TYPE] = {"schema": {"type": "string"}}
    return told


async def csv_or_json_rows_of(request: Request, row: type[Row]) -> list[Row]:
    """Return the rows of a request's body.

    Raises:
        InvalidRequest: it is neither of both.
        RowsRefused: rows are not of the form; all of them are named.
    """
    body = await request.body()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == MEDIA_TYPE:
        return read_json_rows(body, row)
    return read_rows(body, row)


def read_json_rows(body: bytes, row: type[Row]) -> list[Row]:
    """Return the rows of JSON lines; as `csv_or_json_rows_of`."""
    try:
        lines = [line for line in body.decode("utf-8-sig").split("\n") if line.strip()]
    except UnicodeDecodeError as error:
        raise InvalidRequest("the lines are not in UTF-8") from error
    if not 1 <= len(lines) <= MAX_ROWS:
        raise InvalidRequest(f"a file has 1 to {MAX_ROWS} rows, not {len(lines)}; split it")
    found, wrong = [], []
    for number, line in enumerate(lines, start=1):
        try:
            found.append(row.model_validate_json(line))
        except ValidationError as error:
            wrong += [
                {"row": number, "column": ".".join(map(str, e["loc"])) or None, "problem": e["msg"]}
                for e in error.errors()
            ]
    if wrong:
        raise RowsRefused(wrong)
    return found
