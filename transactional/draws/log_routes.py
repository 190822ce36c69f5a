"""`GET /v1/draws/{draw_id}/log`: the public log. It needs no key, because anybody may run the draw again."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from transactional.database import tenant_transaction
from transactional.draws.log_queries import PAGE, LogState, log_state, log_tickets, log_winners
from transactional.draws.queries import tenant_of_draw
from transactional.draws.refusals import UnknownDraw
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest

router = APIRouter(prefix="/v1", tags=["draws"])


@router.get(
    "/draws/{draw_id}/log",
    summary="Read a draw's public log",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "`pointmart draw verify` checks it; `transactional/draws/drawing.py` says how to do so "
            "with a program of your own.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        **responses(UnknownDraw, InvalidRequest),
    },
)
async def read_log(draw_id: UUID, request: Request) -> StreamingResponse:
    """Read the terms, the commitment, all tickets in order and, after the end, the seed and the winners.

    No key is needed and no personal data is in it: a ticket says its redemption's id and a pseudonym of its member
    that is used in this draw alone.
    """
    pool: asyncpg.Pool = request.app.state.pools.api
    async with pool.acquire() as connection:
        tenant_id = await tenant_of_draw(connection, draw_id)
    async with tenant_transaction(pool, tenant_id) as connection:
        state = await log_state(connection, tenant_id=tenant_id, draw_id=draw_id)
    return StreamingResponse(
        _document(pool, tenant_id, draw_id, state),
        media_type="application/json",
        headers={"Cache-Control": "public, max-age=86400" if state.reveal else "no-cache"},
    )


async def _document(
    pool: asyncpg.Pool, tenant_id: UUID, draw_id: UUID, state: LogState
) -> AsyncIterator[bytes]:
    """Yield the document in pieces; no connection is kept while a slow reader takes one."""
    won = []
    if state.reveal is not None:
        async with tenant_transaction(pool, tenant_id) as connection:
            won = await log_winners(connection, tenant_id=tenant_id, draw_id=draw_id)
    before, after = msgspec.json.encode(state.log([], won)).split(b'"tickets":[', 1)
    yield before + b'"tickets":['
    for start in range(0, state.ticket_count, PAGE):
        async with tenant_transaction(pool, tenant_id) as connection:
            tickets = await log_tickets(
                connection,
                tenant_id=tenant_id,
                draw_id=draw_id,
                after=start,
                until=min(start + PAGE, state.ticket_count),
            )
        yield (b"," if start else b"") + msgspec.json.encode(tickets)[1:-1]
    yield after
