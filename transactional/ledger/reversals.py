"""Decides what is taken back: returns of earned points and corrections of what should not have been."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from transactional.campaigns.state import Use
from transactional.engine.book import Book, Message
from transactional.engine.reply import Reply
from transactional.ledger.account import Account, InsufficientPoints, Share, take
from transactional.ledger.commands import Correct, TakeBack
from transactional.ledger.extras import due_back, extra_of, return_of_extra
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
    may_owe = policy == "unlimited"
    extra, back = _extra_back(book, command, past, left=left - command.points)
    if extra is not None and not may_owe:
        _require_both(account, past, command.points, extra, back, moment)
    more = (
        {}
        if extra is None
        else _take_extra_back(book, account, extra, command, back, moment, may_owe=may_owe)
    )
    taken = _taken_back(account, past, command.points, moment, may_owe=may_owe)
    shares, swept, owed = taken
    _reverse(book, account, past, command, "return", "issuance", moment, shares, swept, owed)
    body = told_of(account, command.at, past.member_id, command.transfer_id, "return", -command.points)
    body |= {"effective_at": moment, "reverses_id": past.transfer_id, "owed_points": account.owed, **more}
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
    more: dict[str, Any] = {}
    if points > 0:
        extra, back = _extra_back(book, command, past, left=0)
        if extra is not None:
            _require_both(account, past, points, extra, back, moment)
            more = _take_extra_back(book, account, extra, command, back, moment, may_owe=False)
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
        returned = [(lot_id, -amount) for lot_id, amount in past.shares]
        grace = book.programs[command.tenant_id].refund_grace_days
        post_give_back(book, account, transfer, returned, grace)
    past.reversed_points += abs(points)
    body = told_of(account, command.at, past.member_id, command.transfer_id, "correct", -points)
    body |= {"effective_at": moment, "reverses_id": past.transfer_id, "reason": command.reason, **more}
    return announce(book, command.tenant_id, "points.correct", command.transfer_id, body, command.at)


def _reversed(book: Book, tenant_id: UUID, transfer_id: UUID) -> tuple[PastTransfer, Account]:
    past = book.past.get((tenant_id, transfer_id))
    if past is None:
        raise UnknownTransfer(transfer_id)
    return past, account_of(book, tenant_id, past.member_id)


def _extra_back(
    book: Book, command: TakeBack | Correct, past: PastTransfer, *, left: int
) -> tuple[PastTransfer | None, int]:
    """Return the extra points of an earning, and how many of them go back when `left` of the earning stay.

    None of none: there are no extra points, or as many as may stay.
    """
    extra = book.past.get((command.tenant_id, extra_of(past.transfer_id)))
    if extra is None:
        return None, 0
    ((_, given),), ((_, earned),) = extra.shares, past.shares
    back = due_back(given, earned, left=left, returned=extra.reversed_points)
    return (extra, back) if back else (None, 0)


def _require_both(
    account: Account, past: PastTransfer, points: int, extra: PastTransfer, back: int, moment: datetime
) -> None:
    """Make sure that an earning and its extra points can both be taken back before either is.

    Raises:
        InsufficientPoints: they cannot.
    """
    held = account.held(moment)
    free = {lot.lot_id: part for lot, part in account.free(moment)}
    ready, missing = sum(free.values()), 0
    for credit, wanted in ((past, points), (extra, back)):
        ((lot_id, _),) = credit.shares
        own = min(wanted, account.lots[lot_id].remaining - held[lot_id])
        if lot_id in free:
            ready -= own
        missing += wanted - own - min(wanted - own, credit.swept_points)
    if missing > ready:
        raise InsufficientPoints(needed=points + back, available=points + back - missing + ready)


def _take_extra_back(
    book: Book,
    account: Account,
    extra: PastTransfer,
    command: TakeBack | Correct,
    back: int,
    moment: datetime,
    *,
    may_owe: bool,
) -> dict[str, Any]:
    """Take extra points back with their earning, by a transfer of their own, and return what is told of it."""
    shares, swept, owed = _taken_back(account, extra, back, moment, may_owe=may_owe)
    transfer_id = return_of_extra(command.transfer_id)
    kind: Literal["return", "correct"] = "return" if isinstance(command, TakeBack) else "correct"
    _reverse(book, account, extra, command, kind, "issuance", moment, shares, swept, owed, transfer_id)
    if kind == "correct":
        extra.reversed_points += back
    body = told_of(account, command.at, extra.member_id, transfer_id, kind, -back)
    body |= {"effective_at": moment, "reverses_id": extra.transfer_id, "reason": command.reason}
    book.messages.append(Message(command.tenant_id, f"points.{kind}", transfer_id, body, command.at))
    return {"extra_points": -back, "extra_transfer_id": transfer_id}


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
    transfer_id: UUID | None = None,
) -> None:
    """Post what takes a credit back; of extra points, what their campaign gave comes back into its budget.

    Args:
        transfer_id: of extra points that go back with their earning; None is the command's own.
    """
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
        transfer_id=transfer_id or command.transfer_id,
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
    campaign_id = book.campaigns.extras.get((command.tenant_id, past.transfer_id))
    if campaign_id is not None:
        book.campaigns.use(
            Use(
                command.tenant_id, transfer.transfer_id, "extra_back", 0, campaign_id, past.member_id, None, -points,
                moment,
            )
        )  # fmt: skip
