"""Decisions by hand: the order of a batch, the ends of months, what a refusal tells.

Random sequences of everything run against the reference model in `test_mall_machine`.
"""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec

from transactional.engine.book import Book
from transactional.engine.decide import decide
from transactional.ledger.account import Account
from transactional.ledger.commands import Earn
from transactional.ledger.lots import expiry_of
from transactional.redemption.commands import Redeem
from transactional.redemption.domain import Offer, Stock
from transactional.tenants.domain import Program

TENANT, MEMBER, TEA = UUID(int=1), UUID(int=10), UUID(int=20)
START = datetime(2026, 1, 30, 15, 59, tzinfo=UTC)


def fresh_book() -> Book:
    """A member without points, and six teas at 7 points."""
    return Book(
        accounts={(TENANT, MEMBER): Account(0, 0)},
        offers={TENANT: {TEA: Offer(7, "pickup", START - timedelta(days=1), None)}},
        stock={TENANT: {TEA: Stock(6)}},
        programs={TENANT: Program(lot_validity_months=1)},
    )


def earn(number: int, points: int) -> Earn:
    return Earn(
        tenant_id=TENANT, member_id=MEMBER, key=f"k{number}", body_hash=b"x", at=START,
        transfer_id=UUID(int=1000 + number), points=points, kind="earn",
    )  # fmt: skip


def redeem(number: int) -> Redeem:
    return Redeem(
        tenant_id=TENANT, member_id=MEMBER, key=f"k{number}", body_hash=b"x", at=START,
        redemption_id=UUID(int=1000 + number), asked=((TEA, 1),),
    )  # fmt: skip


def test_a_batch_decides_in_the_order_of_arrival():
    early, late = fresh_book(), fresh_book()
    assert [a.status for a in decide([earn(1, 60), redeem(2)], early)] == [201, 201]
    assert [a.status for a in decide([redeem(2), earn(1, 60)], late)] == [409, 201]


def test_a_request_repeated_in_its_batch_gets_the_first_answer_and_changes_nothing():
    once, twice = fresh_book(), fresh_book()
    first = decide([earn(1, 60), redeem(2)], once)
    answers = decide([earn(1, 60), redeem(2), redeem(2), earn(1, 60)], twice)
    assert [a.body for a in answers] == [first[0].body, first[1].body, first[1].body, first[0].body]
    assert [a.replayed for a in answers] == [False, False, True, True]
    assert (twice.accounts, twice.stock) == (once.accounts, once.stock)
    assert len(twice.decided) == 2


def test_a_refusal_leaves_no_trace():
    book = fresh_book()
    before = deepcopy((book.accounts, book.stock))
    (answer,) = decide([redeem(1)], book)
    assert answer.status == 409
    assert (book.accounts, book.stock, book.transfers, book.messages) == (*before, [], [])


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
    (answer,) = decide([redeem(1)], fresh_book())
    told = msgspec.json.decode(answer.body)
    assert (told["needed_points"], told["available_points"]) == (7, 0)
