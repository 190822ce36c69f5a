"""`/v1/members/{member_id}/campaigns`: what runs for a member."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from transactional.access.domain import Unauthenticated
from transactional.campaigns.documents import MemberCampaign, MemberCampaigns
from transactional.campaigns.queries import campaigns_for
from transactional.campaigns.requests import MAX_ITEMS
from transactional.database import tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.sessions.asking import Asking
from transactional.sessions.domain import SessionOver

router = APIRouter(prefix="/v1", tags=["campaigns"])


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
