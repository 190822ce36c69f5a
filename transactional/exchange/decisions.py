"""Decides exchanges and reversals: both legs or none, no I/O, no clock, no chance.

Each decision checks everything before it changes anything, because a refusal must leave no trace.
"""

from transactional.clock import business_date
from transactional.engine.book import Book
from transactional.engine.reply import Reply
from transactional.exchange.commands import ExchangePoints, ReverseExchange
from transactional.exchange.legs import (
    Asked,
    execute,
    plan_taking_back,
    post_reversal,
    require_executable,
    require_open_day,
)
from transactional.exchange.refusals import (
    DailyLimitReached,
    PartnerCannotTake,
    QuoteExpired,
    QuoteUsed,
    ReversalTooLarge,
    ReversalTooSmall,
    UnknownExchange,
    UnknownQuote,
)
from transactional.exchange.state import Exchange, Quote, Reversal
from transactional.exchange.telling import told_of_exchange
from transactional.ledger.account import MAX_BALANCE
from transactional.ledger.telling import account_of
from transactional.redemption.domain import Redemption
from transactional.redemption.fulfilment import fulfil
from transactional.redemption.making import begin
from transactional.redemption.states import Move, Status
from transactional.redemption.telling import announce


def exchange_points(command: ExchangePoints, book: Book) -> Reply:
    """Take up a quote: post both legs, or hold the points until a person has looked at it."""
    tenant_id = command.tenant_id
    quote = _open_quote(command, book)
    account = account_of(book, tenant_id, command.member_id)
    exchange = Exchange(
        command.redemption_id, quote.agreement, quote.link, quote.points,
        quote.fee_points, quote.to_points, command.at,
    )  # fmt: skip
    require_executable(book, exchange, command.at)
    _require_within_limits(book, exchange)
    redemption = Redemption(
        command.redemption_id, command.member_id, "exchange", Status.CREATED, quote.points,
        account.moment(command.at), [], fee_points=quote.fee_points,
    )  # fmt: skip
    begun = begin(command, book, account, redemption)
    book.exchange.begin(exchange)
    quote.used_at, quote.exchange_id = command.at, exchange.exchange_id
    quote.touch()
    if begun:
        execute(book, exchange, command.at)
        fulfil(book, tenant_id, redemption, redemption.effective_at)
    told = told_of_exchange(book, tenant_id, exchange, command.at)
    announce(book, tenant_id, redemption, account, command.at, exchange=told)
    if redemption.deadline is not None:
        told = told | {"deadline": redemption.deadline}
    return Reply(201, told)


def reverse_exchange(command: ReverseExchange, book: Book) -> Reply:
    """Take credited points back, whole or in part, and give points and fee back in proportion."""
    giver = book.exchange.givers.get((command.tenant_id, command.exchange_id))
    if giver is None:
        raise UnknownExchange(command.exchange_id)
    exchange = book.exchange.exchanges[giver, command.exchange_id]
    redemption, link = book.redemptions[giver, command.exchange_id], exchange.link
    left = exchange.to_points - exchange.reversed_to_points
    wanted = left if command.to_points is None else command.to_points
    redemption.check(Move.REFUND)
    if wanted > left:
        raise ReversalTooLarge(asked=wanted, left=left)
    part = exchange.part(wanted)
    if not part.points:
        raise ReversalTooSmall(wanted)
    require_open_day(book, exchange, command.at)
    account = book.account(link.from_tenant, link.from_member)
    receiver = book.account(link.to_tenant, link.to_member)
    if account is None or receiver is None or account.balance + part.points > MAX_BALANCE:
        raise PartnerCannotTake
    taken = plan_taking_back(receiver, exchange, wanted, command.at)
    reversal = Reversal(command.reversal_id, exchange, part, command.at)
    asked = Asked(command.tenant_id, command.reason)
    post_reversal(book, reversal, taken, redemption.debits, asked)
    redemption.refunded_points += part.points
    redemption.move(Move.REFUND if wanted == left else Move.REFUND_PART, account.moment(command.at))
    announce(
        book, giver, redemption, account, command.at,
        exchange=told_of_exchange(book, giver, exchange, command.at),
        returned_points=part.points, reason=asked.told(giver),
    )  # fmt: skip
    told = told_of_exchange(book, command.tenant_id, exchange, command.at)
    return Reply(
        200,
        told
        | {
            "reversal_id": reversal.reversal_id,
            "returned_points": part.points,
            "returned_fee_points": part.fee_points,
            "taken_to_points": part.to_points,
            "reason": command.reason,
        },
    )


def _open_quote(command: ExchangePoints, book: Book) -> Quote:
    quote = book.exchange.quotes.get((command.tenant_id, command.quote_id))
    if quote is None or quote.link.from_member != command.member_id:
        raise UnknownQuote(command.quote_id)
    if quote.exchange_id is not None:
        raise QuoteUsed(quote.exchange_id)
    if quote.expires_at <= command.at:
        raise QuoteExpired(quote.expires_at)
    return quote


def _require_within_limits(book: Book, exchange: Exchange) -> None:
    link, agreement = exchange.link, exchange.agreement
    day = business_date(exchange.asked_at)
    used = book.exchange.used[link.from_tenant, link.from_member, link.to_tenant, day]
    member_left = max(0, agreement.member_daily_points - used)
    pair_left = max(0, agreement.pair_daily_points - book.exchange.days[exchange.day].points)
    if exchange.points > min(member_left, pair_left):
        raise DailyLimitReached(asked=exchange.points, member_left=member_left, pair_left=pair_left)
