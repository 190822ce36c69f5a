"""`/v1/risk/blocks`: the tenant's blocklist of members, addresses and devices."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.database import tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.risk.blocking import block as block_subject
from transactional.risk.blocking import subject_of
from transactional.risk.operations import AlreadyEnded, UnknownBlock, lift_block
from transactional.risk.queries import list_blocks
from transactional.risk.rule_requests import BlockedDimension, NewBlockRequest
from transactional.risk.subjects import InvalidSubject
from transactional.sessions.asking import Reviewing
from transactional.sessions.domain import RoleNeeded, SessionOver

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
    "/blocks",
    summary="List blocks",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, InvalidRequest, InvalidSubject, UnknownMember
    ),
)
async def show_blocks(
    asker: Reviewing,
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
    state, now = request.app.state, request.app.state.clock()
    async with tenant_transaction(state.pools.api, asker.tenant_id) as connection:
        found = await list_blocks(
            connection,
            tenant_id=asker.tenant_id,
            dimension=dimension,
            subject=None
            if subject is None or dimension is None
            else await subject_of(connection, asker.tenant_id, dimension, subject, state.subject_key),
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
    responses={
        200: {"model": RiskBlock, "description": "It is blocked for all of that time already"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            InvalidRequest,
            InvalidSubject,
            RequestTooLarge,
            UnknownMember,
        ),
    },
)
async def block(
    body: NewBlockRequest, asker: Reviewing, request: Request, response: Response, dry_run: DryRun = False
) -> RiskBlock:
    """Put a subject on the blocklist. It counts as soon as a rule of kind `blocked` is in force."""
    state, tenant_id = request.app.state, asker.tenant_id
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        block_id, is_new = await block_subject(
            connection, tenant_id=tenant_id, asked=body, subject_key=state.subject_key, now=state.clock()
        )
        blocks = await list_blocks(connection, tenant_id=tenant_id, block_id=block_id)
    if not is_new:
        response.status_code = 200
    return RiskBlock.model_validate(blocks[0])


@router.post(
    "/blocks/{block_id}/lift",
    summary="Lift a block",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, InvalidRequest, RequestTooLarge, UnknownBlock, AlreadyEnded
    ),
)
async def lift(block_id: UUID, asker: Reviewing, request: Request, dry_run: DryRun = False) -> RiskBlock:
    """End a block now; that it was there is kept."""
    now, tenant_id = request.app.state.clock(), asker.tenant_id
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await lift_block(connection, tenant_id=tenant_id, block_id=block_id, now=now)
        blocks = await list_blocks(connection, tenant_id=tenant_id, block_id=block_id)
    return RiskBlock.model_validate(blocks[0])
