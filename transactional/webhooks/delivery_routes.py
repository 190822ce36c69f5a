"""`/v1/webhooks`, continued: what was sent to endpoints and what could not be."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.webhooks import operations, queries
from transactional.webhooks.documents import DeadLetter, DeadLetters, Deliveries, Delivery, Replayed
from transactional.webhooks.domain import EndpointDisabled, UnknownDeadLetter, UnknownEndpoint

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

_Limit = Annotated[int, Query(ge=1, le=200)]


@router.get(
    "/dead-letters", summary="List dead letters", responses=responses(Unauthenticated, InvalidRequest)
)
async def list_dead_letters(
    tenant_id: Caller,
    request: Request,
    endpoint_id: UUID | None = None,
    after: UUID | None = None,
    limit: _Limit = 50,
) -> DeadLetters:
    """Return messages that were given up: after about a day of attempts, or when their endpoint was gone."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await queries.dead_letters(
            connection, tenant_id=tenant_id, endpoint_id=endpoint_id, after=after, limit=limit
        )
    letters = [DeadLetter.model_validate(row) for row in rows]
    return DeadLetters(dead_letters=letters, after=letters[-1].delivery_id if len(letters) == limit else None)


@router.post(
    "/dead-letters/{delivery_id}/replay",
    status_code=202,
    summary="Send a dead letter again",
    responses=responses(
        Unauthenticated, UnknownDeadLetter, EndpointDisabled, InvalidRequest, RequestTooLarge
    ),
)
async def replay(delivery_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False) -> Delivery:
    """Put a dead letter on its way again, with the same `webhook-id`."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        row = await operations.replay_dead_letter(
            connection, tenant_id=tenant_id, delivery_id=delivery_id, now=state.clock()
        )
    return Delivery.model_validate(row)


@router.get(
    "/{endpoint_id}/deliveries",
    summary="List what was sent to an endpoint",
    responses=responses(Unauthenticated, UnknownEndpoint, InvalidRequest),
)
async def list_deliveries(
    endpoint_id: UUID, tenant_id: Caller, request: Request, limit: _Limit = 50
) -> Deliveries:
    """Return the deliveries of the newest messages, whatever became of them."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await queries.newest_deliveries(
            connection, tenant_id=tenant_id, endpoint_id=endpoint_id, limit=limit
        )
    return Deliveries(deliveries=[Delivery.model_validate(row) for row in rows])


@router.post(
    "/{endpoint_id}/dead-letters/replay",
    status_code=202,
    summary="Send all dead letters of an endpoint again",
    responses=responses(Unauthenticated, UnknownEndpoint, EndpointDisabled, InvalidRequest, RequestTooLarge),
)
async def replay_all(
    endpoint_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> Replayed:
    """Put every dead letter of an endpoint on its way again, each with its own `webhook-id`."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        count = await operations.replay_dead_letters(
            connection, tenant_id=tenant_id, endpoint_id=endpoint_id, now=state.clock()
        )
    return Replayed(replayed=count)
