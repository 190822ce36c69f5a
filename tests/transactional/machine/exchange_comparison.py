"""Compares what both tenants have of their exchanges with what the reference model counts."""

from collections import Counter
from datetime import date
from fractions import Fraction
from math import ceil, floor
from uuid import UUID

from tests.transactional.machine.books import Books, ExchangeRow
from tests.transactional.reference.exchange import Exchanges
from tests.transactional.reference.trades import Trade
from tests.transactional.reference.wallet import Place


def require_exchanges(books: Books, partner: Books, mall: Exchanges) -> None:
    """Make sure that both copies, the days' points, accounts and positions are what the model says."""
    trades = mall.trades.items()
    expected = {name: _row(t, t.order.member, name) for name, t in trades}
    assert books.exchanges == expected
    # The partner has a copy of what credited points.
    received = {name: _row(t, t.receiver, t.in_transfer) for name, t in trades if t.lot is not None}
    assert partner.exchanges == received
    days = {trade.asked for trade in mall.trades.values()}
    assert +books.exchanged == +Counter({day: mall.given_on(day, mall.links) for day in days})
    _require_no_point_minted(books, partner, mall)
    if books.positions is not None and partner.positions is not None:
        position = _position(mall)
        assert books.positions == ({"out": position} if position else {})
        assert partner.positions == ({"in": position} if position else {})


def _require_no_point_minted(books: Books, partner: Books, mall: Exchanges) -> None:
    """What members gave is on the accounts of exchange and fee, and what receivers got is what it bought."""
    wallets = mall.ledger.wallets.values()
    given = _sum_of(books, "exchange") + _sum_of(books, "fee")
    assert given == sum(wallet.count(Place.EXCHANGED) for wallet in wallets)
    trades = [trade for trade in mall.trades.values() if trade.lot is not None]
    assert given == sum(trade.order.points - trade.order.points_back for trade in trades)
    assert -_sum_of(partner, "exchange") == sum(trade.bought - trade.taken_back for trade in trades)


def _sum_of(books: Books, account: str) -> int:
    return sum(e.amount for e in books.entries if e.account == account)


def _row(trade: Trade, member: UUID, transfer: UUID) -> ExchangeRow:
    order = trade.order
    status = {"in_review": "waiting", "cancelled": "released"}.get(order.status, "executed")
    return ExchangeRow(
        member, transfer, (order.points, order.points_back), (trade.fee, trade.fee_back),
        (trade.bought, trade.taken_back), status, trade.asked, trade.settled[0][0] if trade.settled else None,
    )  # fmt: skip


def _position(mall: Exchanges) -> tuple[int, ...] | None:
    """Return what stands between the two; cash is rounded at each day's end, up against the one who owes it."""
    legs: list[int] = [0] * 8
    net: Counter[date] = Counter()
    for trade in mall.trades.values():
        for day, sign, *amounts in trade.settled:
            first = 0 if sign > 0 else 4
            for number, amount in enumerate((1, *amounts), first):
                legs[number] += amount
            net[day] += sign * amounts[-1]
    if not net:
        return None
    fen = 0
    for points in net.values():
        exact = Fraction(points * mall.terms.fen_per_100, 100)
        fen += ceil(exact) if points > 0 else floor(exact)
    return (*legs, net.total(), fen)
