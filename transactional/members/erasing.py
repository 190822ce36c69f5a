"""Decides the erasure of a member: what is in the way, which holds end, and what becomes of the points."""

from datetime import datetime

from transactional.changes import Change
from transactional.engine.book import Book, Erasure, Message
from transactional.engine.reply import Reply
from transactional.ledger.account import Account, take
from transactional.ledger.holds import told_of_hold
from transactional.ledger.posting import header, post_debit
from transactional.ledger.telling import account_of, announce, told_of
from transactional.members.commands import EraseMember
from transactional.members.domain import MemberHasOpenBusiness
from transactional.redemption.states import OPEN_STATUSES

REASON = "erasure"


def erase_member(command: EraseMember, book: Book) -> Reply:
    """Close a member's account and note that everything personal is to be deleted.

    Points that are left are taken by an adjustment: they did not expire, for their day had not come, and nobody
    redeemed them. Holds of their own are released first; what a redemption holds is in the way.

    Raises:
        UnknownMember: the tenant has no such member, or it was erased before.
        MemberHasOpenBusiness: a redemption or a payment of theirs is not finished.
    """
    slot = (command.tenant_id, command.member_id)
    account = account_of(book, *slot)
    redemptions, payments = book.open_business.get(slot, (0, 0))
    # What was asked for in the same batch is not in the database yet.
    redemptions += sum(
        redemption.change is Change.ADDED
        and redemption.status in OPEN_STATUSES
        and (tenant_id, redemption.member_id) == slot
        for (tenant_id, _), redemption in book.redemptions.items()
    )
    if redemptions or payments:
        raise MemberHasOpenBusiness(redemptions, payments)
    moment = account.moment(command.at)
    released = _release_holds(command, book, account, moment)
    points = account.balance
    if points:
        transfer = header(
            "adjust",
            tenant_id=command.tenant_id,
            member_id=command.member_id,
            transfer_id=command.transfer_id,
            at=moment,
            program=(("adjustment", points),),
            reason=REASON,
        )
        shares = sorted((lot.lot_id, lot.remaining) for lot in account.lots.values() if lot.remaining)
        post_debit(book, account, transfer, take(shares, points))
        told = told_of(account, command.at, command.member_id, command.transfer_id, "adjust", -points)
        told |= {"effective_at": moment, "reason": REASON}
        book.messages.append(
            Message(command.tenant_id, "points.adjust", command.transfer_id, told, command.at)
        )
    # What the risk rules counted of the member goes with the rest.
    account.recent = None
    account.touch()
    account.is_closed = True
    book.erasures.append(Erasure(*slot, moment, points, released))
    body = {
        "member_id": command.member_id,
        "erased_at": moment,
        "points_taken": points,
        "holds_released": released,
    }
    return announce(book, command.tenant_id, "member.erased", command.member_id, body, command.at, status=200)


def _release_holds(command: EraseMember, book: Book, account: Account, moment: datetime) -> int:
    """End all holds that are open and return how many; what was typed about them is not told again."""
    ended = [hold for hold in account.holds.values() if hold.status == "open"]
    for hold in ended:
        topic = "hold.released" if hold.active(moment) else "hold.expired"
        # One that ended by itself ended then; it only had not been written down.
        account.resolve(hold, captured=0, moment=moment if hold.active(moment) else hold.expires_at)
        body = told_of_hold(account, hold, command.member_id, command.at) | {"reference": None}
        book.messages.append(Message(command.tenant_id, topic, hold.hold_id, body, command.at))
    return len(ended)
