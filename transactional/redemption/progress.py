"""Decides what a redemption waits for: a payment, a review, a confirmation, a carrier."""

from typing import Literal

from transactional.engine.book import Book, CashRefund, Message, Verdict
from transactional.engine.reply import Reply
from transactional.exchange.legs import execute, require_executable
from transactional.identifiers import derived
from transactional.ledger.telling import account_of
from transactional.problems import Problem
from transactional.redemption.commands import CashReturned, ConfirmOffset, PaymentArrived, Progress, Review
from transactional.redemption.domain import ItemBarred, Redemption
from transactional.redemption.ending import is_overdue, let_go, redemption_of
from transactional.redemption.fulfilment import fulfil
from transactional.redemption.goods import barred_item
from transactional.redemption.making import proceed, take_held
from transactional.redemption.payment import Payment
from transactional.redemption.states import IllegalMove, Move, Status
from transactional.redemption.telling import announce


class UnknownPayment(Problem):
    """The tenant has no such payment."""

    slug = "unknown-payment"
    title = "No such payment"
    status = 404

    def __init__(self, command: PaymentArrived | CashReturned) -> None:
        super().__init__(f"your tenant has no payment {command.payment_id}")


class PaymentMismatch(Problem):
    """What the provider says does not fit the payment."""

    slug = "payment-mismatch"
    title = "The payment is not the one that was asked for"
    status = 409

    def __init__(self, payment: Payment, what: str) -> None:
        super().__init__(
            f"the provider's {what} differs from that of payment {payment.payment_id}; nothing was done, "
            "compare the two with the provider",
            payment_id=str(payment.payment_id),
        )


class PastDeadline(Problem):
    """The redemption waited too long and has let go of everything."""

    slug = "past-deadline"
    title = "The deadline has passed"
    status = 409

    def __init__(self) -> None:
        super().__init__("the redemption's deadline has passed and everything it held is free; redeem again")


def payment_arrived(command: PaymentArrived, book: Book) -> Reply:
    """Take the points and hand over, or, if that is no longer possible, have the cash paid back.

    Being told twice changes nothing.
    """
    tenant_id = command.tenant_id
    redemption_id = book.payers.get((tenant_id, command.payment_id))
    if redemption_id is None:
        raise UnknownPayment(command)
    redemption, payment = book.redemptions[tenant_id, redemption_id], book.payments[tenant_id, redemption_id]
    account = account_of(book, tenant_id, redemption.member_id)
    if payment.provider != command.provider:
        raise PaymentMismatch(payment, "name")
    if payment.amount_fen != command.amount_fen:
        raise PaymentMismatch(payment, "amount")
    if payment.provider_reference not in (None, command.provider_reference):
        raise PaymentMismatch(payment, "transaction number")
    if payment.status not in ("pending", "closed"):
        return Reply(200, {"payment_id": payment.payment_id, "status": payment.status})
    moment = account.moment(command.at)
    payment.provider_reference = command.provider_reference
    payment.captured_at = command.occurred_at
    payment.touch()
    if is_overdue(redemption, moment):
        let_go(book, tenant_id, redemption, account, Move.TIME_OUT, "timeout", moment)
        announce(book, tenant_id, redemption, account, command.at)
    elif redemption.status is Status.CREATED and barred_item(book, tenant_id, redemption, moment) is not None:
        let_go(book, tenant_id, redemption, account, Move.CANCEL, "item barred", moment)
        announce(book, tenant_id, redemption, account, command.at)
    if redemption.status is not Status.CREATED:
        payment.status = "refund_due"
        payment.refunded_fen = payment.amount_fen
        book.cash_refunds.append(
            CashRefund(
                tenant_id, derived(payment.payment_id, 3), payment.payment_id, payment.amount_fen, command.at
            )
        )
        body = {"payment_id": payment.payment_id, "redemption_id": redemption_id, "status": payment.status}
        book.messages.append(Message(tenant_id, "payment.refund_due", payment.payment_id, body, command.at))
        return Reply(200, body)
    payment.status = "captured"
    take_held(book, tenant_id, account, redemption, moment)
    codes = fulfil(book, tenant_id, redemption, moment)
    return announce(book, tenant_id, redemption, account, command.at, codes=codes)


def cash_returned(command: CashReturned, book: Book) -> Reply:
    """Note that the provider has paid a refund; being told twice changes nothing."""
    tenant_id = command.tenant_id
    redemption_id = book.payers.get((tenant_id, command.payment_id))
    payment = None if redemption_id is None else book.payments[tenant_id, redemption_id]
    if payment is None or command.refund_id not in payment.refunds:
        raise UnknownPayment(command)
    fen, is_done = payment.refunds[command.refund_id]
    body = {"payment_id": payment.payment_id, "refund_id": command.refund_id, "amount_fen": fen}
    if is_done:
        return Reply(200, body)
    payment.refunds[command.refund_id] = (fen, True)
    book.cash_returned.append((tenant_id, command.refund_id, command.at))
    if sum(fen for fen, is_done in payment.refunds.values() if is_done) == payment.amount_fen:
        payment.status = "refunded"
        payment.touch()
    book.messages.append(Message(tenant_id, "payment.refunded", payment.payment_id, body, command.at))
    return Reply(200, body)


def confirm_offset(command: ConfirmOffset, book: Book) -> Reply:
    """Take the points of a bill that was credited, or let go of them."""
    redemption, account = redemption_of(book, command)
    tenant_id = command.tenant_id
    move = Move.PAY if command.accepted else Move.CANCEL
    if redemption.mode != "bill_offset":
        raise IllegalMove(
            redemption.redemption_id, redemption.status, move, "only a bill offset is confirmed this way"
        )
    if redemption.status is not Status.CREATED:
        raise IllegalMove(redemption.redemption_id, redemption.status, move)
    moment = account.moment(command.at)
    if is_overdue(redemption, moment):
        raise PastDeadline
    if not command.accepted:
        let_go(book, tenant_id, redemption, account, Move.CANCEL, command.reason or "not credited", moment)
        return announce(book, tenant_id, redemption, account, command.at)
    take_held(book, tenant_id, account, redemption, moment)
    fulfil(book, tenant_id, redemption, moment)
    return announce(book, tenant_id, redemption, account, command.at)


def review(command: Review, book: Book) -> Reply:
    """Let a parked redemption go on, or let go of it."""
    redemption, account = redemption_of(book, command)
    tenant_id = command.tenant_id
    move = Move.APPROVE if command.verdict == "approve" else Move.REJECT
    redemption.check(move)
    moment = account.moment(command.at)
    if is_overdue(redemption, moment):
        raise PastDeadline
    exchange = book.exchange.exchanges.get((tenant_id, redemption.redemption_id))
    if exchange is not None and move is Move.APPROVE:
        require_executable(book, exchange, command.at)
    barred = barred_item(book, tenant_id, redemption, moment)
    if barred is not None and move is Move.APPROVE:
        raise ItemBarred(barred)
    verdict: Literal["allow", "deny"] = "allow" if move is Move.APPROVE else "deny"
    book.verdicts.append(
        Verdict(tenant_id, redemption.redemption_id, verdict, command.reviewer, command.reason, command.at)
    )
    if move is Move.REJECT:
        let_go(book, tenant_id, redemption, account, move, f"rejected by {command.reviewer}", moment)
        return announce(book, tenant_id, redemption, account, command.at)
    is_taken = proceed(book, tenant_id, account, redemption, moment)
    if exchange is not None:
        execute(book, exchange, command.at)
    codes = fulfil(book, tenant_id, redemption, moment) if is_taken else []
    return announce(book, tenant_id, redemption, account, command.at, codes=codes)


def progress(command: Progress, book: Book) -> Reply:
    """Note how far the goods have come; a carrier may tell late, but nothing happens before what it follows from.

    Told that it was earlier than was known, the redemption has been there since then, and nobody is told again.
    """
    redemption, account = redemption_of(book, command)
    moment = account.moment(command.at)
    if _was_earlier(command, redemption):
        redemption.touch()
        return Reply(200, {})
    if command.occurred_at is not None:
        earliest = redemption.shipped_at or redemption.paid_at or redemption.effective_at
        moment = max(earliest, min(command.occurred_at, command.at))
    redemption.move(command.move, moment)
    return announce(book, command.tenant_id, redemption, account, command.at)


def _was_earlier(command: Progress, redemption: Redemption) -> bool:
    """Note that goods were shipped or delivered before the time that was noted, if they were."""
    told, taken = command.occurred_at, redemption.paid_at or redemption.effective_at
    if told is None:
        return False
    match command.move:
        case Move.SHIP if redemption.shipped_at is not None:
            known, redemption.shipped_at = redemption.shipped_at, min(redemption.shipped_at, max(taken, told))
            return redemption.shipped_at < known
        case Move.DELIVER if redemption.delivered_at is not None:
            known, shipped = redemption.delivered_at, redemption.shipped_at or taken
            redemption.delivered_at = min(known, max(shipped, told))
            return redemption.delivered_at < known
    return False
