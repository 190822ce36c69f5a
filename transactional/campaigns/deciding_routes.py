"""`/v1/campaigns/{campaign_id}`: what people do about one: editing it, approving it and stopping it."""

from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from fastapi import APIRouter, Request

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.campaigns.deciding import approve_campaign, stop_campaign
from transactional.campaigns.documents import Campaign
from transactional.campaigns.domain import CampaignChanged, CampaignNotDraft, CampaignOver, UnknownCampaign
from transactional.campaigns.editing import edit_draft
from transactional.campaigns.queries import find_campaign
from transactional.campaigns.requests import ApprovalRequest, EditRequest, StopRequest
from transactional.database import tenant_transaction
from transactional.flash_sales.domain import UnknownSale
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownOffer
from transactional.sessions.asking import Asker, Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["campaigns"])

_REFUSED = (Unauthenticated, SessionOver, RoleNeeded, UnknownCampaign, InvalidRequest, RequestTooLarge)


@router.patch(
    "/campaigns/{campaign_id}",
    summary="Edit a draft of a campaign",
    responses=responses(*_REFUSED, CampaignNotDraft, CampaignChanged, UnknownOffer, UnknownSale),
)
async def edit(
    campaign_id: UUID, body: EditRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Campaign:
    """Change anything of a draft but its reference and kind; once it is approved or stopped nothing of it changes."""
    return await _acted(
        campaign_id,
        asker,
        request,
        dry_run,
        partial(
            edit_draft,
            changed=body.changed(),
            if_revision=body.if_revision,
            by=asker.acting(body.edited_by, "edited_by"),
        ),
    )


@router.post(
    "/campaigns/{campaign_id}/approval",
    summary="Approve a campaign",
    responses=responses(*_REFUSED, CampaignNotDraft, CampaignChanged),
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
        partial(
            approve_campaign,
            if_revision=body.if_revision,
            by=asker.acting(body.approved_by, "approved_by"),
        ),
    )


@router.post(
    "/campaigns/{campaign_id}/stop",
    summary="Stop a campaign",
    responses=responses(*_REFUSED, CampaignOver),
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
