"""Stores how satisfied a member is. Runs inside the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.members.queries import require_member
from transactional.problems import Problem
from transactional.redemption.domain import UnknownRedemption
from transactional.texts.sealing import require, seal
from transactional.vault import Vault


class FeedbackAlreadyGiven(Problem):
    """The redemption has been answered for."""

    slug = "feedback-already-given"
    title = "Feedback was given before"
    status = 409


_STORE = """
insert into mall.feedback (tenant_id, feedback_id, member_id, redemption_id, score, sealed_comment, answered_at)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict do nothing
returning feedback_id, member_id, redemption_id, score, answered_at
"""
_STORED = """
select feedback_id, member_id, redemption_id, score, answered_at
from mall.feedback
where tenant_id = $1 and feedback_id = $2
"""


@dataclass(frozen=True)
class NewFeedback:
    """An answer from 1 (very dissatisfied) to 5 (very satisfied), about one redemption or in general.

    Attributes:
        feedback_id: of the client's own, so that a retry stores nothing twice.
    """

    feedback_id: UUID
    member_id: UUID
    redemption_id: UUID | None
    score: int
    comment: str | None


async def store_feedback(
    connection: Connection, vault: Vault | None, *, tenant_id: UUID, new: NewFeedback, now: datetime
) -> tuple[dict[str, Any], bool]:
    """Store an answer, its comment sealed; return it without the comment, and whether this call stored it.

    Raises:
        UnknownMember, UnknownRedemption: they are not there, or not the member's.
        FeedbackAlreadyGiven: the redemption has been answered for, or the id names another answer.
        VaultKeyMissing: there is a comment, and nothing to seal it with.
    """
    sealed = seal(require(vault), new.comment, "comment", tenant_id, new.feedback_id) if new.comment else None
    await require_member(connection, tenant_id=tenant_id, member_id=new.member_id)
    if new.redemption_id is not None:
        await _require_theirs(connection, tenant_id, new.member_id, new.redemption_id)
    stored = await connection.fetchrow(
        _STORE, tenant_id, new.feedback_id, new.member_id, new.redemption_id, new.score, sealed, now
    )
    if stored is not None:
        return dict(stored), True
    stored = await connection.fetchrow(_STORED, tenant_id, new.feedback_id)
    if stored is None:
        raise FeedbackAlreadyGiven(
            f"redemption {new.redemption_id} has been answered for; an answer is not changed"
        )
    told = (stored["member_id"], stored["redemption_id"], stored["score"])
    if told != (new.member_id, new.redemption_id, new.score):
        raise FeedbackAlreadyGiven(f"feedback {new.feedback_id} was given with another answer; make a new id")
    return dict(stored), False


async def _require_theirs(
    connection: Connection, tenant_id: UUID, member_id: UUID, redemption_id: UUID
) -> None:
    owner = await connection.fetchval(
        "select member_id from mall.redemption where tenant_id = $1 and redemption_id = $2",
        tenant_id,
        redemption_id,
    )
    if owner != member_id:
        raise UnknownRedemption(f"the member has no redemption {redemption_id}")
