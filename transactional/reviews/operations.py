"""Writes, changes and hides reviews. Their texts are sealed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.members.queries import require_member
from transactional.redemption.domain import UnknownRedemption
from transactional.redemption.refusals import UnknownLine
from transactional.reviews.domain import (
    RECEIVED,
    HiddenReason,
    NotReceived,
    ReviewEdited,
    ReviewExists,
    UnknownReview,
)
from transactional.texts.about import describe
from transactional.texts.sealing import require, seal
from transactional.vault import Vault

_LINE = """
select r.status, l.item_id
from mall.redemption r
left join mall.redemption_line l on l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id and l.line_no = $3
where r.tenant_id = $1 and r.redemption_id = $2 and r.member_id = $4
"""
_INSERT = """
insert into mall.item_review (tenant_id, review_id, redemption_id, line_no, item_id, member_id, request_hash, written_at,
    stars, sealed_text, text_length, language, topic)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (tenant_id, redemption_id, line_no) do nothing returning true
"""
# What is said anew is scored anew.
_EDIT = """
update mall.item_review set request_hash = $3, edited_at = greatest($4, written_at), stars = $5, sealed_text = $6,
    text_length = $7, language = $8, topic = $9, sentiment = null, sentiment_score = null, sentiment_model = null
where tenant_id = $1 and review_id = $2
"""
_MODERATE = """
update mall.item_review set hidden_at = case when $3::text is not null then coalesce(hidden_at, $5) end,
    hidden_reason = $3, hidden_by = case when $3::text is not null then $4 end
where tenant_id = $1 and review_id = $2
returning true
"""


@dataclass(frozen=True)
class Opinion:
    """What a member says of an item, in one to five stars and maybe words."""

    stars: int
    text: str | None


async def write_review(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    review_id: UUID,
    member_id: UUID,
    redemption_id: UUID,
    line_no: int,
    opinion: Opinion,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Write a review inside the caller's transaction; return its id and whether this call wrote it.

    Raises:
        UnknownMember, UnknownRedemption, UnknownLine: the member has redeemed no such thing.
        NotReceived: the member does not have it yet, or no longer.
        ReviewExists: the line was reviewed otherwise.
        VaultKeyMissing: there is a text, and nothing to seal it with.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    line = await connection.fetchrow(_LINE, tenant_id, redemption_id, line_no, member_id)
    if line is None:
        raise UnknownRedemption(f"the member has no redemption {redemption_id}")
    if line["item_id"] is None:
        raise UnknownLine(line_no)
    known = await _known(connection, tenant_id, redemption_id, line_no, request_hash)
    if known is not None:
        return known, False
    if line["status"] not in RECEIVED:
        raise NotReceived(redemption_id, line["status"])
    said = _said(vault, opinion, tenant_id, review_id)
    stored = await connection.fetchval(
        _INSERT, tenant_id, review_id, redemption_id, line_no, line["item_id"], member_id, request_hash, now, *said
    )  # fmt: skip
    if stored:
        return review_id, True
    # Another request of this line was faster.
    known = await _known(connection, tenant_id, redemption_id, line_no, request_hash)
    assert known is not None
    return known, False


async def edit_review(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    review_id: UUID,
    member_id: UUID,
    opinion: Opinion,
    request_hash: bytes,
    now: datetime,
) -> None:
    """Change what a review says inside the caller's transaction, once; the same change again changes nothing.

    Raises:
        UnknownReview: the member has written none with this id.
        ReviewEdited: it was changed otherwise.
        VaultKeyMissing: there is a text, and nothing to seal it with.
    """
    row = await connection.fetchrow(
        "select edited_at, request_hash from mall.item_review "
        "where tenant_id = $1 and review_id = $2 and member_id = $3 for update",
        tenant_id,
        review_id,
        member_id,
    )
    if row is None:
        raise UnknownReview(review_id)
    if row["edited_at"] is not None:
        if row["request_hash"] != request_hash:
            raise ReviewEdited(review_id)
        return
    said = _said(vault, opinion, tenant_id, review_id)
    await connection.execute(_EDIT, tenant_id, review_id, request_hash, now, *said)


async def moderate_review(
    connection: Connection,
    *,
    tenant_id: UUID,
    review_id: UUID,
    reason: HiddenReason | None,
    by: str,
    now: datetime,
) -> None:
    """Hide a review for a reason, or without one show it, inside the caller's transaction.

    Raises:
        UnknownReview: it is not there.
    """
    if not await connection.fetchval(_MODERATE, tenant_id, review_id, reason, by, now):
        raise UnknownReview(review_id)


async def _known(
    connection: Connection, tenant_id: UUID, redemption_id: UUID, line_no: int, request_hash: bytes
) -> UUID | None:
    row = await connection.fetchrow(
        "select review_id, request_hash from mall.item_review "
        "where tenant_id = $1 and redemption_id = $2 and line_no = $3",
        tenant_id,
        redemption_id,
        line_no,
    )
    if row is None:
        return None
    review_id: UUID = row["review_id"]
    if row["request_hash"] != request_hash:
        raise ReviewExists(review_id)
    return review_id


def _said(vault: Vault | None, opinion: Opinion, tenant_id: UUID, review_id: UUID) -> tuple[Any, ...]:
    """Return stars, sealed text, and what is known of the text, as the columns have them."""
    if opinion.text is None:
        return opinion.stars, None, None, None, None
    about = describe(opinion.text)
    sealed = seal(require(vault), opinion.text, "review", tenant_id, review_id)
    return opinion.stars, sealed, about.length, about.language, about.topic
