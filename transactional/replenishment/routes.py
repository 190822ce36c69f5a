"""`/v1/replenishment/proposals`; the pipeline writes them with `/v1/write-back/…/replenishment-proposals`."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.access.domain import Unauthenticated
from transactional.access.routes import WRITE_BACK_ONLY, Caller, DryRun
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.replenishment.operations import (
    Proposal,
    ProposalNotOpen,
    Proposals,
    UnknownProposal,
    decide_proposal,
)
from transactional.replenishment.queries import list_proposals
from transactional.request_types import Day, Reference
from transactional.supplier_gates.refusals import UNORDERABLE
from transactional.write_back.requests import (
    MAX_ITEMS,
    RESPONSES,
    WriteBackRequest,
    WriteBackResults,
    require_distinct,
    write_back,
)

router = APIRouter(prefix="/v1", tags=["replenishment"])


class ProposalItem(BaseModel):
    """Pieces of an item to be ordered by a day; with them the stock lasts until `covers_until`."""

    model_config = ConfigDict(extra="forbid")

    item_id: UUID
    quantity: Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]
    order_by: Day
    covers_until: Day
    reason: Literal["runs_out_before_delivery", "below_target"]

    @model_validator(mode="after")
    def _covers_something(self) -> "ProposalItem":
        if self.covers_until < self.order_by:
            raise ValueError("covers_until is before order_by; the stock must last until it is ordered")
        return self


class ProposalsRequest(WriteBackRequest):
    """Items that run short."""

    items: Annotated[list[ProposalItem], Field(max_length=MAX_ITEMS)]

    @model_validator(mode="after")
    def _are_distinct(self) -> "ProposalsRequest":
        require_distinct(item.item_id for item in self.items)
        return self


class ReplenishmentProposal(BaseModel):
    """A proposal of a release; `superseded`: a newer release came before anybody had decided."""

    proposal_id: UUID
    item_id: UUID
    quantity: int
    order_by: date
    covers_until: date
    reason: str
    status: Literal["proposed", "approved", "dismissed", "superseded"]
    decided_by: str | None
    decided_at: datetime | None
    as_of_date: date
    release_id: str
    purchase_order_id: UUID | None = Field(description="The order that its approval proposed.")


class ProposalPage(BaseModel):
    """A page, the most urgent first; ask for the next one with `after=next_after`."""

    proposals: list[ReplenishmentProposal]
    next_after: str | None


class DecisionRequest(BaseModel):
    """What a person decided, and who."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["approved", "dismissed"]
    decided_by: Reference


@router.put(
    "/write-back/{tenant_id}/replenishment-proposals",
    summary="Write replenishment proposals back",
    dependencies=[WRITE_BACK_ONLY],
    responses=RESPONSES,
)
async def put_proposals(
    tenant_id: UUID, body: ProposalsRequest, request: Request, dry_run: DryRun = False
) -> WriteBackResults:
    """Open a release's proposals in place of those of older releases; for the pipeline.

    What a person decided stays: until the day it covers is past, its item is not proposed again.
    """
    told = Proposals(
        [
            Proposal(item.item_id, item.quantity, item.order_by, item.covers_until, item.reason)
            for item in body.items
        ]
    )
    return await write_back(request, tenant_id, body, told, dry_run=dry_run)


@router.get(
    "/replenishment/proposals",
    summary="List replenishment proposals",
    responses=responses(Unauthenticated, InvalidRequest),
)
async def show_proposals(
    tenant_id: Caller,
    request: Request,
    status: Literal["proposed", "approved", "dismissed", "superseded"] | None = None,
    after: Annotated[str | None, Query(pattern=r"^\d{4}-\d{2}-\d{2}:[0-9a-f-]{36}$")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> ProposalPage:
    """List proposals by the day to order, the most urgent first."""
    cursor = None
    if after is not None:
        day, _, last = after.partition(":")
        try:
            cursor = (date.fromisoformat(day), UUID(last))
        except ValueError as error:
            raise InvalidRequest("after: give the `next_after` of the page before") from error
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await list_proposals(
            connection, tenant_id=tenant_id, status=status, after=cursor, limit=limit + 1
        )
    page = [ReplenishmentProposal.model_validate(one) for one in found[:limit]]
    more = f"{page[-1].order_by}:{page[-1].proposal_id}" if len(found) > limit else None
    return ProposalPage(proposals=page, next_after=more)


@router.post(
    "/replenishment/proposals/{proposal_id}/decision",
    summary="Decide about a proposal",
    responses=responses(
        Unauthenticated, UnknownProposal, ProposalNotOpen, *UNORDERABLE, InvalidRequest, RequestTooLarge
    ),
)
async def decide(
    proposal_id: UUID, body: DecisionRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> ReplenishmentProposal:
    """Approve or dismiss an open proposal; the same decision again changes nothing.

    An approved one becomes a proposed purchase order, rounded up to what the supplier sells, if an active supplier has
    terms of the item. Without terms the decision alone is kept.
    """
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await decide_proposal(
            connection,
            tenant_id=tenant_id,
            proposal_id=proposal_id,
            decision=body.decision,
            by=body.decided_by,
            now=request.app.state.clock(),
        )
        (decided,) = await list_proposals(connection, tenant_id=tenant_id, proposal_id=proposal_id)
    return ReplenishmentProposal.model_validate(decided)
