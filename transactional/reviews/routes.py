"""`/v1/reviews`: writing, changing, hiding and reading reviews of items."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.database import tenant_transaction
from transactional.identifiers import uuid7
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.refusals import UnknownLine
from transactional.reviews.documents import (
    EditRequest,
    ModerationRequest,
    Review,
    ReviewPage,
    ReviewRequest,
)
from transactional.reviews.domain import NotReceived, ReviewEdited, ReviewExists, UnknownReview
from transactional.reviews.operations import Opinion, edit_review, moderate_review, write_review
from transactional.reviews.queries import find_review, list_reviews
from transactional.sessions.asking import ActingForMember, Asking, Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.texts.sealing import keyed_hash
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["reviews"])


@router.post(
    "/reviews",
    status_code=201,
    summary="Review an item",
    responses={
        200: {"model": Review, "description": "The same review was stored before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownMember,
            UnknownRedemption,
            UnknownLine,
            NotReceived,
            ReviewExists,
            VaultKeyMissing,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def write(
    body: ReviewRequest,
    asker: ActingForMember,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> Review:
    """Store a member's review of what it redeemed and received; each line of a redemption is reviewed once."""
    state, tenant_id = request.app.state, asker.tenant_id
    now = state.clock()
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        review_id, is_new = await write_review(
            connection,
            state.vault,
            tenant_id=tenant_id,
            review_id=uuid7(now),
            member_id=body.member_id,
            redemption_id=body.redemption_id,
            line_no=body.line_no,
            opinion=Opinion(body.stars, body.text),
            request_hash=keyed_hash(state.vault, body),
            now=now,
        )
        review = await find_review(connection, state.vault, tenant_id=tenant_id, review_id=review_id)
    if not is_new:
        response.status_code = 200
    return Review.model_validate(review)


@router.put(
    "/reviews/{review_id}",
    summary="Change a review",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownReview,
        ReviewEdited,
        VaultKeyMissing,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def edit(
    review_id: UUID, body: EditRequest, asker: ActingForMember, request: Request, dry_run: DryRun = False
) -> Review:
    """Change what a member's own review says, once; its sentiment is then told anew."""
    state, tenant_id = request.app.state, asker.tenant_id
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await edit_review(
            connection,
            state.vault,
            tenant_id=tenant_id,
            review_id=review_id,
            member_id=body.member_id,
            opinion=Opinion(body.stars, body.text),
            request_hash=keyed_hash(state.vault, body),
            now=state.clock(),
        )
        review = await find_review(connection, state.vault, tenant_id=tenant_id, review_id=review_id)
    return Review.model_validate(review)


@router.post(
    "/reviews/{review_id}/moderation",
    summary="Hide a review, or show it again",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, UnknownReview, VaultKeyMissing, InvalidRequest, RequestTooLarge
    ),
)  # fmt: skip
async def moderate(
    review_id: UUID, body: ModerationRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Review:
    """Hide a review for a reason, or show it again; its stars count as before."""
    state, tenant_id = request.app.state, asker.tenant_id
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await moderate_review(
            connection,
            tenant_id=tenant_id,
            review_id=review_id,
            reason=body.reason,
            by=asker.acting(body.moderated_by, "moderated_by"),
            now=state.clock(),
        )
        review = await find_review(connection, state.vault, tenant_id=tenant_id, review_id=review_id)
    return Review.model_validate(review)


@router.get(
    "/reviews",
    summary="List reviews",
    responses=responses(Unauthenticated, SessionOver, VaultKeyMissing, InvalidRequest),
)
async def show_all(
    asker: Asking,
    request: Request,
    item_id: UUID | None = None,
    member_id: UUID | None = None,
    is_hidden: bool | None = None,
    sentiment: Literal["negative", "neutral", "positive"] | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ReviewPage:
    """List reviews, the newest first; ask with `is_hidden=false` for what members may see."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, asker.tenant_id) as connection:
        found = await list_reviews(
            connection,
            state.vault,
            tenant_id=asker.tenant_id,
            item_id=item_id,
            member_id=member_id,
            is_hidden=is_hidden,
            sentiment=sentiment,
            before=before,
            limit=limit + 1,
        )
    page = [Review.model_validate(row) for row in found[:limit]]
    return ReviewPage(reviews=page, next_before=page[-1].review_id if len(found) > limit else None)
