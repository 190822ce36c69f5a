"""`/v1/exchanges`: quotes, exchanges and reversals."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.engine.committer import CommitUnavailable, Overloaded
from transactional.engine.decide import IdempotencyConflict
from transactional.engine.lean import (
    DRY_RUN_PARAMETER,
    KEY_PARAMETER,
    MissingIdempotencyKey,
    answer,
    command_key,
    hash_of,
)
from transactional.exchange import consent_refusals, documents, queries, refusals
from transactional.exchange.commands import ExchangePoints, ReverseExchange
from transactional.exchange.quotes import make_quote, member_of_quote
from transactional.features.domain import FeatureOff
from transactional.features.routes import needs
from transactional.identifiers import uuid7
from transactional.ledger.account import InsufficientPoints
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge
from transactional.redemption.context import ContextRequest, hashed
from transactional.redemption.states import IllegalMove
from transactional.risk.domain import RiskDenied
from transactional.risk.subjects import InvalidSubject

router = APIRouter(prefix="/v1/exchanges", tags=["exchanges"])


def _described(model: type[BaseModel], *problems: type[Problem]) -> dict[str, Any]:
    return {
        "response_model": model,
        "responses": responses(
            Unauthenticated,
            MissingIdempotencyKey,
            InvalidRequest,
            IdempotencyConflict,
            RequestTooLarge,
            CommitUnavailable,
            Overloaded,
            *problems,
        ),
        "openapi_extra": {"parameters": [KEY_PARAMETER, DRY_RUN_PARAMETER]},
    }


@router.post(
    "/quotes",
    dependencies=[needs("exchanges")],
    status_code=201,
    summary="Quote an exchange",
    responses=responses(
        FeatureOff,
        Unauthenticated,
        UnknownMember,
        consent_refusals.UnknownLink,
        consent_refusals.LinkWithdrawn,
        consent_refusals.NoAgreement,
        refusals.TooFewPoints,
        refusals.DailyLimitReached,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def quote(
    body: documents.QuoteRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> documents.Quote:
    """Tell what a member's points would buy of another tenant's. Nothing is taken; the quote lasts ten minutes."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        row = await make_quote(
            connection,
            tenant_id=tenant_id,
            member_id=body.member_id,
            link_id=body.link_id,
            to_code=body.to_tenant,
            points=body.points,
            now=state.clock(),
        )
    return documents.Quote.model_validate(row)


@router.post(
    "",
    status_code=201,
    summary="Exchange points",
    **_described(
        documents.Exchanged,
        refusals.UnknownQuote,
        refusals.QuoteUsed,
        refusals.QuoteExpired,
        consent_refusals.NoAgreement,
        consent_refusals.LinkWithdrawn,
        refusals.DailyLimitReached,
        refusals.PartnerCannotTake,
        refusals.DayStated,
        UnknownMember,
        InsufficientPoints,
        InvalidSubject,
        RiskDenied,
    ),
)
async def exchange(body: documents.ExchangeRequest, tenant_id: Caller, request: Request) -> Response:
    """Take up a quote: take the points and the fee, and credit what they buy, both or neither.

    If a risk rule wants a person to look, the points are set aside; the redemption of the same id is reviewed.
    """
    state = request.app.state
    key = command_key(request)
    now = state.clock()
    asked = body.context
    context = None if asked is None else ContextRequest(ip=asked.ip, device_id=asked.device_id)
    ip, device = hashed(context, state.subject_key)
    async with tenant_transaction(state.pools.api, tenant_id) as connection:
        member_id = await member_of_quote(connection, tenant_id=tenant_id, quote_id=body.quote_id)
    command = ExchangePoints(
        tenant_id=tenant_id,
        key=key,
        # Where the request came from may differ in a retry.
        body_hash=hash_of(ExchangePoints.operation, str(body.quote_id)),
        at=now,
        member_id=member_id,
        redemption_id=uuid7(now),
        quote_id=body.quote_id,
        ip=ip,
        device=device,
    )
    return await answer(request, command)


@router.get(
    "",
    summary="List a member's exchanges",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest),
)
async def list_exchanges(
    member_id: UUID,
    tenant_id: Caller,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: UUID | None = None,
) -> documents.Exchanges:
    """Return a member's exchanges in both directions, newest first."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=member_id)
        rows = await queries.exchanges_of(
            connection, tenant_id=tenant_id, member_id=member_id, limit=limit, before=before
        )
    return documents.Exchanges.model_validate({"exchanges": rows})


@router.get(
    "/{exchange_id}",
    summary="Show an exchange",
    responses=responses(Unauthenticated, refusals.UnknownExchange, InvalidRequest),
)
async def show_exchange(exchange_id: UUID, tenant_id: Caller, request: Request) -> documents.ExchangeStatus:
    """Show the tenant's side of an exchange as it is now."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        row = await queries.exchange_by_id(connection, tenant_id=tenant_id, exchange_id=exchange_id)
    return documents.ExchangeStatus.model_validate(row)


@router.post(
    "/{exchange_id}/reversal",
    summary="Reverse an exchange or a part of it",
    **_described(
        documents.Reversed,
        refusals.UnknownExchange,
        IllegalMove,
        refusals.ReversalTooLarge,
        refusals.ReversalTooSmall,
        refusals.PointsNotFree,
        refusals.PartnerCannotTake,
        refusals.DayStated,
    ),
)
async def reverse(
    exchange_id: UUID, body: documents.ReversalRequest, tenant_id: Caller, request: Request
) -> Response:
    """Take credited points back and give points and fee back in proportion, as either tenant of the exchange."""
    now = request.app.state.clock()
    command = ReverseExchange(
        tenant_id=tenant_id,
        key=command_key(request),
        body_hash=hash_of(ReverseExchange.operation, [str(exchange_id), body.model_dump(mode="json")]),
        at=now,
        exchange_id=exchange_id,
        reversal_id=uuid7(now),
        to_points=body.to_points,
        reason=body.reason,
    )
    return await answer(request, command)
