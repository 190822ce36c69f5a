"""Gives a capability a route that takes a file: what its route for one thing does, for every row of it or for none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.csv_rows import TemplateLanguage, csv_body, csv_file, rows_of, template_of
from transactional.database import Connection, tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.request_types import Reference
from transactional.row_report import RowsRefused, all_or_nothing
from transactional.sessions.asking import Asker
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.vault import Vault

Row = TypeVar("Row", bound=BaseModel)


@dataclass(frozen=True)
class Taking:
    """The one transaction in which the rows of a file are taken.

    Attributes:
        by: who imports them: the person who is logged in, or whom a program names.
        subject_key: the key by which addresses and devices are hashed.
    """

    connection: Connection
    tenant_id: UUID
    by: str | None
    now: datetime
    vault: Vault | None
    subject_key: bytes

    def answered_by(self) -> str:
        """Return who answers for the rows.

        Raises:
            InvalidRequest: a program names nobody.
        """
        if self.by is None:
            raise InvalidRequest("imported_by: tell who does this")
        return self.by


# Takes a row, and tells whether anything is new by it; refuses it by a Problem before it writes anything of it.
Take = Callable[[Taking, Row], Awaitable[bool]]


class Imported(BaseModel):
    """How many rows a file had, and by how many of them anything is new."""

    rows: int = Field(description="The others were taken before and changed nothing.")
    new: int


def add_import(
    router: APIRouter,
    path: str,
    row: type[Row],
    take: Take[Row],
    *,
    things: str,
    asker: Callable[..., Awaitable[Asker]],
    refusals: tuple[type[Problem], ...] = (),
) -> None:
    """Add `POST {path}/import` and `GET {path}/import/template` to a router.

    Args:
        row: a row of the file; a field's title is its column's Chinese name, its first example stands in the template.
        things: what the rows are, in lower case and the plural.
        asker: the dependency that tells who may do this.
        refusals: what else than a row can be refused.
    """
    described: dict[str, Any] = {"summary": f"Import {things} from a CSV or Excel file"}

    @router.post(
        f"{path}/import",
        **described,
        responses=responses(
            Unauthenticated, SessionOver, RoleNeeded, InvalidRequest, RowsRefused, RequestTooLarge, *refusals
        ),
        openapi_extra=csv_body(row),
    )
    async def import_file(
        who: Annotated[Asker, Depends(asker)],
        request: Request,
        imported_by: Annotated[Reference | None, Query(description="For whom a program does this.")] = None,
        dry_run: DryRun = False,
    ) -> Imported:
        """Take every row of a file, or none: each row that is refused is named. Sent again it changes nothing."""
        rows, state = await rows_of(request, row), request.app.state
        by = None if who.username is None and imported_by is None else who.acting(imported_by, "imported_by")
        async with tenant_transaction(state.pools.api, who.tenant_id, dry_run=dry_run) as connection:
            taking = Taking(connection, who.tenant_id, by, state.clock(), state.vault, state.subject_key)
            made = await all_or_nothing(rows, lambda one: take(taking, one))
        return Imported(rows=len(rows), new=sum(made))

    @router.get(
        f"{path}/import/template",
        summary=f"Get a file of {things} to fill in",
        response_class=Response,
        responses=csv_file() | responses(Unauthenticated, SessionOver, RoleNeeded, InvalidRequest),
    )
    async def template(
        who: Annotated[Asker, Depends(asker)],
        language: TemplateLanguage = "zh",
    ) -> Response:
        """Get a CSV file with the header of an import and a row to write over."""
        return template_of(row, things.replace(" ", "_"), language)
