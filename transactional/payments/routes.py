"""`/v1/redemptions/{id}/payment-link` for storefronts and `/v1/payments/…/notifications/…` for providers."""

import logging
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel

from transactional.access.domain import Unauthenticated
from transactional.payments.operations import NothingToPay, ask_for_payment, take_notification
from transactional.payments.refusals import (
    AlreadyPaid,
    BadSignature,
    MalformedNotice,
    ProviderRefused,
    ProviderUnavailable,
    UnknownMerchant,
    UntrustedAnswer,
)
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownRedemption
from transactional.sessions.asking import ActingForMember
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["payments"])

_log = logging.getLogger(__name__)


class PaymentLink(BaseModel):
    """Where the member pays: the text of a QR code, good until `expires_at`."""

    payment_id: UUID
    code_url: str
    expires_at: datetime


@router.post(
    "/redemptions/{redemption_id}/payment-link",
    summary="Ask the provider for the payment",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        InvalidRequest,
        RequestTooLarge,
        UnknownRedemption,
        NothingToPay,
        UnknownMerchant,
        AlreadyPaid,
        ProviderUnavailable,
        ProviderRefused,
        UntrustedAnswer,
    ),
)
async def ask(redemption_id: UUID, asker: ActingForMember, request: Request) -> PaymentLink:
    """Tell where the member pays the cash part of a redemption; asking again gives the same payment."""
    state = request.app.state
    link = await ask_for_payment(
        state.pools.api,
        state.providers,
        tenant_id=asker.tenant_id,
        redemption_id=redemption_id,
        now=state.clock(),
    )
    return PaymentLink(payment_id=link.payment_id, code_url=link.code_url, expires_at=link.expires_at)


@router.post(
    "/payments/{provider}/notifications/{tenant_id}",
    summary="Take a provider's notification",
    responses=responses(InvalidRequest, BadSignature, MalformedNotice, UnknownMerchant, RequestTooLarge),
)
async def notify(
    provider: Annotated[str, Path(max_length=40)], tenant_id: UUID, request: Request
) -> Response:
    """Take news that a provider has signed; nobody else is listened to."""
    state = request.app.state
    told = await take_notification(
        state.pools.api,
        state.committer,
        state.providers,
        provider=provider,
        tenant_id=tenant_id,
        headers=request.headers,
        body=await request.body(),
        now=state.clock(),
    )
    if told.status >= 400:
        _log.warning("a notification of %s for tenant %s was refused: %s", provider, tenant_id, told.body)
    return Response(told.body, told.status, media_type=told.content_type)
