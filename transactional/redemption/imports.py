"""`/v1/redemption-progress/import`: how far goods have come, from a file."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.csv_rows import csv_body, rows_of
from transactional.database import Connection, tenant_transaction
from transactional.engine.committer import CommitUnavailable
from transactional.engine.sweeping import NO_BODY
from transactional.file_imports import Imported, require_taken
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.commands import Progress
from transactional.redemption.naming import NamesRedemption, redemption_named
from transactional.redemption.states import Move
from transactional.request_types import BusinessMoment, require_past
from transactional.row_report import RowsRefused, all_or_nothing
from transactional.sessions.asking import Asker, member_asker
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.templates import add_template

router = APIRouter(prefix="/v1", tags=["redemptions"])

_Told = Literal[Move.SHIP, Move.DELIVER, Move.COMPLETE]


class ProgressRow(NamesRedemption):
    """How far the goods of a redemption have come; several rows of one are in the order in which it happened."""

    move: _Told = Field(title="进度", examples=["ship"])
    occurred_at: BusinessMoment | None = Field(
        None, title="发生时间", examples=["2026-03-01T09:00:00+08:00"], description="Left out, it is now."
    )


@dataclass(frozen=True)
class _Step:
    """A row whose redemption is known, and of whom it is; `is_made` before."""

    command: Progress
    member_id: UUID | None
    is_made: bool


@router.post(
    "/redemption-progress/import",
    summary="Import how far goods have come from a CSV or Excel file",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        CommitUnavailable,
        InvalidRequest,
        RowsRefused,
        RequestTooLarge,
    ),
    openapi_extra=csv_body(ProgressRow),
)
async def import_progress(
    asker: Annotated[Asker, Depends(member_asker)], request: Request, dry_run: DryRun = False
) -> Imported:
    """Note what every row tells, or nothing: each row that is refused is named. What was noted before changes nothing."""
    rows, state, tenant_id = await rows_of(request, ProgressRow), request.app.state, asker.tenant_id
    now = state.clock()
    async with tenant_transaction(state.pools.api, tenant_id) as connection:
        steps = await all_or_nothing(rows, lambda row: _step(connection, tenant_id, row, now))
    # A row that says the same as one before it says nothing new.
    fresh: dict[tuple[UUID, Move], int] = {}
    for number, step in enumerate(steps):
        if not step.is_made:
            fresh.setdefault((step.command.redemption_id, step.command.move), number)
    # By member, for so their accounts are locked by everybody; the rows of one redemption stay in their order.
    numbers = sorted(fresh.values(), key=lambda number: str(steps[number].member_id))
    answers = await state.committer.submit_together(
        [steps[number].command for number in numbers], dry_run=dry_run
    )
    require_taken((number + 1, answer) for number, answer in zip(numbers, answers, strict=True))
    return Imported(rows=len(rows), new=len(numbers))


add_template(
    router,
    "/redemption-progress",
    ProgressRow,
    things="progress of redemptions",
    asked_by=[Depends(member_asker)],
    refusals=(Unauthenticated, SessionOver, RoleNeeded),
)


async def _step(connection: Connection, tenant_id: UUID, row: ProgressRow, now: datetime) -> _Step:
    if row.occurred_at is not None:
        require_past("occurred_at", row.occurred_at, now)
    redemption_id = await redemption_named(connection, tenant_id=tenant_id, row=row)
    found = await connection.fetchrow(
        "select member_id, shipped_at, delivered_at, completed_at from mall.redemption "
        "where tenant_id = $1 and redemption_id = $2",
        tenant_id,
        redemption_id,
    )
    member_id, *noted = found or (None,) * 4
    noted_at = dict(zip((Move.SHIP, Move.DELIVER, Move.COMPLETE), noted, strict=True))
    command = Progress(
        tenant_id=tenant_id,
        key=None,
        body_hash=NO_BODY,
        at=now,
        redemption_id=redemption_id,
        move=row.move,
        occurred_at=row.occurred_at,
    )
    return _Step(command, member_id, noted_at[row.move] is not None)
