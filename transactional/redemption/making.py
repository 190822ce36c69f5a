"""Decides new redemptions: what is taken at once, and what is held until somebody pays, looks or confirms."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from transactional.changes import Change
from transactional.engine.book import Book, Judged
from transactional.engine.reply import Reply
from transactional.identifiers import derived
from transactional.ledger.account import Account, Hold, take
from transactional.ledger.posting import Balancing, header, post_debit
from transactional.ledger.telling import account_of
from transactional.ledger.transfers import TransferKind
from transactional.problems import Problem
from transactional.redemption.commands import OffsetBill, Redeem, Spend
from transactional.redemption.discounts import basket_of, require_expected, take_discounts
from transactional.redemption.domain import Redemption, price_lines
from transactional.redemption.ending import last_spent
from transactional.redemption.fulfilment import fulfil
from transactional.redemption.goods import sale_of, take_goods
from transactional.redemption.payment import Payment
from transactional.redemption.pricing import split
from transactional.redemption.states import Move, Status
from transactional.redemption.telling import announce
from transactional.risk.domain import Assessment, RiskDenied
from transactional.tenants.domain import Program


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
    sale = sale_of(command, book, moment)
    basket = basket_of(command, book, moment)
    lines = price_lines(
        command.asked, moment, book.offers.get(tenant_id, {}), book.stock.get(tenant_id, {}), sale, basket
    )
    redemption = Redemption(
        command.redemption_id, command.member_id, "points" if sale is None else "flash_sale", Status.CREATED,
        sum(line.points for line in lines), moment, lines, flash_sale_id=command.flash_sale_id,
    )  # fmt: skip
    require_expected(command, redemption.points, basket)
    if command.cash is not None:
        redemption.points = command.cash.points
        redemption.cash_points, redemption.cash_fen = split(
            ((line.points, book.offers[tenant_id][line.item_id].cash_share) for line in lines),
            redemption.points,
            book.programs[tenant_id],
        )
        if sale is None:
            redemption.mode = "points_cash"
    begun = begin(command, book, account, redemption)
    take_goods(book, tenant_id, redemption, sale)
    take_discounts(book, tenant_id, redemption)
    if command.cash is not None:
        book.payments[tenant_id, redemption.redemption_id] = Payment(
            derived(redemption.redemption_id, 2), redemption.redemption_id, command.cash.provider,
            redemption.cash_fen, change=Change.ADDED,
        )  # fmt: skip
    codes = fulfil(book, tenant_id, redemption, moment) if begun else []
    more = {"campaigns_spent": basket.short} if basket is not None and basket.short else {}
    return announce(book, tenant_id, redemption, account, command.at, status=201, codes=codes, **more)


def offset_bill(command: OffsetBill, book: Book) -> Reply:
    """Hold points until the bill's owner confirms that it was credited."""
    tenant_id = command.tenant_id
    account = account_of(book, tenant_id, command.member_id)
    moment = account.moment(command.at)
    rate = book.programs[tenant_id].offset
    if rate is None:
        raise OffsetNotOffered
    fen = rate.fen_given_for(command.points)
    if not fen:
        raise OffsetTooSmall(command.points)
    redemption = Redemption(
        command.redemption_id, command.member_id, "bill_offset", Status.CREATED, command.points, moment, [],
        bill_reference=command.bill_reference, bill_fen=fen,
    )  # fmt: skip
    begin(command, book, account, redemption)
    return announce(book, tenant_id, redemption, account, command.at, status=201)


def begin(command: Spend, book: Book, account: Account, redemption: Redemption) -> bool:
    """Judge a redemption, add it to the book and take its points, or hold them while it waits.

    The caller has made sure of everything else before, and takes the goods after.

    Returns:
        Whether the points are taken; if not, it waits for a person, a payment or a confirmation.

    Raises:
        RiskDenied: a rule refuses it, or wants a person to look at a ticket of a draw.
        InsufficientPoints: the member's points do not suffice.
    """
    tenant_id, moment = command.tenant_id, redemption.effective_at
    assessment = _judge(command, book, account, redemption)
    shares = account.plan(redemption.points, moment)
    book.open(tenant_id, redemption)
    if assessment.verdict == "review":
        _keep(book, command, assessment, redemption.redemption_id)
        redemption.move(Move.PARK, moment)
        redemption.deadline = moment + timedelta(hours=book.programs[tenant_id].review_hours)
    else:
        redemption.deadline = _deadline(redemption, book.programs[tenant_id], moment)
        if redemption.deadline is None:
            _take_points(book, tenant_id, account, redemption, shares, moment)
            return True
    _hold_points(account, redemption, shares, moment)
    return False


def proceed(book: Book, tenant_id: UUID, account: Account, redemption: Redemption, moment: datetime) -> bool:
    """Let a redemption that was approved go on; return whether its points are taken."""
    assert redemption.hold_id is not None
    hold = account.holds[redemption.hold_id]
    redemption.move(Move.APPROVE, moment)
    redemption.deadline = _deadline(redemption, book.programs[tenant_id], moment)
    if redemption.deadline is None:
        take_held(book, tenant_id, account, redemption, moment)
        return True
    account.resolve(hold, captured=0, moment=moment)
    _hold_points(account, redemption, hold.shares, moment, number=1)
    return False


def take_held(
    book: Book, tenant_id: UUID, account: Account, redemption: Redemption, moment: datetime
) -> None:
    """Take the points that a redemption holds."""
    assert redemption.hold_id is not None
    hold = account.holds[redemption.hold_id]
    account.resolve(hold, captured=redemption.points, moment=moment)
    _take_points(book, tenant_id, account, redemption, hold.shares, moment)


def _judge(command: Spend, book: Book, account: Account, redemption: Redemption) -> Assessment:
    registered_at = account.registered_at or command.at
    assessment = book.risk.judge(command.attempt, registered_at=registered_at, points=redemption.points)
    # A ticket has its number when it is sold, so it cannot wait for a person to look at it.
    if redemption.mode == "draw" and assessment.verdict == "review":
        assessment = replace(assessment, verdict="deny")
    if assessment.verdict == "deny":
        _keep(book, command, assessment, None)
        raise RiskDenied([triggered.kind for triggered in assessment.triggered])
    return assessment


def _keep(book: Book, command: Spend, assessment: Assessment, redemption_id: UUID | None) -> None:
    book.judged.append(Judged(derived(command.redemption_id, 4), redemption_id, command.attempt, assessment))


def _deadline(redemption: Redemption, program: Program, moment: datetime) -> datetime | None:
    """Return until when somebody must pay or confirm; None if nobody need."""
    if redemption.cash_fen:
        return moment + timedelta(minutes=program.payment_minutes)
    if redemption.mode == "bill_offset":
        return moment + timedelta(hours=program.confirmation_hours)
    return None


def _take_points(
    book: Book,
    tenant_id: UUID,
    account: Account,
    redemption: Redemption,
    shares: tuple[tuple[UUID, int], ...],
    moment: datetime,
) -> None:
    """Take the points of a redemption out of lots; the deduction carries the redemption's id.

    The fee of an exchange has entries of its own: the last of the points, against the program's fee account.
    """
    fee = redemption.fee_points
    kind: TransferKind = "redeem"
    program: Balancing = (("redeemed", redemption.points),)
    if redemption.mode == "exchange":
        kind, program = "exchange_out", (("exchange", redemption.points - fee),)
    if fee:
        program = (*program, ("fee", fee))
        shares = (*take(shares, redemption.points - fee), *last_spent(shares, 0, fee)[::-1])
    transfer = header(
        kind,
        tenant_id=tenant_id,
        member_id=redemption.member_id,
        transfer_id=redemption.redemption_id,
        at=moment,
        program=program,
        redemption_id=redemption.redemption_id,
    )
    post_debit(book, account, transfer, shares)
    redemption.debits = shares
    redemption.move(Move.PAY, moment)


def _hold_points(
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
