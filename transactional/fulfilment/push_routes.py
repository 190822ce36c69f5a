"""`/v1/carriers/{carrier}/events/{tenant_id}`: where carriers push what they know."""

import logging
from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from transactional.database import tenant_transaction
from transactional.fulfilment.carriers.domain import BadPush, MalformedPush, Push, UnknownCarrier
from transactional.fulfilment.progressing import advance
from transactional.fulfilment.tracking import record, shipment_of_number
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge

router = APIRouter(prefix="/v1", tags=["shipments"])

_log = logging.getLogger(__name__)

# What the carriers' own forms put into the address; SF's token, JD's signature.
_PARAMETERS = ("token", "app_key", "access_token", "method", "timestamp", "v", "sign", "algorithm", "LOP-DN")


@router.post(
    "/carriers/{carrier}/events/{tenant_id}",
    summary="Take a carrier's news",
    responses=responses(InvalidRequest, BadPush, MalformedPush, UnknownCarrier, RequestTooLarge),
    openapi_extra={
        "parameters": [
            {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
            for name in _PARAMETERS
        ]
    },
)
async def take(carrier: Annotated[str, Path(max_length=40)], tenant_id: UUID, request: Request) -> Response:
    """Take news of parcels that a carrier has pushed, in its own form; nobody else is listened to.

    News of parcels that are not registered yet are accepted and dropped: the carrier is asked once they are.
    """
    state = request.app.state
    now = state.clock()
    async with tenant_transaction(state.pools.api, tenant_id) as connection:
        code = await connection.fetchval("select code from mall.tenant where tenant_id = $1", tenant_id)
    account = state.carriers.of(code or "", carrier)
    push = Push(dict(request.query_params), dict(request.headers), await request.body())
    try:
        told = account.read_push(push, now)
    except Problem as problem:
        _log.warning("a push of %s for tenant %s was refused: %s", carrier, tenant_id, problem.detail)
        refusal = account.refused(problem)
        return Response(refusal.body, refusal.status, media_type=refusal.content_type)
    changed: set[UUID | None] = set()
    for number in sorted({one.tracking_number for one in told}):
        events = [one.event for one in told if one.tracking_number == number]
        async with tenant_transaction(state.pools.api, tenant_id) as connection:
            shipment_id = await shipment_of_number(
                connection, tenant_id=tenant_id, carrier=account.name, tracking_number=number
            )
            if shipment_id is not None:
                changed.add(
                    await record(
                        connection,
                        tenant_id=tenant_id,
                        shipment_id=shipment_id,
                        events=events,
                        source="push",
                        now=now,
                    )
                )
    for redemption_id in filter(None, changed):
        # What was told is kept; if the engine is away, the worker tells the redemption.
        with suppress(Problem):
            await advance(
                state.pools, state.committer, tenant_id=tenant_id, redemption_id=redemption_id, now=now
            )
    answer = account.accepted()
    return Response(answer.body, answer.status, media_type=answer.content_type)
