"""What became of a parcel does not depend on how the news came; a slow model that walks through time agrees."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from transactional.fulfilment.states import Event, ShipmentStatus, State, state_of

from .conftest import EPOCH

KINDS = ["collected", "in_transit", "out_for_delivery", "attempted", "delivered", "returned", "lost"]
HISTORIES = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 6)), max_size=9)


def slow(events: set[tuple[str, int]]) -> tuple[str, int | None, int | None]:
    """Status, hour of shipping and hour of delivery, told by asking of each hour what can happen in it."""
    status, shipped, delivered = "registered", None, None
    for hour in range(7):
        for kind in KINDS:
            if (kind, hour) not in events or status in ("delivered", "returned"):
                continue
            if status == "lost" and kind not in ("delivered", "returned"):
                continue
            if kind == "collected" and status != "registered":
                continue
            status = kind
            shipped = hour if shipped is None else shipped
            delivered = hour if kind == "delivered" else None
    return status, shipped, delivered


def event(kind: str, hour: int) -> Event:
    return Event(f"{kind}@{hour}", ShipmentStatus(kind), EPOCH + timedelta(hours=hour))


def hour_of(moment: datetime | None) -> int | None:
    return None if moment is None else int((moment - EPOCH) / timedelta(hours=1))


@settings(max_examples=500)
@given(HISTORIES, st.randoms(use_true_random=False))
def test_lost_repeated_and_reordered_news_come_to_the_same(history, chance):
    truth = set(history)
    arrivals = [event(*one) for one in history]
    # Some are lost, all of the rest may come again, in any order.
    heard = [one for one in arrivals if chance.random() < 0.6] * chance.randint(1, 3)
    chance.shuffle(heard)
    kept: dict[str, Event] = {}
    for one in heard:
        kept.setdefault(one.key, one)
        partly = {(e.kind.value, hour_of(e.occurred_at)) for e in kept.values()}
        found = state_of(kept.values())
        assert (found.status, hour_of(found.shipped_at), hour_of(found.delivered_at)) == slow(partly)
    # Asking the carrier for all it knows makes up for what was lost.
    asked = [event(*one) for one in truth]
    chance.shuffle(asked)
    found = state_of([*kept.values(), *asked])
    assert (found.status, hour_of(found.shipped_at), hour_of(found.delivered_at)) == slow(truth)
    assert (found.ended_at is not None) == (found.status in ("delivered", "returned", "lost"))


def test_nothing_told_is_registered():
    assert state_of([]) == State()


def test_what_was_handed_over_stays_so_and_what_was_lost_may_be_found():
    late_scan = [event("collected", 0), event("delivered", 2), event("in_transit", 3)]
    assert state_of(late_scan).status is ShipmentStatus.DELIVERED
    found_again = [event("collected", 0), event("lost", 2), event("in_transit", 3), event("delivered", 4)]
    assert state_of(found_again).status is ShipmentStatus.DELIVERED
    assert state_of(found_again[:3]).status is ShipmentStatus.LOST
