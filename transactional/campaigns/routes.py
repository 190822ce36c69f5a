"""`/v1/campaigns`: drafting, approving and stopping them, and those that run for a member."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.campaigns.documents import (
    MAX_ITEMS,
    ApprovalRequest,
    Campaign,
    CampaignPage,
    CampaignRequest,
    EditRequest,
    MemberCampaign,
    MemberCampaigns,
    StopRequest,
)
from transactional.campaigns.domain import (
    CampaignExists,
    CampaignNotDraft,
    CampaignOver,
    UnknownCampaign,
)
from transactional.campaigns.editing import edit_draft
from transactional.campaigns.operations import approve_campaign, draft_campaign, stop_campaign
from transactional.campaigns.queries import campaigns_for, campaigns_of, find_campaign
from transactional.database import tenant_transaction
from transactional.flash_sales.domain import UnknownSale
from transactional.identifiers import uuid7
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownOffer
from transactional.request_hash import request_hash
from transactional.sessions.asking import Asker, Asking, Deciding
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


@router.patch(
    "/campaigns/{campaign_id}",
    summary="Edit a draft of a campaign",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownCampaign,
        CampaignNotDraft,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def edit(
    campaign_id: UUID, body: EditRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Campaign:
    """Change the names, days, gifts or budget of a draft; once it is approved or stopped nothing of it changes."""
    return await _acted(
        campaign_id,
        asker,
        request,
        dry_run,
        partial(edit_draft, changed=body.changed(), by=asker.acting(body.edited_by, "edited_by")),
    )


@router.post(
    "/campaigns/{campaign_id}/approval",
    summary="Approve a campaign",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownCampaign,
        CampaignNotDraft,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def approve(
    campaign_id: UUID, body: ApprovalRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Campaign:
    """Let a draft run from its start on; from then on only stopping it changes it."""
    return await _acted(
        campaign_id,
        asker,
        request,
        dry_run,
        partial(approve_campaign, by=asker.acting(body.approved_by, "approved_by")),
    )


@router.post(
    "/campaigns/{campaign_id}/stop",
    summary="Stop a campaign",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownCampaign,
        CampaignOver,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def stop(
    campaign_id: UUID, body: StopRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Campaign:
    """End a campaign before its time, or throw a draft away. Its flash sales go on; they are closed apart."""
    return await _acted(
        campaign_id,
        asker,
        request,
        dry_run,
        partial(stop_campaign, by=asker.acting(body.stopped_by, "stopped_by"), reason=body.reason),
    )


@router.get(
    "/members/{member_id}/campaigns",
    summary="List a member's campaigns",
    responses=responses(Unauthenticated, SessionOver, UnknownMember, InvalidRequest),
)
async def show_member(
    member_id: UUID,
    asker: Asking,
    request: Request,
    item_id: Annotated[
        list[UUID] | None,
        Query(max_length=MAX_ITEMS, description="Only their prices; repeat it for several."),
    ] = None,
) -> MemberCampaigns:
    """List what runs for a member now, new items first, with up to 500 of the prices to show beside the list prices."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await campaigns_for(
            connection,
            tenant_id=asker.tenant_id,
            member_id=member_id,
            item_ids=item_id,
            limit=MAX_ITEMS,
            now=request.app.state.clock(),
        )
    return MemberCampaigns(
        member_id=member_id, campaigns=[MemberCampaign.model_validate(one) for one in found]
    )


async def _acted(
    campaign_id: UUID, asker: Asker, request: Request, dry_run: bool, act: Callable[..., Awaitable[object]]
) -> Campaign:
    """Do something to a campaign and return it as it is then."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await act(connection, tenant_id=asker.tenant_id, campaign_id=campaign_id, now=now)
        found = await find_campaign(connection, tenant_id=asker.tenant_id, campaign_id=campaign_id, now=now)
    return Campaign.model_validate(found)
