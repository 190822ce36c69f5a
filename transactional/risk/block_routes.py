"""`/v1/risk/blocks`: the tenant's blocklist of members, addresses and devices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.risk.operations import AlreadyEnded, UnknownBlock, add_block, lift_block
from transactional.risk.periods import period
from transactional.risk.queries import list_blocks
from transactional.risk.rule_requests import BlockedDimension, NewBlockRequest
from transactional.risk.subjects import InvalidSubject, subject_hash

router = APIRouter(prefix="/v1/risk", tags=["risk"])


class RiskBlock(BaseModel):
    """A blocked member, or the hash of a blocked address or device."""

    block_id: UUID
    dimension: str
    member_id: UUID | None
    subject_hash: str | None
    reason: str
    valid_from: datetime
    valid_until: datetime | None
    recorded_at: datetime


class BlockPage(BaseModel):
    """A page of blocks, newest first; ask for the next one with `before=next_before`."""

    blocks: list[RiskBlock]
    next_before: UUID | None


@router.get(
    "/blocks", summary="List blocks", responses=responses(Unauthenticated, InvalidRequest, InvalidSubject)
)
async def show_blocks(
    tenant_id: Caller,
    request: Request,
    dimension: BlockedDimension | None = None,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    include_ended: bool = False,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    before: UUID | None = None,
) -> BlockPage:
    """List the blocks; `dimension` and `subject` together tell whether one address, device or member is blocked."""
    if subject is not None and dimension is None:
        raise InvalidRequest("subject: say with dimension what it is: member, ip or device")
    hashed = None if subject is None or dimension is None else _subject(request, dimension, subject)
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await list_blocks(
            connection,
            tenant_id=tenant_id,
            dimension=dimension,
            subject=hashed,
            not_ended_at=None if include_ended else now,
            before=before,
            limit=limit + 1,
        )
    page = [RiskBlock.model_validate(block) for block in found[:limit]]
    return BlockPage(blocks=page, next_before=page[-1].block_id if len(found) > limit else None)


@router.post(
    "/blocks",
    status_code=201,
    summary="Block a member, address or device",
    responses=responses(Unauthenticated, InvalidRequest, InvalidSubject, RequestTooLarge, UnknownMember),
)
async def block(
    body: NewBlockRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> RiskBlock:
    """Put a subject on the blocklist. It counts as soon as a rule of kind `blocked` is in force."""
    valid_from, valid_until = period(body.valid_from, body.valid_until, request.app.state.clock())
    subject = _subject(request, body.dimension, body.subject)
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        if body.dimension == "member":
            await require_member(connection, tenant_id=tenant_id, member_id=UUID(bytes=subject))
        block_id = await add_block(
            connection,
            tenant_id=tenant_id,
            dimension=body.dimension,
            subject=subject,
            reason=body.reason,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        blocks = await list_blocks(connection, tenant_id=tenant_id, block_id=block_id)
    return RiskBlock.model_validate(blocks[0])


@router.post(
    "/blocks/{block_id}/lift",
    summary="Lift a block",
    responses=responses(Unauthenticated, InvalidRequest, RequestTooLarge, UnknownBlock, AlreadyEnded),
)
async def lift(block_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False) -> RiskBlock:
    """End a block now; that it was there is kept."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await lift_block(connection, tenant_id=tenant_id, block_id=block_id, now=now)
        blocks = await list_blocks(connection, tenant_id=tenant_id, block_id=block_id)
    return RiskBlock.model_validate(blocks[0])


def _subject(request: Request, dimension: BlockedDimension, text: str) -> bytes:
    if dimension != "member":
        return subject_hash(request.app.state.subject_key, dimension, text)
    try:
        return UUID(text).bytes
    except ValueError as error:
        raise InvalidSubject("subject: give the member_id of a member, a UUID") from error
