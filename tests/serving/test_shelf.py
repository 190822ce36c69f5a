"""Parts of a shelf: where each offer stands in the one that was taken last, and in no other."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from serving.recommendations.domain import Offer
from serving.recommendations.shelf import NOWHERE, Shelf, StalePart

ITEMS = [UUID(int=n) for n in range(1, 9)]


@pytest.fixture
def whole():
    since = datetime(2026, 1, 1, tzinfo=UTC)
    return Shelf([Offer(item_id, "x", "food", 10, since) for item_id in ITEMS])


def test_a_part_has_its_own_places_whatever_was_taken_before(whole):
    chance = np.random.default_rng(7)
    for _ in range(50):
        entries = np.flatnonzero(chance.random(len(ITEMS)) < 0.5)
        # A restocked shelf shares the places of the one it was.
        shelf = whole.restocked(whole.stocks) if chance.random() < 0.5 else whole
        part = shelf.part(entries)
        expected = {ITEMS[entry]: n for n, entry in enumerate(entries)}
        assert part.places(ITEMS).tolist() == [expected.get(item_id, NOWHERE) for item_id in ITEMS]
        assert [part.place(item_id) for item_id in ITEMS] == [expected.get(item_id) for item_id in ITEMS]
        assert [part.offers[n].item_id for n in range(len(part))] == list(expected)


def test_a_part_that_is_over_says_so_and_the_whole_is_never(whole):
    first = whole.part(np.array([1, 3]))
    whole.part(np.array([0]))
    with pytest.raises(StalePart):
        first.places(ITEMS)
    with pytest.raises(StalePart):
        first.place(ITEMS[1])
    assert whole.places(ITEMS).tolist() == list(range(len(ITEMS)))
