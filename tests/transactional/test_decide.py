"""Random commands against a slow, obvious model of the ledger and the stock."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from transactional.engine.book import Book
from transactional.engine.decide import decide
from transactional.ledger.account import Account
from transactional.ledger.commands import Earn
from transactional.ledger.lots import expiry_of
from transactional.redemption.commands import Redeem
from transactional.redemption.domain import Offer, Stock
from transactional.tenants.domain import Program

TENANT = UUID(int=1)
MEMBERS = [UUID(int=10), UUID(int=11)]
ITEMS = [UUID(int=20), UUID(int=21), UUID(int=22)]
PRICES = dict(zip(ITEMS, (7, 50, 300), strict=True))
START = datetime(2026, 1, 30, 15, 59, tzinfo=UTC)

commands = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), st.integers(0, 1), st.integers(1, 400)),
        st.tuples(
            st.just("redeem"),
            st.integers(0, 1),
            st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4)), min_size=1, max_size=3),
        ),
    ),
    min_size=1,
    max_size=30,
)


@dataclass
class SlowMall:
    """Every point is a token of its own with the last day it can be spent; every piece is counted."""

    tokens: dict[UUID, list[tuple[date, datetime]]] = field(default_factory=lambda: {m: [] for m in MEMBERS})
    stock: dict[UUID, int] = field(default_factory=lambda: dict.fromkeys(ITEMS, 6))

    def earn(self, member: UUID, points: int, at: datetime) -> bool:
        last_day = expiry_of(at, 1)
        self.tokens[member] += [(last_day, at)] * points
        return True

    def redeem(self, member: UUID, asked: list[tuple[UUID, int]], at: datetime) -> bool:
        stock = dict(self.stock)
        price = 0
        for item, quantity in asked:
            if item not in PRICES:
                return False
            stock[item] -= quantity
            price += PRICES[item] * quantity
        if min(stock.values()) < 0:
            return False
        today = (at + timedelta(hours=8)).date()
        good = sorted(token for token in self.tokens[member] if token[0] >= today)
        if len(good) < price:
            return False
        for token in good[:price]:
            self.tokens[member].remove(token)
        self.stock = stock
        return True

    def available(self, member: UUID, at: datetime) -> int:
        today = (at + timedelta(hours=8)).date()
        return sum(token[0] >= today for token in self.tokens[member])


def fresh_book() -> Book:
    offers = {item: Offer(price, "pickup", START - timedelta(days=1), None) for item, price in PRICES.items()}
    return Book(
        accounts={(TENANT, member): Account(0, 0) for member in MEMBERS},
        offers={TENANT: offers},
        stock={TENANT: {item: Stock(6) for item in ITEMS}},
        programs={TENANT: Program(lot_validity_months=1)},
    )


def build(raw, number: int, at: datetime) -> Earn | Redeem:
    kind, who, what = raw
    about = {"tenant_id": TENANT, "member_id": MEMBERS[who], "key": f"k{number}", "body_hash": b"x", "at": at}
    if kind == "earn":
        return Earn(**about, transfer_id=UUID(int=1000 + number), points=what, kind="earn")
    asked = tuple((ITEMS[i] if i < 3 else UUID(int=99), quantity) for i, quantity in what)
    return Redeem(**about, redemption_id=UUID(int=1000 + number), asked=asked)


@settings(max_examples=300, deadline=None)
@given(commands, st.lists(st.integers(0, 20), min_size=30, max_size=30), st.integers(1, 7))
def test_decisions_agree_with_the_slow_model(raws, day_steps, batch_size):
    slow, book, at = SlowMall(), fresh_book(), START
    planned = []
    for number, (raw, days) in enumerate(zip(raws, day_steps, strict=False)):
        at += timedelta(days=days)
        planned.append(build(raw, number, at))
    for begin in range(0, len(planned), batch_size):
        batch = planned[begin : begin + batch_size]
        answers = decide(batch, book)
        for command, answer in zip(batch, answers, strict=True):
            if isinstance(command, Earn):
                expected = slow.earn(command.member_id, command.points, command.at)
            else:
                expected = slow.redeem(command.member_id, list(command.asked), command.at)
            assert (answer.status == 201) == expected
        last = batch[-1].at
        for member in MEMBERS:
            account = book.accounts[TENANT, member]
            assert account.available(last) == slow.available(member, last)
            assert (
                account.balance
                == sum(lot.remaining for lot in account.lots.values())
                == len(slow.tokens[member])
            )
            assert all(0 <= lot.remaining <= lot.issued for lot in account.lots.values())
        assert {item: stock.on_hand for item, stock in book.stock[TENANT].items()} == slow.stock


@settings(max_examples=100, deadline=None)
@given(commands, st.randoms(use_true_random=False))
def test_repeated_requests_change_nothing_and_get_the_first_answer(raws, chance):
    planned = [build(raw, number, START) for number, raw in enumerate(raws)]
    once = fresh_book()
    first = decide(planned, once)
    by_key = {c.key: a for c, a in zip(planned, first, strict=True)}
    repeated = list(planned)
    for command in planned:
        # A retry may arrive any time after its first try.
        repeated.insert(chance.randint(repeated.index(command) + 1, len(repeated)), command)
    twice = fresh_book()
    answers = decide(repeated, twice)
    assert twice.accounts == once.accounts
    assert twice.stock == once.stock
    assert len(twice.decided) == len(planned)
    for command, answer in zip(repeated, answers, strict=True):
        assert answer.body == by_key[command.key].body


def test_a_batch_decides_in_the_order_of_arrival():
    book = fresh_book()
    earn = build(("earn", 0, 60), 1, START)
    redeem = build(("redeem", 0, [(1, 1)]), 2, START)
    early, late = deepcopy(book), deepcopy(book)
    assert [a.status for a in decide([earn, redeem], early)] == [201, 201]
    assert [a.status for a in decide([redeem, earn], late)] == [409, 201]


def test_months_clamp_to_their_end():
    def noon(*day: int) -> datetime:
        return datetime(*day, 4, tzinfo=UTC)

    assert expiry_of(noon(2026, 1, 31), 1) == date(2026, 2, 28)
    assert expiry_of(noon(2028, 1, 31), 1) == date(2028, 2, 29)
    assert expiry_of(noon(2026, 12, 31), 2) == date(2027, 2, 28)
    assert expiry_of(noon(2026, 8, 15), 12) == date(2027, 8, 15)
    assert expiry_of(noon(2026, 8, 15), None) is None
    # 16:30 UTC is the next day in Shanghai.
    assert expiry_of(datetime(2026, 1, 30, 16, 30, tzinfo=UTC), 1) == date(2026, 2, 28)


def test_a_refusal_tells_what_is_missing():
    (answer,) = decide([build(("redeem", 0, [(0, 1)]), 1, START)], fresh_book())
    told = msgspec.json.decode(answer.body)
    assert (told["needed_points"], told["available_points"]) == (7, 0)
