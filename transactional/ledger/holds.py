"""Decides holds: points set aside, taken, freed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.engine.book import Book
from transactional.engine.reply import Reply
from transactional.ledger.account import Account, Hold, Share, take
from transactional.ledger.commands import CaptureHold, PlaceHold, ReleaseHold, SweepHold
from transactional.ledger.posting import header, post_debit
from transactional.ledger.refusals import (
    CaptureTooLarge,
    HoldAlreadyCaptured,
    HoldAlreadyReleased,
    HoldExpired,
    HoldOfRedemption,
    UnknownHold,
)
from transactional.ledger.telling import account_of, announce


def place_hold(command: PlaceHold, book: Book) -> Reply:
    """Set points aside."""
    account = account_of(book, command.tenant_id, command.member_id)
    moment = account.moment(command.at)
    shares = account.plan(command.points, moment)
    hold = Hold(
        command.hold_id, command.points, shares, moment, moment + command.lasts, reference=command.reference
    )
    account.hold(hold, moment)
    book.holds[command.tenant_id, command.hold_id] = command.member_id
    body = told_of_hold(account, hold, command.member_id, command.at)
    return announce(book, command.tenant_id, "hold.placed", command.hold_id, body, command.at)


def capture_hold(command: CaptureHold, book: Book) -> Reply:
    """Take points that were set aside."""
    member_id, account, hold = hold_of(book, command.tenant_id, command.hold_id)
    moment = account.moment(command.at)
    require_open(hold, moment)
    points = hold.points if command.points is None else command.points
    if points > hold.points:
        raise CaptureTooLarge(asked=points, held=hold.points)
    capture(
        book, account, hold, points, moment,
        tenant_id=command.tenant_id, member_id=member_id, transfer_id=command.transfer_id,
    )  # fmt: skip
    body = told_of_hold(account, hold, member_id, command.at) | {"transfer_id": command.transfer_id}
    return announce(book, command.tenant_id, "hold.captured", command.hold_id, body, command.at, status=200)


def release_hold(command: ReleaseHold, book: Book) -> Reply:
    """Free points that were set aside."""
    member_id, account, hold = hold_of(book, command.tenant_id, command.hold_id)
    moment = account.moment(command.at)
    require_open(hold, moment)
    account.resolve(hold, captured=0, moment=moment)
    body = told_of_hold(account, hold, member_id, command.at)
    return announce(book, command.tenant_id, "hold.released", command.hold_id, body, command.at, status=200)


def sweep_hold(command: SweepHold, book: Book) -> Reply:
    """Write down that a hold has ended by itself."""
    member_id, account, hold = hold_of(book, command.tenant_id, command.hold_id)
    moment = account.moment(command.at)
    if hold.status != "open" or hold.active(moment):
        return Reply(200, {})
    account.resolve(hold, captured=0, moment=hold.expires_at)
    body = told_of_hold(account, hold, member_id, command.at)
    return announce(book, command.tenant_id, "hold.expired", command.hold_id, body, command.at, status=200)


def capture(
    book: Book,
    account: Account,
    hold: Hold,
    points: int,
    moment: datetime,
    *,
    tenant_id: UUID,
    member_id: UUID,
    transfer_id: UUID,
) -> tuple[Share, ...]:
    """Take points of a hold, free the rest, and return what each lot gave."""
    shares = take(hold.shares, points)
    transfer = header(
        "redeem",
        tenant_id=tenant_id,
        member_id=member_id,
        transfer_id=transfer_id,
        at=moment,
        program=(("redeemed", points),),
        redemption_id=hold.redemption_id,
        reference=hold.reference,
    )
    account.resolve(hold, captured=points, moment=moment)
    post_debit(book, account, transfer, shares)
    return shares


def require_open(hold: Hold, moment: datetime) -> None:
    """Make sure that a hold of its own can be resolved.

    Raises:
        HoldOfRedemption, HoldAlreadyCaptured, HoldAlreadyReleased, HoldExpired: it cannot, for this reason.
    """
    if hold.redemption_id is not None:
        raise HoldOfRedemption(hold.hold_id, hold.redemption_id)
    if hold.status == "captured":
        raise HoldAlreadyCaptured(hold.hold_id, hold.captured)
    if hold.state(moment) == "released":
        raise HoldAlreadyReleased(hold.hold_id)
    if not hold.active(moment):
        raise HoldExpired(hold.hold_id, hold.expires_at)


def hold_of(book: Book, tenant_id: UUID, hold_id: UUID) -> tuple[UUID, Account, Hold]:
    """Return a hold with its member and account.

    Raises:
        UnknownHold: the tenant has none with this id.
    """
    member_id = book.holds.get((tenant_id, hold_id))
    if member_id is None:
        raise UnknownHold(hold_id)
    account = account_of(book, tenant_id, member_id)
    return member_id, account, account.holds[hold_id]


def told_of_hold(account: Account, hold: Hold, member_id: UUID, at: datetime) -> dict[str, Any]:
    """Return what a client is told of a hold."""
    moment = account.moment(at)
    return {
        "hold_id": hold.hold_id,
        "member_id": member_id,
        "status": hold.state(moment),
        "points": hold.points,
        "captured_points": hold.captured,
        "available_points": account.available(moment),
        "effective_at": hold.effective_at,
        "expires_at": hold.expires_at,
        "reference": hold.reference,
        "resolved_at": hold.resolved_at,
    }
