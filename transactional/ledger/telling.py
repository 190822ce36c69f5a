"""What the decisions about points share: whose account it is, and how a change is told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.engine.book import Book, Message
from transactional.engine.reply import Reply
from transactional.ledger.account import Account
from transactional.members.domain import UnknownMember


def account_of(book: Book, tenant_id: UUID, member_id: UUID) -> Account:
    """Return a member's account.

    Raises:
        UnknownMember: the tenant has no such member, or it was erased.
    """
    account = book.account(tenant_id, member_id)
    if account is None:
        raise UnknownMember(member_id)
    return account


def told_of(
    account: Account, at: datetime, member_id: UUID, transfer_id: UUID, kind: str, points: int
) -> dict[str, Any]:
    """Return what a client is told of a transfer of a member's points."""
    return {
        "transfer_id": transfer_id,
        "member_id": member_id,
        "kind": kind,
        "points": points,
        "available_points": account.available(account.moment(at)),
    }


def announce(
    book: Book,
    tenant_id: UUID,
    topic: str,
    subject_id: UUID,
    body: dict[str, Any],
    at: datetime,
    *,
    status: int = 201,
) -> Reply:
    """Note that others are to be told of a change, and return the reply to the client."""
    book.messages.append(Message(tenant_id, topic, subject_id, body, at))
    return Reply(status, body)
