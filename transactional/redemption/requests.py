"""`POST /v1/redemptions`, the hot route, and its description for OpenAPI."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from transactional.access.domain import Unauthenticated
from transactional.engine.commands import Redeem
from transactional.engine.committer import CommitUnavailable, Overloaded
from transactional.engine.decide import IdempotencyConflict
from transactional.engine.lean import (
    KEY_PARAMETER,
    MissingIdempotencyKey,
    hash_of,
    idempotency_key,
    read_body,
    respond,
)
from transactional.identifiers import uuid7
from transactional.ledger.domain import InsufficientPoints
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import (
    MAX_LINES,
    MAX_QUANTITY,
    OfferNotListed,
    OutOfStock,
    UnknownOffer,
)


class LineRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """An item and how many pieces of it."""

    item_id: UUID
    quantity: Annotated[int, msgspec.Meta(ge=1, le=MAX_QUANTITY)]


class RedemptionRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Who redeems what."""

    member_id: UUID
    lines: Annotated[list[LineRequest], msgspec.Meta(min_length=1, max_length=MAX_LINES)]


_decoder = msgspec.json.Decoder(RedemptionRequest)


async def redeem(request: Request) -> Response:
    """Spend a member's points on items: all of it or nothing."""
    state = request.app.state
    tenant_id = await state.keys.tenant(request.headers.get("authorization"))
    key = idempotency_key(request)
    body = await read_body(request, _decoder)
    now = state.clock()
    answer = await state.committer.submit(
        Redeem(
            tenant_id=tenant_id,
            member_id=body.member_id,
            key=key,
            body_hash=hash_of("redeem", body),
            at=now,
            redemption_id=uuid7(now),
            asked=tuple((line.item_id, line.quantity) for line in body.lines),
        )
    )
    return respond(answer)


def openapi_operation() -> dict[str, Any]:
    """Return the OpenAPI description of the route."""
    return {
        "tags": ["redemptions"],
        "summary": "Redeem points for items",
        "description": "Takes points and stock of all lines, or of none. The same key and body get the first "
        "answer again, marked `Idempotent-Replayed: true`, whether it was a success or a refusal.",
        "operationId": "redeem",
        "security": [{"TenantKey": []}],
        "parameters": [KEY_PARAMETER],
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
                    MissingIdempotencyKey,
                    InvalidRequest,
                    IdempotencyConflict,
                    RequestTooLarge,
                    UnknownMember,
                    UnknownOffer,
                    OfferNotListed,
                    OutOfStock,
                    InsufficientPoints,
                    CommitUnavailable,
                    Overloaded,
                ).items()
            },
        },
    }
