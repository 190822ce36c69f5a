"""`/v1/campaigns`: drafting, listing and showing them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.campaigns.documents import Campaign, CampaignPage
from transactional.campaigns.domain import CampaignExists, UnknownCampaign
from transactional.campaigns.drafting import draft_campaign
from transactional.campaigns.queries import campaigns_of, find_campaign
from transactional.campaigns.requests import CampaignRequest
from transactional.database import tenant_transaction
from transactional.flash_sales.domain import UnknownSale
from transactional.identifiers import uuid7
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownOffer
from transactional.request_hash import request_hash
from transactional.sessions.asking import Asking, Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["campaigns"])


@router.post(
    "/campaigns",
    status_code=201,
    summary="Draft a campaign",
    responses={
        200: {"model": Campaign, "description": "The reference and these terms were sent before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownOffer,
            UnknownSale,
            CampaignExists,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def draft(
    body: CampaignRequest, asker: Deciding, request: Request, response: Response, dry_run: DryRun = False
) -> Campaign:
    """Draft a campaign; nothing is given before it is approved."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        campaign_id, drafted = await draft_campaign(
            connection,
            tenant_id=asker.tenant_id,
            campaign_id=uuid7(now),
            new=body.campaign(asker.acting(body.created_by, "created_by")),
            request_hash=request_hash(body, without={"created_by"}),
            now=now,
        )
        shown = await find_campaign(connection, tenant_id=asker.tenant_id, campaign_id=campaign_id, now=now)
    if not drafted:
        response.status_code = 200
    return Campaign.model_validate(shown)


@router.get(
    "/campaigns",
    summary="List campaigns",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def list_campaigns(
    asker: Asking,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: UUID | None = None,
) -> CampaignPage:
    """List your campaigns in the order they were drafted, with what is used of each."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await campaigns_of(
            connection,
            tenant_id=asker.tenant_id,
            now=request.app.state.clock(),
            limit=limit + 1,
            after=after,
        )
    page = [Campaign.model_validate(one) for one in found[:limit]]
    return CampaignPage(campaigns=page, next_after=page[-1].campaign_id if len(found) > limit else None)


@router.get(
    "/campaigns/{campaign_id}",
    summary="Show a campaign",
    responses=responses(Unauthenticated, SessionOver, UnknownCampaign, InvalidRequest),
)
async def show(campaign_id: UUID, asker: Asking, request: Request) -> Campaign:
    """Show a campaign with what is used of its budget."""
    now = request.app.state.clock()
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await find_campaign(connection, tenant_id=asker.tenant_id, campaign_id=campaign_id, now=now)
    return Campaign.model_validate(found)
