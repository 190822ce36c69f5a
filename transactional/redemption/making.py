"""Decides new redemptions: what is taken at once, and what is held until somebody pays, looks or confirms."""

from datetime import datetime, timedelta
from uuid import UUID

from transactional.changes import Change
from transactional.engine.book import Book
from transactional.engine.reply import Reply
from transactional.identifiers import derived
from transactional.ledger.account import Account, Hold
from transactional.ledger.posting import header, post_debit
from transactional.ledger.telling import account_of
from transactional.problems import Problem
from transactional.redemption.commands import OffsetBill, Redeem
from transactional.redemption.domain import Line, Mode, Redemption, price_lines
from transactional.redemption.fulfilment import fulfil
from transactional.redemption.payment import Payment
from transactional.redemption.pricing import split
from transactional.redemption.states import Move, Status
from transactional.redemption.telling import announce


class OffsetNotOffered(Problem):
    """The program does not offset bills."""

    slug = "offset-not-offered"
    title = "Bills are not offset"
    status = 409

    def __init__(self) -> None:
        super().__init__("your program has no rate for bills; set one first")


class OffsetTooSmall(Problem):
    """The points are worth less than one fen on a bill."""

    slug = "offset-too-small"
    title = "The points are worth nothing on a bill"
    status = 409

    def __init__(self, points: int) -> None:
        super().__init__(f"{points} points are worth less than one fen on a bill; take more points")


def redeem(command: Redeem, book: Book) -> Reply:
    """Take points and stock of all lines or of none; with cash, hold them until it comes."""
    tenant_id = command.tenant_id
    account = account_of(book, tenant_id, command.member_id)
    moment = account.moment(command.at)
    program = book.programs[tenant_id]
    lines = price_lines(command.asked, moment, book.offers.get(tenant_id, {}), book.stock.get(tenant_id, {}))
    price = sum(line.points for line in lines)
    mode: Mode = "points"
    points, cash_points, cash_fen = price, 0, 0
    if command.cash is not None:
        mode, points = "points_cash", command.cash.points
        cash_points, cash_fen = split(price, points, program)
    shares = account.plan(points, moment)

    redemption = Redemption(
        command.redemption_id, command.member_id, mode, Status.CREATED, points, moment, lines,
        cash_fen=cash_fen, cash_points=cash_points,
    )  # fmt: skip
    book.open(tenant_id, redemption)
    take_stock(book, tenant_id, lines)
    if command.cash is not None:
        redemption.deadline = moment + timedelta(minutes=program.payment_minutes)
        hold_points(account, redemption, shares, moment)
        payment = Payment(
            derived(redemption.redemption_id, 2),
            redemption.redemption_id,
            command.cash.provider,
            cash_fen,
            change=Change.ADDED,
        )
        book.payments[tenant_id, redemption.redemption_id] = payment
        return announce(book, tenant_id, redemption, account, command.at, status=201)
    take_points(book, tenant_id, account, redemption, shares, moment)
    codes = fulfil(book, tenant_id, redemption, moment)
    return announce(book, tenant_id, redemption, account, command.at, status=201, codes=codes)


def offset_bill(command: OffsetBill, book: Book) -> Reply:
    """Hold points until the bill's owner confirms that it was credited."""
    tenant_id = command.tenant_id
    account = account_of(book, tenant_id, command.member_id)
    moment = account.moment(command.at)
    program = book.programs[tenant_id]
    if program.offset is None:
        raise OffsetNotOffered
    fen = program.offset.fen_given_for(command.points)
    if not fen:
        raise OffsetTooSmall(command.points)
    shares = account.plan(command.points, moment)
    redemption = Redemption(
        command.redemption_id, command.member_id, "bill_offset", Status.CREATED, command.points, moment, [],
        bill_reference=command.bill_reference, bill_fen=fen,
        deadline=moment + timedelta(hours=program.confirmation_hours),
    )  # fmt: skip
    book.open(tenant_id, redemption)
    hold_points(account, redemption, shares, moment)
    return announce(book, tenant_id, redemption, account, command.at, status=201)


def take_stock(book: Book, tenant_id: UUID, lines: list[Line]) -> None:
    """Take the pieces of all lines; the caller has made sure that they are there."""
    for line in lines:
        stock = book.stock[tenant_id][line.item_id]
        stock.on_hand -= line.quantity
        stock.touch()


def take_points(
    book: Book,
    tenant_id: UUID,
    account: Account,
    redemption: Redemption,
    shares: tuple[tuple[UUID, int], ...],
    moment: datetime,
) -> None:
    """Take the points of a redemption out of lots; the deduction carries the redemption's id."""
    transfer = header(
        "redeem",
        tenant_id=tenant_id,
        member_id=redemption.member_id,
        transfer_id=redemption.redemption_id,
        at=moment,
        program=(("redeemed", redemption.points),),
        redemption_id=redemption.redemption_id,
    )
    post_debit(book, account, transfer, shares)
    redemption.debits = shares
    redemption.move(Move.PAY, moment)


def hold_points(
    account: Account,
    redemption: Redemption,
    shares: tuple[tuple[UUID, int], ...],
    moment: datetime,
    number: int = 0,
) -> None:
    """Set the points of a redemption aside until its deadline.

    Args:
        number: tells the second hold of a redemption, after a review, from its first.
    """
    assert redemption.deadline is not None
    hold = Hold(
        derived(redemption.redemption_id, 10 + number), redemption.points, shares, moment, redemption.deadline,
        redemption_id=redemption.redemption_id,
    )  # fmt: skip
    account.hold(hold, moment)
    redemption.hold_id = hold.hold_id
