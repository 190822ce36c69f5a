"""Gives a route that takes a file another one that answers with such a file to fill in."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from transactional.csv_rows import TemplateLanguage, csv_file, template_of
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem


def add_template(
    router: APIRouter,
    path: str,
    row: type[BaseModel],
    *,
    things: str,
    asked_by: Sequence[Any] = (),
    refusals: Sequence[type[Problem]],
) -> None:
    """Add `GET {path}/import/template` to a router.

    Args:
        row: a row of the file; a field's title is its column's Chinese name, its first example stands in the template.
        things: what the rows are, in lower case and the plural.
        asked_by: dependencies that tell who may do this, where the router's own do not.
        refusals: theirs.
    """

    @router.get(
        f"{path}/import/template",
        summary=f"Get a file of {things} to fill in",
        response_class=Response,
        responses=csv_file() | responses(*refusals, InvalidRequest),
        dependencies=asked_by,
    )
    async def template(language: TemplateLanguage = "zh") -> Response:
        """Get a CSV file with the header of an import and a row to write over."""
        return template_of(row, things.replace(" ", "_").replace("'", ""), language)
