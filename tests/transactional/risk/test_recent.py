"""The packed histogram against a plain list of times: never too little, at most one bucket too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactional.risk.recent import Recent, bucket_width

START = 1_772_300_000
KEEP = 172_800


def recorded(attempts: list[tuple[int, int]], keep: int = KEEP) -> Recent:
    """Return the histogram of (second, points), packed and read again after each attempt, as batches do."""
    recent = Recent()
    for second, points in attempts:
        recent.record(second, points)
        recent = Recent(recent.pack(keep))
    return recent


# Mostly bursts, now and then a pause of minutes, hours or days.
gaps = st.lists(
    st.tuples(
        st.one_of(st.integers(0, 3), st.integers(0, 200), st.integers(0, 4_000), st.integers(0, 90_000)),
        st.integers(1, 10**12),
    ),
    max_size=120,
)


@given(gaps=gaps, window=st.integers(1, 31 * 86_400), later=st.integers(0, 1_000), packs=st.booleans())
def test_a_window_counts_everything_in_it_and_at_most_one_bucket_more(gaps, window, later, packs):
    keep = max(window, KEEP)
    attempts, second = [], START
    for gap, points in gaps:
        second += gap
        attempts.append((second, points))
    recent = Recent()
    for attempt in attempts:
        recent.record(*attempt)
        if packs:
            recent = Recent(recent.pack(keep))
    recent = Recent(recent.pack(keep))
    now = second + later

    edge = now - window
    inside = [points for at, points in attempts if at >= edge]
    at_most = [points for at, points in attempts if at > edge - bucket_width(window)]
    assert len(inside) <= recent.count_within(now, window) <= len(at_most)
    assert sum(inside) <= recent.points_within(now, window) <= sum(at_most)


def test_the_last_two_minutes_are_exact_to_the_second():
    recent = recorded([(START + n, 10) for n in range(300)])

    now = START + 299
    assert [recent.count_within(now, w) for w in (1, 10, 60, 120)] == [2, 11, 61, 121]
    assert recent.points_within(now, 60) == 610


def test_an_attempt_made_a_fraction_before_the_second_ends_is_not_forgotten_early():
    # 0.95 s past START, asked 60.10 s later: less than 61 s by the floors, but truly inside 60.15 s.
    recent = recorded([(START, 1)])

    assert recent.count_within(START + 60, 60) == 1
    assert recent.count_within(START + 61, 60) == 0


def test_older_attempts_lie_in_minutes_then_quarters_of_an_hour_then_quarters_of_a_day():
    assert [bucket_width(age) for age in (120, 121, 7_200, 7_201, 172_800, 172_801)] == [
        1, 60, 60, 900, 900, 21_600,
    ]  # fmt: skip


def test_a_subject_that_never_rests_stays_small():
    recent = Recent()
    for second in range(START, START + 31 * 86_400, 7):
        recent.record(second, 1)
        if second % 601 == 0:
            recent = Recent(recent.pack(31 * 86_400))

    packed = recent.pack(31 * 86_400)
    # 120 seconds, 118 minutes, 184 quarters of an hour, 116 quarters of a day, and their edges.
    assert len(packed) <= 16 * 545
    assert Recent(packed).count_within(second, 31 * 86_400) == 31 * 86_400 // 7 + 1


def test_what_is_older_than_is_kept_is_dropped():
    recent = recorded([(START, 5), (START + KEEP, 7), (START + KEEP + 1, 9)])

    assert recent.count_within(START + KEEP + 1, 10**6) == 2
    assert recent.points_within(START + KEEP + 1, 10**6) == 16


def test_nothing_is_packed_as_nothing():
    assert Recent().pack(KEEP) == b""
    assert Recent(b"").count_within(START, 60) == 0


@pytest.mark.parametrize("lag", [1, 60, 300])
def test_an_attempt_that_waited_in_a_queue_counts_with_those_that_overtook_it(lag):
    recent = recorded([(START, 1), (START - lag, 1)])

    assert recent.count_within(START, 1) == 2


def test_stamps_of_a_clock_that_ran_a_year_ahead_count_as_of_now_and_then_fade():
    year = 365 * 86_400
    recent = recorded([(START, 1), (START + 10 + year, 1), (START + 11 + year, 1)])
    # The clock is right again; the one from before it went wrong has been dropped as long past.
    recent.record(START + 60, 1)

    assert recent.count_within(START + 60, 60) == 3
    assert recent.count_within(START + 121, 60) == 0
