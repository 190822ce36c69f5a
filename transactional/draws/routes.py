"""`/v1/draws`: opening and showing draws. Buying a ticket is a redemption; `log_routes` tells the public log."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import Connection, tenant_transaction
from transactional.draws.documents import (
    DrawPage,
    DrawRequest,
    DrawSummary,
    Entropy,
    ShownDraw,
    prize,
    summary,
)
from transactional.draws.domain import published_odds, realised_odds
from transactional.draws.opening import open_as_asked
from transactional.draws.operations import record_entropy
from transactional.draws.queries import draws_of, find_draw, member_count, prizes_of
from transactional.draws.refusals import (
    DrawExists,
    DrawNotOver,
    EntropyRecorded,
    NoEntropyAwaited,
    PrizeTooValuable,
    TooManyPrizes,
    UnknownDraw,
)
from transactional.features.asking import using
from transactional.features.domain import FeatureOff
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import ItemBarred, OutOfStock, UnknownOffer
from transactional.sessions.asking import Asker, decider
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["draws"])

opener = using("draws", decider)


@router.post(
    "/draws",
    status_code=201,
    summary="Open a draw",
    responses={
        200: {"model": ShownDraw, "description": "The reference and these terms were sent before"},
        **responses(
            FeatureOff,
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownOffer,
            ItemBarred,
            OutOfStock,
            DrawExists,
            PrizeTooValuable,
            TooManyPrizes,
            VaultKeyMissing,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def create(
    body: DrawRequest,
    asker: Annotated[Asker, Depends(opener)],
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> ShownDraw:
    """Open a draw: its terms and the commitment to its seed are published and its prizes set aside.

    None of it changes any more. After the end the seed is revealed and anybody can work out the winners again from
    `GET /v1/draws/{draw_id}/log`. A dry run commits to nothing: its id and hashes are gone.
    """
    state, now = request.app.state, request.app.state.clock()
    async with tenant_transaction(state.pools.api, asker.tenant_id, dry_run=dry_run) as connection:
        draw_id, opened = await open_as_asked(
            connection,
            tenant_id=asker.tenant_id,
            asked=body,
            vault=state.vault,
            prize_limit_fen=state.max_prize_fen,
            now=now,
        )
        shown = await _show(connection, asker.tenant_id, draw_id, now)
    if not opened:
        response.status_code = 200
    return shown


@router.get("/draws", summary="List draws", responses=responses(Unauthenticated, InvalidRequest))
async def list_draws(
    tenant_id: Caller,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: UUID | None = None,
) -> DrawPage:
    """List your draws in the order they were created."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await draws_of(connection, tenant_id=tenant_id, limit=limit + 1, after=after)
    now = request.app.state.clock()
    page = [DrawSummary.model_validate(summary(row, now)) for row in rows[:limit]]
    return DrawPage(draws=page, next_after=page[-1].draw_id if len(rows) > limit else None)


@router.get(
    "/draws/{draw_id}",
    summary="Show a draw",
    responses=responses(Unauthenticated, UnknownDraw, InvalidRequest),
)
async def show(draw_id: UUID, tenant_id: Caller, request: Request) -> ShownDraw:
    """Show a draw with its commitment, its prizes and their odds."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        return await _show(connection, tenant_id, draw_id, request.app.state.clock())


@router.post(
    "/draws/{draw_id}/entropy",
    summary="Record a draw's public entropy",
    responses=responses(
        Unauthenticated,
        UnknownDraw,
        NoEntropyAwaited,
        DrawNotOver,
        EntropyRecorded,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def tell_entropy(
    draw_id: UUID, body: Entropy, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> ShownDraw:
    """Record, after the end, the public value that the draw's terms name; the seed is revealed then."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await record_entropy(connection, tenant_id=tenant_id, draw_id=draw_id, entropy=body.value, now=now)
        return await _show(connection, tenant_id, draw_id, now)


async def _show(connection: Connection, tenant_id: UUID, draw_id: UUID, now: datetime) -> ShownDraw:
    row = await find_draw(connection, tenant_id=tenant_id, draw_id=draw_id)
    prizes = await prizes_of(connection, tenant_id=tenant_id, draw_id=draw_id)
    quantities = [p["quantity"] for p in prizes]
    odds = published_odds(quantities, max_tickets=row["max_tickets"])
    realised = (
        [None] * len(prizes)
        if now < row["ends_at"]
        else realised_odds(
            quantities,
            takers=await member_count(connection, tenant_id=tenant_id, draw_id=draw_id)
            if row["one_prize_per_member"]
            else row["ticket_count"],
        )
    )
    return ShownDraw(
        **summary(row, now),
        odds_of="member" if row["one_prize_per_member"] else "ticket",
        prizes=[prize(*each) for each in zip(prizes, odds, realised, strict=True)],
    )
