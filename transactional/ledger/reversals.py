"""Decides what is taken back: returns of earned points and corrections of what should not have been."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.engine.book import Book
from transactional.engine.reply import Reply
from transactional.ledger.account import Account, InsufficientPoints, Share, take
from transactional.ledger.commands import Correct, TakeBack
from transactional.ledger.posting import header, post_debit, post_give_back
from transactional.ledger.refusals import (
    AlreadyReversed,
    NotReversible,
    ReturnNotPending,
    ReturnTooLarge,
    UnknownTransfer,
)
from transactional.ledger.telling import account_of, announce, told_of
from transactional.ledger.transfers import PastTransfer, ProgramAccount


def take_back(command: TakeBack, book: Book) -> Reply:
    """Take back points that were earned, as the program's return policy lets."""
    past, account = _reversed(book, command.tenant_id, command.reversed_id)
    if past.kind not in ("earn", "grant"):
        raise NotReversible(past.kind)
    ((lot_id, credited),) = past.shares
    left = credited - past.reversed_points
    if command.points > left:
        raise ReturnTooLarge(asked=command.points, left=left)
    moment = account.moment(command.at)
    policy = book.programs[command.tenant_id].return_policy
    lot = account.lots[lot_id]
    if policy == "only_pending" and lot.active_from <= moment:
        raise ReturnNotPending
    taken = _taken_back(account, past, command.points, moment, may_owe=policy == "unlimited")
    shares, swept, owed = taken
    _reverse(book, account, past, command, "return", "issuance", moment, shares, swept, owed)
    body = told_of(account, command.at, past.member_id, command.transfer_id, "return", -command.points)
    body |= {"effective_at": moment, "reverses_id": past.transfer_id, "owed_points": account.owed}
    return announce(book, command.tenant_id, "points.return", command.transfer_id, body, command.at)


def correct(command: Correct, book: Book) -> Reply:
    """Reverse a credit or an adjustment as a whole."""
    past, account = _reversed(book, command.tenant_id, command.reversed_id)
    if past.kind not in ("earn", "grant", "adjust"):
        raise NotReversible(past.kind)
    if past.reversed_points:
        raise AlreadyReversed(past.transfer_id)
    moment = account.moment(command.at)
    points = sum(amount for _, amount in past.shares)
    other: ProgramAccount = "adjustment" if past.kind == "adjust" else "issuance"
    if points > 0:
        shares, swept, owed = _taken_back(account, past, points, moment, may_owe=False)
        _reverse(book, account, past, command, "correct", other, moment, shares, swept, owed)
    else:
        transfer = header(
            "correct",
            tenant_id=command.tenant_id,
            member_id=past.member_id,
            transfer_id=command.transfer_id,
            at=moment,
            program=((other, points),),
            reverses_id=past.transfer_id,
            reason=command.reason,
        )
        back = [(lot_id, -amount) for lot_id, amount in past.shares]
        grace = book.programs[command.tenant_id].refund_grace_days
        post_give_back(book, account, transfer, back, grace)
    past.reversed_points += abs(points)
    body = told_of(account, command.at, past.member_id, command.transfer_id, "correct", -points)
    body |= {"effective_at": moment, "reverses_id": past.transfer_id, "reason": command.reason}
    return announce(book, command.tenant_id, "points.correct", command.transfer_id, body, command.at)


def _reversed(book: Book, tenant_id: UUID, transfer_id: UUID) -> tuple[PastTransfer, Account]:
    past = book.past.get((tenant_id, transfer_id))
    if past is None:
        raise UnknownTransfer(transfer_id)
    return past, account_of(book, tenant_id, past.member_id)


def _taken_back(
    account: Account, past: PastTransfer, points: int, moment: datetime, *, may_owe: bool
) -> tuple[list[Share], int, int]:
    """Return (shares, swept, owed) that make up `points` of a credit to be taken back.

    First what is left of its own lot, expired or not; then what expired of it, which the member never had;
    then other lots; then, if the policy lets, what the member owes.

    Raises:
        InsufficientPoints: these do not make it up.
    """
    ((lot_id, _),) = past.shares
    own = min(points, account.lots[lot_id].remaining - account.held(moment)[lot_id])
    swept = min(points - own, past.swept_points)
    rest = points - own - swept
    others = [(lot.lot_id, free) for lot, free in account.free(moment) if lot.lot_id != lot_id]
    available = sum(free for _, free in others)
    if rest > available and not may_owe:
        raise InsufficientPoints(needed=points, available=own + swept + available)
    shares = [(lot_id, own)] if own else []
    return [*shares, *take(others, rest)], swept, max(0, rest - available)


def _reverse(
    book: Book,
    account: Account,
    past: PastTransfer,
    command: TakeBack | Correct,
    kind: Literal["return", "correct"],
    other: ProgramAccount,
    moment: datetime,
    shares: list[Share],
    swept: int,
    owed: int,
) -> None:
    points = sum(part for _, part in shares) + swept + owed
    program: list[tuple[ProgramAccount, int]] = [(other, points)]
    if swept:
        program.append(("expired", -swept))
    if owed:
        program.append(("receivable", -owed))
    transfer = header(
        kind,
        tenant_id=command.tenant_id,
        member_id=past.member_id,
        transfer_id=command.transfer_id,
        at=moment,
        program=tuple(program),
        reverses_id=past.transfer_id,
        reason=command.reason,
    )
    post_debit(book, account, transfer, shares)
    account.owed += owed
    past.swept_points -= swept
    if kind == "return":
        past.reversed_points += points
