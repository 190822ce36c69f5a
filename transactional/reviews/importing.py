"""Imports reviews of the past, many at a time, scored as the worker scores."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from transactional.database import Connection
from transactional.reviews.domain import RECEIVED
from transactional.texts.about import describe
from transactional.texts.sealing import seal
from transactional.texts.sentiment import SentimentModel, columns_of
from transactional.vault import Vault

_LINE_NO = 1
_REVIEW = (
    "tenant_id", "review_id", "redemption_id", "line_no", "item_id", "member_id", "request_hash", "written_at", "stars",
    "sealed_text", "text_length", "language", "topic", "sentiment", "sentiment_score", "sentiment_model",
)  # fmt: skip
_RECEIVED = """
select count(*)
from unnest($2::uuid[], $3::uuid[], $4::uuid[], $6::timestamptz[]) as w(redemption_id, member_id, item_id, written_at)
cross join lateral (
    select r.member_id, r.status, coalesce(r.delivered_at, r.completed_at) as received_at, l.item_id
    from mall.redemption r
    join mall.redemption_line l on l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id and l.line_no = 1
    where r.tenant_id = $1 and r.redemption_id = w.redemption_id
    limit 1
) r
where r.member_id = w.member_id and r.item_id = w.item_id and r.status = any($5::text[]) and r.received_at <= w.written_at
"""


class PastReview(NamedTuple):
    """What a member said of the only item of a redemption, in one to five stars and maybe words."""

    review_id: UUID
    redemption_id: UUID
    member_id: UUID
    item_id: UUID
    stars: int
    text: str | None
    written_at: datetime


class ReviewRefused(ValueError):
    """A review is of what its member has not received."""


async def import_past_reviews(
    connection: Connection,
    vault: Vault,
    *,
    tenant_id: UUID,
    reviews: Sequence[PastReview],
    model: SentimentModel | None,
) -> None:
    """Store reviews, all or none; without a model their sentiments stay null.

    Args:
        connection: the owner's; row security does not let roles COPY.

    Raises:
        ReviewRefused: one is of an item that its member does not have, or did not yet have.
        asyncpg.UniqueViolationError: a line was reviewed before.
    """
    if not reviews:
        return
    async with connection.transaction():
        received = await connection.fetchval(
            _RECEIVED,
            tenant_id,
            [one.redemption_id for one in reviews],
            [one.member_id for one in reviews],
            [one.item_id for one in reviews],
            [str(status) for status in RECEIVED],
            [one.written_at for one in reviews],
        )
        if received != len(reviews):
            raise ReviewRefused(f"{len(reviews) - received} reviews are of what their members do not have")
        await connection.copy_records_to_table(
            "item_review",
            schema_name="mall",
            columns=_REVIEW,
            records=[_row(vault, tenant_id, one, model) for one in reviews],
        )


def _row(vault: Vault, tenant_id: UUID, one: PastReview, model: SentimentModel | None) -> tuple[object, ...]:
    about = None if one.text is None else describe(one.text)
    sealed = None if one.text is None else seal(vault, one.text, "review", tenant_id, one.review_id)
    return (
        tenant_id, one.review_id, one.redemption_id, _LINE_NO, one.item_id, one.member_id,
        sha256(one.review_id.bytes).digest(), one.written_at, one.stars, sealed, about and about.length,
        about and about.language, about and about.topic, *columns_of(model, one.text),
    )  # fmt: skip
