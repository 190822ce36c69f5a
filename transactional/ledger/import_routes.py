"""`/v1/points/import`: credits and adjustments from a file, all of them or none."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import TENANTS_ONLY, Caller, DryRun
from transactional.csv_rows import csv_body, rows_of
from transactional.database import tenant_transaction
from transactional.engine.committer import CommitUnavailable
from transactional.file_imports import Imported, require_taken
from transactional.ledger.commands import Adjust, Earn
from transactional.ledger.requested import MAX_POINTS, AdjustRequest, EarnRequest, ItemKey
from transactional.members.queries import member_ids
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.request_types import Moment, Reason, Reference
from transactional.row_report import RowsRefused, repeated
from transactional.templates import add_template

router = APIRouter(prefix="/v1/points", tags=["points"])


class PointsRow(BaseModel):
    """Points of a member: `earn` and `grant` credit them, `adjust` adds or takes them by hand, for a reason."""

    model_config = ConfigDict(extra="forbid")

    idempotency_key: ItemKey = Field(title="幂等键", examples=["points-2026-03-0001"])
    external_ref: Reference = Field(title="会员编号", examples=["E-10086"])
    operation: Literal["earn", "grant", "adjust"] = Field(title="操作", examples=["earn"])
    points: int = Field(title="积分", ge=-MAX_POINTS, le=MAX_POINTS, examples=["500"])
    reference: Reference | None = Field(None, title="业务单号", examples=["SO-20260301-7"])
    reason: Reason | None = Field(None, title="调整原因")
    effective_at: Moment | None = Field(None, title="生效时间")

    @model_validator(mode="after")
    def _is_one_of_them(self) -> Self:
        if self.points <= 0 and self.operation != "adjust":
            raise ValueError("points: only an adjustment takes points")
        if not self.points:
            raise ValueError("points: an adjustment of 0 points changes nothing")
        if (self.reason is None) == (self.operation == "adjust"):
            raise ValueError("reason: an adjustment has one, and nothing else has")
        if self.reference is not None and self.operation == "adjust":
            raise ValueError("reference: an adjustment has none, but a reason")
        return self

    def command(self, tenant_id: UUID, member_id: UUID, now: datetime) -> Earn | Adjust:
        """Return the command, the same as if the row were sent alone.

        Raises:
            InvalidRequest: it is to take effect in the future.
        """
        # Its moment as it is written, for that is how a request has it.
        told = self.model_dump(mode="json", include={"points", "effective_at"}) | {"member_id": member_id}
        if self.operation == "adjust":
            adjustment = AdjustRequest.model_validate(told | {"reason": self.reason})
            return adjustment.command(tenant_id, self.idempotency_key, now)
        credit = EarnRequest.model_validate(told | {"kind": self.operation, "reference": self.reference})
        return credit.command(tenant_id, self.idempotency_key, now)


@router.post(
    "/import",
    summary="Import points from a CSV or Excel file",
    responses=responses(Unauthenticated, InvalidRequest, RowsRefused, RequestTooLarge, CommitUnavailable),
    openapi_extra=csv_body(PointsRow),
)
async def import_points(tenant_id: Caller, request: Request, dry_run: DryRun = False) -> Imported:
    """Credit and adjust by every row of a file, in its order, or by none: each row that is refused is named.

    A row has a key of its own, as a request of one change has. What was done under it before is not done again. As by
    every other way, points are booked by a tenant's key alone: no role of a person may, for it could pay itself.
    """
    state = request.app.state
    rows = await rows_of(request, PointsRow)
    async with tenant_transaction(state.pools.api, tenant_id) as connection:
        members = await member_ids(
            connection, tenant_id=tenant_id, external_refs=list({row.external_ref for row in rows})
        )
    # Others are served while thousands of rows are read.
    commands = await asyncio.to_thread(_commands, rows, members, tenant_id, state.clock())
    answers = await state.committer.submit_together(commands, dry_run=dry_run)
    require_taken(enumerate(answers, 1))
    return Imported(rows=len(rows), new=sum(not told.replayed for told in answers))


add_template(router, "", PointsRow, things="points", asked_by=[TENANTS_ONLY], refusals=(Unauthenticated,))


def _commands(
    rows: Sequence[PointsRow], members: Mapping[str, UUID], tenant_id: UUID, now: datetime
) -> list[Earn | Adjust]:
    """Return what the rows ask for.

    Raises:
        RowsRefused: they name members who are not there, one key twice, or a moment to come.
    """
    wrong = repeated("idempotency_key", [row.idempotency_key for row in rows])
    commands = []
    for number, row in enumerate(rows, 1):
        member_id = members.get(row.external_ref)
        if member_id is None:
            problem = f"no member has the reference {row.external_ref!r}"
            wrong.append({"row": number, "column": "external_ref", "problem": problem})
            continue
        try:
            commands.append(row.command(tenant_id, member_id, now))
        except Problem as refusal:
            wrong.append({"row": number, "column": None, "problem": refusal.detail})
    if wrong:
        raise RowsRefused(sorted(wrong, key=lambda one: int(one["row"])))
    return commands
