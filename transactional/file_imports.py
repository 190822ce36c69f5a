"""Gives a capability a route that takes a file: what its route for one thing does, for every row of it or for none."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Annotated, TypeVar

import asyncpg
import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.csv_rows import csv_body, rows_of
from transactional.database import tenant_transaction
from transactional.engine.book import Answer
from transactional.engine.committer import CommitUnavailable
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.request_types import Reference
from transactional.row_report import RowsRefused, all_made, all_or_nothing, groups_or_nothing
from transactional.sessions.asking import Asker
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.taking import Read, Take, TakeGroup, TakeSet, Taking
from transactional.templates import add_template
from transactional.together import taken_where_right

Row = TypeVar("Row", bound=BaseModel)
Asked = TypeVar("Asked")

_TRIES = 5


class Imported(BaseModel):
    """How many rows a file had, and by how many of them anything is new."""

    rows: int = Field(description="The others were taken before and changed nothing.")
    new: int


def require_taken(answers: Iterable[tuple[int, Answer]]) -> None:
    """Make sure that none of the rows that were committed together was refused.

    Args:
        answers: each with the number of its row.

    Raises:
        RowsRefused: naming each that was.
    """
    refused = [
        {"row": number, "column": None, "problem": msgspec.json.decode(answer.body)["detail"]}
        for number, answer in answers
        if answer.is_refusal
    ]
    if refused:
        raise RowsRefused(sorted(refused, key=lambda one: int(one["row"])))


async def _tried(take_file: Callable[[], Awaitable[int]]) -> int:
    """Take a file, and anew if it and another that met the same rows in another order waited for each other.

    Raises:
        CommitUnavailable: they met each time.
    """
    for _ in range(_TRIES):
        with suppress(asyncpg.DeadlockDetectedError):
            return await take_file()
    raise CommitUnavailable


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

    async def take_all(taking: Taking, rows: Sequence[Row]) -> int:
        return sum(await all_or_nothing(rows, lambda one: take(taking, one)))

    add_whole_import(router, path, row, take_all, things=things, asker=asker, refusals=refusals)


def add_set_import(
    router: APIRouter,
    path: str,
    row: type[Row],
    read: Read[Row, Asked],
    take: TakeSet[Asked],
    *,
    things: str,
    asker: Callable[..., Awaitable[Asker]],
    refusals: tuple[type[Problem], ...] = (),
) -> None:
    """Add the routes of `add_import` for rows of which there may be thousands: they are taken in a few statements.

    Args:
        read: tells what each row asks for, or why what it names is not there.
        take: takes what was asked for as if it were one after the other.
    """

    async def take_all(taking: Taking, rows: Sequence[Row]) -> int:
        asked = await read(taking, rows)
        return sum(all_made(await taken_where_right(asked, partial(take, taking))))

    add_whole_import(router, path, row, take_all, things=things, asker=asker, refusals=refusals)


def add_grouped_import(
    router: APIRouter,
    path: str,
    row: type[Row],
    take: TakeGroup[Row],
    *,
    key: Callable[[Row], Hashable],
    things: str,
    asker: Callable[..., Awaitable[Asker]],
    refusals: tuple[type[Problem], ...] = (),
    is_committer: bool = False,
) -> None:
    """Add the routes of `add_import` for a file some of whose rows belong together, such as those of a delivery note.

    Args:
        key: rows for which it is the same are taken together; of a group that is refused the first row is named.
        is_committer: whether taking them needs the committer's role.
    """

    async def take_all(taking: Taking, rows: Sequence[Row]) -> int:
        return sum(await groups_or_nothing(rows, key, lambda group: take(taking, group)))

    add_whole_import(
        router, path, row, take_all, things=things, asker=asker, refusals=refusals, is_committer=is_committer
    )


def add_whole_import(
    router: APIRouter,
    path: str,
    row: type[Row],
    take_all: TakeGroup[Row],
    *,
    things: str,
    asker: Callable[..., Awaitable[Asker]],
    refusals: tuple[type[Problem], ...] = (),
    is_committer: bool = False,
) -> None:
    """Add the routes of `add_import` for a file that says one thing with all its rows, such as a list that is replaced.

    Args:
        take_all: takes the rows and tells by how many of them anything is new.
    """

    @router.post(
        f"{path}/import",
        summary=f"Import {things} from a CSV or Excel file",
        responses=responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            InvalidRequest,
            RowsRefused,
            RequestTooLarge,
            CommitUnavailable,
            *refusals,
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
        pool = state.pools.committer if is_committer else state.pools.api

        async def take_file() -> int:
            async with tenant_transaction(pool, who.tenant_id, dry_run=dry_run) as connection:
                taking = Taking(
                    connection,
                    who.tenant_id,
                    by,
                    state.clock(),
                    state.vault,
                    state.subject_key,
                    state.max_prize_fen,
                )
                return await take_all(taking, rows)

        return Imported(rows=len(rows), new=await _tried(take_file))

    add_template(
        router,
        path,
        row,
        things=things,
        asked_by=[Depends(asker)],
        refusals=(Unauthenticated, SessionOver, RoleNeeded),
    )
