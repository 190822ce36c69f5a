"""Compares what an engine has in its books with what the reference model counts."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from tests.transactional.machine.books import Books, DrawRow, OrderRow
from tests.transactional.machine.exchange_comparison import require_exchanges
from tests.transactional.machine.expectations import Names
from tests.transactional.reference.exchange import Exchanges
from tests.transactional.reference.mall import Mall
from tests.transactional.reference.orders import WAITING, Order
from tests.transactional.reference.shop import Shop
from tests.transactional.reference.wallet import Place

# What will be known at read time, before any sweeper runs, and what was.
AHEAD = (timedelta(0), timedelta(minutes=20), timedelta(days=3), timedelta(days=40))
BEHIND = (timedelta(minutes=30), timedelta(days=2), timedelta(days=11), timedelta(days=35))


def require_agreement(books: Books, mall: Exchanges, names: Names, now: datetime) -> None:
    """Make sure that all buckets, stock, codes, redemptions and cash are what the model says."""
    books.require_balance()
    _require_points(books, mall, now)
    _require_no_point_minted_or_lost(books, mall)
    assert books.partner is not None
    books.partner.require_balance()
    _require_points(books.partner, mall.partner, now)
    _require_no_point_minted_or_lost(books.partner, mall.partner)
    require_exchanges(books, books.partner, mall)
    assert books.stock == mall.pieces
    (sale,) = mall.sales.values()
    assert books.sale_left == sale.left
    assert +books.bought == +sale.bought
    aside = Counter({sale.item: sale.left})
    for draw in mall.draws.values():
        aside.update(draw.aside)
    assert books.allotted == {item: aside[item] for item in mall.pieces}
    _require_tickets(books, mall)
    _require_campaigns(books, mall)
    assert books.issued_codes == +mall.codes
    assert books.orders.keys() == mall.orders.keys()
    for name, row in books.orders.items():
        expected = _row(mall.orders[name])
        if row.status not in WAITING:  # it keeps the deadline it had
            row = replace(row, deadline=None)
        assert row == expected, (name, row, expected)
    cash: Counter[UUID] = Counter()
    for payment, fen in books.cash_refunds.values():
        cash[names.payments[payment]] += fen
    assert cash == mall.cash_back


def _require_campaigns(books: Books, mall: Mall) -> None:
    """No budget and no member's part of one is exceeded, and what is kept of them is what was given."""
    expected: Counter[tuple[UUID, UUID]] = Counter()
    for campaign in mall.ledger.campaigns:
        assert 0 <= books.campaigns[campaign.name] <= campaign.budget
        assert books.campaigns[campaign.name] == sum(points for _, points in campaign.uses)
        for member, points in campaign.uses:
            expected[campaign.name, member] += points
        for member in campaign.members:
            assert campaign.limit is None or expected[campaign.name, member] <= campaign.limit
    assert +books.had == +expected
    assert +books.campaign_uses == +expected


def _require_tickets(books: Books, mall: Mall) -> None:
    assert books.draws == {
        name: DrawRow(len(draw.tickets), draw.end == "revealed", draw.end == "cancelled")
        for name, draw in mall.draws.items()
    }
    assert books.tickets == {
        ticket: (name, mall.orders[ticket].member)
        for name, draw in mall.draws.items()
        for ticket in draw.tickets
    }


def _require_points(books: Books, mall: Shop, now: datetime) -> None:
    for member, wallet in mall.ledger.wallets.items():
        assert books.accounts[member].changed_at == wallet.newest, (member, wallet.newest)
        for step in AHEAD:
            moment = wallet.moment(now) + step
            mine, theirs = wallet.buckets(moment), books.buckets(member, moment)
            assert theirs == mine, (member, moment, theirs, mine)
        for step in BEHIND:
            moment = wallet.moment(now) - step
            was, told = wallet.available_at(moment), books.available_at(member, moment)
            assert told == was, (member, moment, told, was)


def _require_no_point_minted_or_lost(books: Books, mall: Shop) -> None:
    """Issued = outstanding + spent + expired + withdrawn + settled, in both, and for each program account."""
    program: Counter[str] = Counter()
    for e in books.entries:
        program[e.account] += e.amount
    outstanding = program.pop("member", 0)
    wallets = mall.ledger.wallets.values()
    assert outstanding == sum(w.count(Place.WITH_MEMBER) for w in wallets)
    assert program["redeemed"] == sum(w.count(Place.SPENT) for w in wallets)
    assert program["expired"] == sum(w.count(Place.SWEPT) for w in wallets)
    assert -program["receivable"] == sum(w.owed for w in wallets)
    assert outstanding + program.total() == 0
    assert {k: v for k, v in program.items() if v} == {k: v for k, v in mall.ledger.program.items() if v}


def _row(order: Order) -> OrderRow:
    payment = order.payment
    return OrderRow(
        order.status, order.points, order.points_back, order.fen_back, order.deadline,
        tuple((line.quantity, line.refunded) for line in order.lines),
        None if payment is None else (payment.status, payment.fen, payment.back),
    )  # fmt: skip
