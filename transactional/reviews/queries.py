"""Reads reviews."""

from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.reviews.domain import UnknownReview
from transactional.texts.sealing import shown
from transactional.vault import Vault

_REVIEWS = """
select review_id, redemption_id, line_no, item_id, member_id, stars, sealed_text, language, topic, sentiment, written_at,
    edited_at, hidden_at, hidden_by, hidden_reason
from mall.item_review
where tenant_id = $1 and ($2::uuid is null or review_id = $2) and ($3::uuid is null or item_id = $3)
    and ($4::uuid is null or member_id = $4) and ($5::boolean is null or (hidden_at is not null) = $5)
    and ($6::text is null or sentiment = $6) and ($7::uuid is null or review_id < $7)
order by review_id desc
limit $8
"""


async def list_reviews(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    review_id: UUID | None = None,
    item_id: UUID | None = None,
    member_id: UUID | None = None,
    is_hidden: bool | None = None,
    sentiment: str | None = None,
    before: UUID | None = None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return a tenant's reviews, the newest first."""
    rows = await connection.fetch(
        _REVIEWS, tenant_id, review_id, item_id, member_id, is_hidden, sentiment, before, limit
    )
    return [
        {**dict(row), "text": shown(vault, row["sealed_text"], "review", tenant_id, row["review_id"])}
        for row in rows
    ]


async def find_review(
    connection: Connection, vault: Vault | None, *, tenant_id: UUID, review_id: UUID
) -> dict[str, Any]:
    """Return a review.

    Raises:
        UnknownReview: the tenant has none with this id.
    """
    found = await list_reviews(connection, vault, tenant_id=tenant_id, review_id=review_id, limit=1)
    if not found:
        raise UnknownReview(review_id)
    return found[0]
