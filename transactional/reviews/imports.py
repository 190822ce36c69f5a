"""`/v1/reviews/import`: members' reviews of items, from a file."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from transactional.after_sales.documents import Words
from transactional.file_imports import add_import
from transactional.identifiers import uuid7
from transactional.members.queries import member_named
from transactional.redemption.domain import MAX_LINES
from transactional.redemption.naming import NamesRedemption, redemption_named
from transactional.request_types import Reference
from transactional.reviews.documents import ReviewRequest
from transactional.reviews.operations import Opinion, write_review
from transactional.sessions.asking import member_asker
from transactional.taking import Taking
from transactional.texts.sealing import keyed_hash
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["reviews"])


class ReviewRow(NamesRedemption):
    """A member's review of the item of a line they redeemed."""

    external_ref: Reference = Field(title="会员编号", examples=["E-10086"])
    line_no: Annotated[int, Field(ge=1, le=MAX_LINES)] = Field(1, title="兑换行号", examples=["1"])
    stars: Annotated[int, Field(ge=1, le=5)] = Field(title="星级", examples=["5"])
    text: Words | None = Field(None, title="评价", examples=["发货快，很满意"])


async def _take(taking: Taking, row: ReviewRow) -> bool:
    connection, tenant_id = taking.connection, taking.tenant_id
    asked = ReviewRequest(
        member_id=await member_named(connection, tenant_id=tenant_id, external_ref=row.external_ref),
        redemption_id=await redemption_named(connection, tenant_id=tenant_id, row=row),
        line_no=row.line_no,
        stars=row.stars,
        text=row.text,
    )
    _, is_new = await write_review(
        connection,
        taking.vault,
        tenant_id=tenant_id,
        review_id=uuid7(taking.now),
        member_id=asked.member_id,
        redemption_id=asked.redemption_id,
        line_no=asked.line_no,
        opinion=Opinion(asked.stars, asked.text),
        request_hash=keyed_hash(taking.vault, asked),
        now=taking.now,
    )
    return is_new


add_import(
    router, "/reviews", ReviewRow, _take, things="reviews", asker=member_asker, refusals=(VaultKeyMissing,)
)
