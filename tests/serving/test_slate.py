"""The rules of a slate, held against a slow choice of the best, and by drawn shelves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.recommendations.slate import Choices, Rules, choose

REPEAT, NOVEL = True, False


def choices(*of, category=lambda n: n):
    """Return offers of (score, is repeat[, when]); each of a category of its own."""
    rows = [(*row, "now")[:3] for row in of]
    when = [row[2] for row in rows]
    return Choices(
        np.array([row[0] for row in rows], float),
        np.array([category(n) for n in range(len(rows))], np.int64),
        np.array([row[1] for row in rows], bool),
        np.array([is_when == "now" for is_when in when], bool),
        np.array([is_when == "later" for is_when in when], bool),
    )


def test_the_best_come_first_and_equal_ones_keep_their_order():
    assert choose(choices((1, NOVEL), (3, NOVEL), (2, REPEAT), (3, REPEAT)), Rules(), 4) == [1, 3, 2, 0]


def test_three_of_ten_are_novel_although_repeats_score_higher():
    found = choose(choices(*[(9, REPEAT)] * 10, *[(1, NOVEL)] * 5), Rules(), 10)
    assert found == [*range(7), 10, 11, 12]


def test_three_of_ten_are_repeats_although_novel_ones_score_higher():
    found = choose(choices(*[(1, REPEAT)] * 2, *[(9, NOVEL)] * 20), Rules(), 10)
    assert sorted(found) == [0, 1, *range(2, 10)]


def test_each_ten_has_its_own_three():
    found = choose(choices(*[(9, REPEAT)] * 30, *[(1, NOVEL)] * 4), Rules(), 20)
    assert [sum(n >= 30 for n in found[:10]), sum(n >= 30 for n in found[10:])] == [3, 1]


def test_in_less_than_ten_places_they_are_in_proportion():
    found = choose(choices(*[(9, REPEAT)] * 10, *[(1, NOVEL)] * 5), Rules(), 7)
    assert sum(n >= 10 for n in found) == 2


def test_at_most_two_of_ten_are_for_later_and_none_of_the_first_two():
    found = choose(choices(*[(9, NOVEL, "later")] * 5, *[(1, NOVEL)] * 30), Rules(), 20)
    assert found[:10] == [5, 6, 0, 1, 7, 8, 9, 10, 11, 12]
    assert found[10:] == [13, 14, 2, 3, 15, 16, 17, 18, 19, 20]


def test_without_two_that_can_be_had_now_the_slate_is_short():
    assert choose(choices((9, NOVEL, "later"), (1, NOVEL)), Rules(), 10) == [1]
    assert choose(choices((9, NOVEL, "later"), (1, NOVEL), (1, NOVEL)), Rules(), 10) == [1, 2, 0]
    assert choose(choices((9, NOVEL, "never")), Rules(), 10) == []


def test_a_category_counts_less_each_time_but_fills_what_no_other_does():
    offers = choices((1.0, NOVEL), (0.99, NOVEL), (0.98, NOVEL), (0.85, NOVEL), category=lambda n: n == 3)
    # 0.99 × 0.9 = 0.89, 0.98 × 0.81 = 0.79.
    assert choose(offers, Rules(), 4) == [0, 1, 3, 2]


def test_the_exploring_place_is_for_a_novel_one():
    offers = choices(*[(9, REPEAT)] * 12, *[(1, NOVEL)] * 5)
    assert choose(offers, Rules(exploring_place=4), 10) == [0, 1, 2, 3, 12, 4, 5, 6, 13, 14]
    assert choose(offers, Rules(exploring_place=4), 5) == [0, 1, 2, 3, 12]
    assert choose(choices(*[(9, REPEAT)] * 9), Rules(exploring_place=4), 5) == [0, 1, 2, 3, 4]


def test_a_short_answer_has_its_repeat_before_the_exploring_place():
    offers = choices((1, REPEAT), *[(9, NOVEL)] * 9)
    assert choose(offers, Rules(exploring_place=4), 5) == [1, 2, 3, 0, 4]


rows = st.lists(
    st.tuples(
        st.sampled_from([0.1, 0.5, 0.9, 1.0, 2.0]), st.booleans(), st.sampled_from(["now", "now", "later", "never"])
    ),
    max_size=40,
)  # fmt: skip


@given(
    rows=rows, categories=st.integers(1, 4), limit=st.integers(1, 25), exploring=st.sampled_from([None, 4])
)
def test_every_slate_keeps_the_rules(rows, categories, limit, exploring):
    found = choose(choices(*rows, category=lambda n: n % categories), Rules(exploring_place=exploring), limit)
    assert len(set(found)) == len(found) <= limit
    shown = [rows[n] for n in found]
    assert all(when != "never" for _, _, when in shown)
    left = {kind: sum(row[1:] == (kind, "now") for row in rows) for kind in (REPEAT, NOVEL)}
    for start in range(0, len(found), 10):
        ten = shown[start : start + 10]
        later = [place for place, row in enumerate(ten) if row[2] == "later"]
        assert len(later) <= 2
        assert all(place >= 2 for place in later)
        size = min(10, limit - start)
        for kind in (REPEAT, NOVEL):
            of_kind = sum(row[1] == kind for row in ten)
            if len(ten) == size:
                assert of_kind >= min(3 * size // 10, left[kind])
            left[kind] -= sum(row[1:] == (kind, "now") for row in ten)
    # A slate is short only if nothing that can be had now is left.
    assert len(found) == limit or left == {REPEAT: 0, NOVEL: 0}


@given(rows=rows, categories=st.integers(1, 4), limit=st.integers(1, 25))
def test_without_kinds_each_place_takes_the_best_that_is_left(rows, categories, limit):
    """A slow choice: every offer is looked at again for every place."""
    offers = choices(*rows, category=lambda n: n % categories)
    rules = Rules(least_repeat=0, least_novel=0)
    slow, counts = [], [0] * categories
    while len(slow) < limit:
        place, later = len(slow) % 10, sum(rows[n][2] == "later" for n in slow[len(slow) // 10 * 10 :])
        allowed = {"now", "later"} if place >= 2 and later < 2 else {"now"}
        left = [n for n in range(len(rows)) if n not in slow and rows[n][2] in allowed]
        if not left:
            break
        slow.append(max(left, key=lambda n: (rows[n][0] * 0.9 ** counts[n % categories], -n)))
        counts[slow[-1] % categories] += 1
    assert choose(offers, rules, limit) == slow


@pytest.mark.parametrize("limit", [1, 10, 50])
def test_nothing_to_choose_from_is_an_empty_slate(limit):
    assert choose(choices(), Rules(exploring_place=4), limit) == []
