"""Posts what an exchange moves: the receiving leg, and both legs backwards.

The giving leg is the deduction of the exchange's redemption: one transfer with an entry pair of its own for the fee.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.engine.book import Book
from transactional.exchange.consent_refusals import LinkWithdrawn, NoAgreement
from transactional.exchange.refusals import DayStated, PartnerCannotTake, PointsNotFree
from transactional.exchange.state import Exchange, Reversal
from transactional.exchange.telling import tell_giver, tell_receiver
from transactional.ledger.account import MAX_BALANCE, Account, Share, take
from transactional.ledger.decisions import new_lot
from transactional.ledger.posting import header, post_credit, post_debit, post_give_back
from transactional.ledger.transfers import ProgramAccount
from transactional.redemption.ending import last_spent


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for a reversal and why; the other tenant is not told the reason."""

    tenant_id: UUID
    reason: str

    def told(self, tenant_id: UUID) -> str:
        """Return the reason as one of the two tenants may know it."""
        return self.reason if tenant_id == self.tenant_id else "reversed by the other tenant"


def require_executable(book: Book, exchange: Exchange, at: datetime) -> None:
    """Make sure that both legs can be posted, as far as the giving member's points do not decide it.

    Raises:
        LinkWithdrawn, NoAgreement: one of the parties no longer agrees.
        PartnerCannotTake: the receiving member was erased or has too many points.
        DayStated: the day has its statement.
    """
    if exchange.link.withdrawn_at is not None:
        raise LinkWithdrawn
    if not exchange.agreement.in_force(at):
        raise NoAgreement(exchange.agreement.to_code)
    receiver = book.account(exchange.link.to_tenant, exchange.link.to_member)
    if receiver is None or receiver.balance + exchange.to_points > MAX_BALANCE:
        raise PartnerCannotTake
    require_open_day(book, exchange, at)


def require_open_day(book: Book, exchange: Exchange, at: datetime) -> None:
    """Make sure that the day of a moment has no statement yet.

    Raises:
        DayStated: it has.
    """
    day = business_date(at)
    if book.exchange.days[exchange.link.from_tenant, exchange.link.to_tenant, day].is_stated:
        raise DayStated(day)


def execute(book: Book, exchange: Exchange, at: datetime) -> None:
    """Credit the receiving member by the rules of its program and tell both tenants; the other leg is posted."""
    link = exchange.link
    account = book.accounts[link.to_tenant, link.to_member]
    moment = account.moment(at)
    lot = new_lot(exchange.in_transfer_id, exchange.to_points, moment, book.programs[link.to_tenant], 0)
    transfer = header(
        "exchange_in",
        tenant_id=link.to_tenant,
        member_id=link.to_member,
        transfer_id=exchange.in_transfer_id,
        at=moment,
        program=(("exchange", -exchange.to_points),),
    )
    post_credit(book, account, transfer, lot)
    exchange.execute(at)
    tell_giver(book, exchange, exchange.exchange_id, -exchange.points, exchange.fee_points, at)
    tell_receiver(book, exchange, exchange.in_transfer_id, exchange.to_points, at)


def plan_taking_back(account: Account, exchange: Exchange, points: int, at: datetime) -> tuple[Share, ...]:
    """Return the shares of the receiving member's lots that are taken back: first of the lot that was credited.

    Raises:
        PointsNotFree: they are not there, or set aside.
    """
    moment = account.moment(at)
    lot = account.lots.get(exchange.in_transfer_id)
    own = 0 if lot is None else lot.remaining - account.held(moment)[lot.lot_id]
    others = [
        (lot.lot_id, free) for lot, free in account.free(moment) if lot.lot_id != exchange.in_transfer_id
    ]
    if points > own + sum(free for _, free in others):
        raise PointsNotFree
    return take([(exchange.in_transfer_id, own), *others], points)


def post_reversal(
    book: Book, reversal: Reversal, taken: tuple[Share, ...], debits: tuple[Share, ...], asked: Asked
) -> None:
    """Post both legs backwards, each as a transfer of its own kind that reverses the first one.

    Args:
        taken: of which of the receiving member's lots.
        debits: what the giving leg took of which lots; the last of it that was not given back before is now.
    """
    exchange, part, at = reversal.exchange, reversal.part, reversal.at
    link = exchange.link
    giver = book.accounts[link.from_tenant, link.from_member]
    receiver = book.accounts[link.to_tenant, link.to_member]
    amounts: list[tuple[ProgramAccount, int]] = [
        ("exchange", part.fee_points - part.points),
        ("fee", -part.fee_points),
    ]
    give_back = header(
        "exchange_out",
        tenant_id=link.from_tenant,
        member_id=link.from_member,
        transfer_id=reversal.reversal_id,
        at=giver.moment(at),
        program=tuple((kind, amount) for kind, amount in amounts if amount),
        redemption_id=exchange.exchange_id,
        reverses_id=exchange.exchange_id,
        reason=asked.told(link.from_tenant),
    )
    take_back = header(
        "exchange_in",
        tenant_id=link.to_tenant,
        member_id=link.to_member,
        transfer_id=reversal.in_transfer_id,
        at=receiver.moment(at),
        program=(("exchange", part.to_points),),
        reverses_id=exchange.in_transfer_id,
        reason=asked.told(link.to_tenant),
    )
    shares = last_spent(debits, exchange.reversed_points, part.points)
    post_give_back(book, giver, give_back, shares, book.programs[link.from_tenant].refund_grace_days)
    post_debit(book, receiver, take_back, taken)
    exchange.reverse(part)
    book.exchange.reversals.append(reversal)
    tell_giver(book, exchange, reversal.reversal_id, part.points, -part.fee_points, at)
    tell_receiver(book, exchange, reversal.in_transfer_id, -part.to_points, at)
