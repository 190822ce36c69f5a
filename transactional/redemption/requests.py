"""`POST /v1/redemptions`, the hot route, and its description for OpenAPI."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from transactional.access.domain import Unauthenticated
from transactional.campaigns.domain import CampaignBudgetSpent, PriceRose
from transactional.engine.committer import CommitUnavailable, Overloaded
from transactional.engine.decide import IdempotencyConflict
from transactional.engine.lean import (
    DRY_RUN_PARAMETER,
    KEY_PARAMETER,
    MissingIdempotencyKey,
    answer,
    command_key,
    hash_of,
    read_body,
)
from transactional.flash_sales.domain import (
    SaleLimitReached,
    SaleNotOpen,
    SaleOfOtherItem,
    SaleSoldOut,
    UnknownSale,
)
from transactional.identifiers import uuid7
from transactional.ledger.account import InsufficientPoints
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.commands import CashPart, Redeem
from transactional.redemption.context import ContextRequest, hashed
from transactional.redemption.domain import (
    MAX_LINES,
    MAX_QUANTITY,
    OfferNotListed,
    OutOfStock,
    UnknownOffer,
)
from transactional.redemption.payment import Provider
from transactional.redemption.pricing import CashNotTaken, CashShareOutOfBounds, PointsOnly
from transactional.risk.domain import RiskDenied
from transactional.risk.subjects import InvalidSubject
from transactional.sessions.asking import member_asker_of
from transactional.sessions.domain import RoleNeeded, SessionOver


class LineRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An item and how many pieces of it."""

    item_id: UUID
    quantity: Annotated[int, msgspec.Meta(ge=1, le=MAX_QUANTITY)]


class CashRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Pay so many points, and the rest of the price in cash through a provider."""

    provider: Provider
    points: Annotated[int, msgspec.Meta(ge=1)]


class RedemptionRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who redeems what."""

    member_id: UUID
    lines: Annotated[list[LineRequest], msgspec.Meta(min_length=1, max_length=MAX_LINES)]
    cash: CashRequest | None = None
    context: ContextRequest | None = None
    flash_sale_id: UUID | None = None
    expected_points: Annotated[int, msgspec.Meta(ge=1)] | None = None


_decoder = msgspec.json.Decoder(RedemptionRequest)


async def redeem(request: Request) -> Response:
    """Spend a member's points on items: all of it or nothing."""
    state = request.app.state
    asker = await member_asker_of(request)
    tenant_id, key = asker.tenant_id, asker.kept_key(command_key(request))
    body = await read_body(request, _decoder)
    now = state.clock()
    ip, device = hashed(body.context, state.subject_key)
    return await answer(
        request,
        Redeem(
            tenant_id=tenant_id,
            member_id=body.member_id,
            key=key,
            body_hash=_hash(body),
            at=now,
            redemption_id=uuid7(now),
            asked=tuple((line.item_id, line.quantity) for line in body.lines),
            flash_sale_id=body.flash_sale_id,
            expected_points=body.expected_points,
            ip=ip,
            device=device,
            cash=None if body.cash is None else CashPart(body.cash.provider, body.cash.points),
        ),
    )


def _hash(body: RedemptionRequest) -> bytes:
    """Return the hash of what was asked: where it came from may differ in a retry, and a request without an expected
    price has the hash it had before there were any."""
    asked = (body.member_id, body.lines, body.cash, body.flash_sale_id)
    return hash_of("redeem", asked if body.expected_points is None else (*asked, body.expected_points))


def openapi_operation() -> dict[str, Any]:
    """Return the OpenAPI description of the route."""
    return {
        "tags": ["redemptions"],
        "summary": "Redeem points for items",
        "description": "Takes points and stock of all lines, or of none. Prices are those of the offers or, where a "
        "campaign is for the member and its budget covers it, the campaign's; with `expected_points` nothing is taken for "
        "more than that. The same key and body get the first "
        "answer again, marked `Idempotent-Replayed: true`, whether it was a success or a refusal.",
        "operationId": "redeem",
        "security": [{"TenantKeyOrSession": []}],
        "parameters": [KEY_PARAMETER, DRY_RUN_PARAMETER],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/RedemptionRequest"}}},
        },
        "responses": {
            "201": {
                "description": "Redeemed",
                "headers": {
                    "Idempotent-Replayed": {
                        "description": "`true` when this is the first answer repeated",
                        "schema": {"type": "string"},
                    }
                },
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Redemption"}}},
            },
            **{
                str(status): description
                for status, description in responses(
                    Unauthenticated,
                    SessionOver,
                    RoleNeeded,
                    MissingIdempotencyKey,
                    InvalidRequest,
                    IdempotencyConflict,
                    RequestTooLarge,
                    UnknownMember,
                    UnknownOffer,
                    OfferNotListed,
                    OutOfStock,
                    InsufficientPoints,
                    InvalidSubject,
                    RiskDenied,
                    UnknownSale,
                    SaleOfOtherItem,
                    SaleNotOpen,
                    SaleLimitReached,
                    SaleSoldOut,
                    CashNotTaken,
                    CashShareOutOfBounds,
                    PointsOnly,
                    CampaignBudgetSpent,
                    PriceRose,
                    CommitUnavailable,
                    Overloaded,
                ).items()
            },
        },
    }
