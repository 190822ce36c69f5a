"""Decides how redemptions end early: cancelled, timed out, refunded whole or in part.

Each decision checks everything before it changes anything, because a refusal must leave no trace.
"""

from datetime import datetime
from uuid import UUID

from transactional.engine.book import Book, CashRefund
from transactional.engine.reply import Reply
from transactional.identifiers import derived
from transactional.ledger.account import Account, Share, take
from transactional.ledger.posting import header, post_give_back
from transactional.ledger.telling import account_of
from transactional.redemption.commands import Cancel, OfRedemption, Refund, TimeOut
from transactional.redemption.discounts import return_discounts
from transactional.redemption.domain import Line, Redemption, UnknownRedemption
from transactional.redemption.goods import restock, return_goods
from transactional.redemption.refusals import BeingReplaced, RefundByLines, RefundTooLarge, UnknownLine
from transactional.redemption.states import IllegalMove, Move, Status
from transactional.redemption.telling import announce

WAITING = (Status.CREATED, Status.IN_REVIEW)
# What has no items, or items that cost nothing, is given back in points.
BY_POINTS = ("draw", "bill_offset", "exchange")


def redemption_of(book: Book, command: OfRedemption) -> tuple[Redemption, Account]:
    """Return the redemption a command is about, with its member's account.

    Raises:
        UnknownRedemption: the tenant has none with this id.
        UnknownMember: the member was erased.
    """
    redemption = book.redemptions.get((command.tenant_id, command.redemption_id))
    if redemption is None:
        raise UnknownRedemption(f"your tenant has no redemption {command.redemption_id}")
    return redemption, account_of(book, command.tenant_id, redemption.member_id)


def cancel(command: Cancel, book: Book) -> Reply:
    """Give everything back before anything was handed over."""
    redemption, account = redemption_of(book, command)
    redemption.check(Move.CANCEL)
    moment = account.moment(command.at)
    if redemption.status in WAITING:
        let_go(book, command.tenant_id, redemption, account, Move.CANCEL, command.reason, moment)
    else:
        _refuse_final(redemption, Move.CANCEL)
        _refuse_replaced(_left(redemption))
        undo(command, book, redemption, account, moment)
    return announce(book, command.tenant_id, redemption, account, command.at)


def undo(command: Cancel, book: Book, redemption: Redemption, account: Account, moment: datetime) -> None:
    """Give everything back of a redemption that was paid; the caller has made sure that it may be cancelled.

    Raises:
        BalanceTooLarge: nothing has been given back.
    """
    _return_points(book, account, redemption, command, redemption.points, moment)
    redemption.refunded_points = redemption.points
    _return_cash(book, command.tenant_id, redemption, redemption.cash_fen, command.transfer_id, command.at)
    return_goods(book, command.tenant_id, redemption, command.transfer_id, moment)
    return_discounts(book, command.tenant_id, redemption, _left(redemption), command.transfer_id, moment)
    redemption.cancel_reason = command.reason
    redemption.move(Move.CANCEL, moment)


def time_out(command: TimeOut, book: Book) -> Reply:
    """Let go of everything that a redemption holds past its deadline; before it, nothing happens."""
    redemption, account = redemption_of(book, command)
    moment = account.moment(command.at)
    if not is_overdue(redemption, moment):
        return Reply(200, {})
    let_go(book, command.tenant_id, redemption, account, Move.TIME_OUT, "timeout", moment)
    return announce(book, command.tenant_id, redemption, account, command.at)


def refund(command: Refund, book: Book) -> Reply:
    """Give back what is left of a redemption, or some of it, in the proportion of points to cash it was paid.

    A part is worth what all parts up to it are worth less what was given back before, each rounded down, so that
    the parts of a whole give back exactly the whole.
    """
    redemption, account = redemption_of(book, command)
    # Whether anything can be refunded comes before what: of a redemption that ended nothing is too large.
    redemption.check(Move.REFUND)
    by_points = redemption.mode in BY_POINTS
    if (command.lines if by_points else command.points) is not None:
        raise RefundByLines
    value = redemption.points + redemption.cash_points
    if by_points:
        wanted: list[tuple[Line, int]] = []
        after = redemption.refunded_points + _wanted_points(redemption, command)
        is_whole = after == value
    else:
        wanted = _wanted(redemption, command)
        _refuse_replaced(wanted)
        before = sum(line.refunded * line.unit_points for line in redemption.lines)
        after = before + sum(quantity * line.unit_points for line, quantity in wanted)
        left = sum(line.quantity - line.refunded for line in redemption.lines)
        is_whole = left == sum(quantity for _, quantity in wanted)
    move = Move.REFUND if is_whole else Move.REFUND_PART
    _refuse_final(redemption, move)
    moment = account.moment(command.at)
    points = redemption.points * after // value - redemption.refunded_points
    fen = redemption.cash_fen * after // value - redemption.refunded_cash_fen
    if points:
        _return_points(book, account, redemption, command, points, moment)
    redemption.refunded_points += points
    _return_cash(book, command.tenant_id, redemption, fen, command.transfer_id, command.at)
    return_discounts(book, command.tenant_id, redemption, wanted, command.transfer_id, moment)
    for line, quantity in wanted:
        line.refunded += quantity
        line.touch()
        if command.restock and not book.offers[command.tenant_id][line.item_id].is_coded:
            restock(book, command.tenant_id, line, quantity, command.transfer_id, moment)
    redemption.move(move, moment)
    return announce(
        book, command.tenant_id, redemption, account, command.at,
        returned_points=points, returned_cash_fen=fen, reason=command.reason,
    )  # fmt: skip


def is_overdue(redemption: Redemption, moment: datetime) -> bool:
    """Tell whether a waiting redemption has passed its deadline."""
    return redemption.status in WAITING and redemption.deadline is not None and redemption.deadline <= moment


def let_go(
    book: Book,
    tenant_id: UUID,
    redemption: Redemption,
    account: Account,
    move: Move,
    reason: str,
    moment: datetime,
) -> None:
    """Free points, stock, payment and limits of a redemption that was never paid."""
    assert redemption.hold_id is not None
    hold = account.holds[redemption.hold_id]
    account.resolve(hold, captured=0, moment=min(moment, hold.expires_at))
    return_goods(book, tenant_id, redemption, redemption.redemption_id, moment)
    return_discounts(book, tenant_id, redemption, _left(redemption), redemption.redemption_id, moment)
    payment = book.payments.get((tenant_id, redemption.redemption_id))
    if payment is not None and payment.status == "pending":
        payment.status = "closed"
        payment.touch()
    book.exchange.release(tenant_id, redemption.redemption_id)
    redemption.cancel_reason = reason
    redemption.move(move, moment)


def _refuse_final(redemption: Redemption, move: Move) -> None:
    """Refuse what only a draw or an exchange as a whole can undo."""
    why = None
    if redemption.mode == "draw" and redemption.status is Status.PAID:
        why = "a ticket takes part until the draw has ended; cancel the draw instead"
    elif redemption.mode == "exchange":
        why = "an exchange is reversed with both its legs; reverse the exchange instead"
    if why is not None:
        raise IllegalMove(redemption.redemption_id, redemption.status, move, why)


def _wanted(redemption: Redemption, command: Refund) -> list[tuple[Line, int]]:
    if command.lines is None:
        return _left(redemption)
    by_no = {line.line_no: line for line in redemption.lines}
    wanted: dict[int, int] = {}
    for line_no, quantity in command.lines:
        wanted[line_no] = wanted.get(line_no, 0) + quantity
    for line_no, quantity in wanted.items():
        if line_no not in by_no:
            raise UnknownLine(line_no)
        left = by_no[line_no].quantity - by_no[line_no].refunded
        if quantity > left:
            raise RefundTooLarge(f"line {line_no}", asked=quantity, left=left)
    return [(by_no[line_no], quantity) for line_no, quantity in wanted.items()]


def _refuse_replaced(wanted: list[tuple[Line, int]]) -> None:
    for line, quantity in wanted:
        left = line.quantity - line.refunded
        if quantity + line.replacing > left:
            raise BeingReplaced(line.line_no, replacing=line.replacing, left=left)


def _left(redemption: Redemption) -> list[tuple[Line, int]]:
    """Return the pieces that were not refunded, by line."""
    return [(line, left) for line in redemption.lines if (left := line.quantity - line.refunded)]


def _wanted_points(redemption: Redemption, command: Refund) -> int:
    left = redemption.points - redemption.refunded_points
    wanted = left if command.points is None else command.points
    if wanted > left:
        raise RefundTooLarge("the points", asked=wanted, left=left)
    return wanted


def _return_points(
    book: Book,
    account: Account,
    redemption: Redemption,
    command: Cancel | Refund,
    points: int,
    moment: datetime,
) -> None:
    """Give points back, last spent first: as if the redemption had cost less from the beginning."""
    transfer = header(
        "refund",
        tenant_id=command.tenant_id,
        member_id=redemption.member_id,
        transfer_id=command.transfer_id,
        at=moment,
        program=(("redeemed", -points),),
        redemption_id=redemption.redemption_id,
        reason=command.reason,
    )
    grace = book.programs[command.tenant_id].refund_grace_days
    post_give_back(
        book, account, transfer, last_spent(redemption.debits, redemption.refunded_points, points), grace
    )


def last_spent(debits: tuple[Share, ...], given_back: int, points: int) -> tuple[Share, ...]:
    """Return which lots get points back: last spent, first given back.

    Args:
        debits: what was spent of which lots, in that order; a lot may stand there twice in a row.
        given_back: how many of the points went back before.
    """
    whole: dict[UUID, int] = {}
    for lot_id, part in debits:
        whole[lot_id] = whole.get(lot_id, 0) + part
    last_first = tuple(reversed(whole.items()))
    before = dict(take(last_first, given_back))
    left = [(lot_id, part - before.get(lot_id, 0)) for lot_id, part in last_first]
    return take(left, points)


def _return_cash(
    book: Book, tenant_id: UUID, redemption: Redemption, fen: int, transfer_id: UUID, at: datetime
) -> None:
    if not fen:
        return
    payment = book.payments[tenant_id, redemption.redemption_id]
    redemption.refunded_cash_fen += fen
    payment.refunded_fen += fen
    payment.touch()
    book.cash_refunds.append(CashRefund(tenant_id, derived(transfer_id, 3), payment.payment_id, fen, at))
