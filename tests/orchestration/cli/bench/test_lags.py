"""The lags of redemptions from literal commits and looks."""

from orchestration.cli.bench.lags import Seen, figures
from orchestration.cli.bench.paced import PacedLoad


def test_a_redemption_is_seen_by_the_first_look_that_counts_it_and_all_before_it():
    load = PacedLoad(commits=[(12.0, 200), (10.0, 100), (11.0, 300), (20.0, 50)], failures=["409"])
    before = Seen(9.0, 1_000, 0.0, "a")
    looks = [
        Seen(11.5, 1_000, 2.5, "a"),
        Seen(13.0, 1_399, 4.0, "b"),  # the first, and not all of the second
        Seen(15.0, 1_600, 1.0, "c"),
        Seen(50.0, 1_650, 31.0, "d"),
    ]
    found = figures(load, before, looks, 4.0)
    # 13 - 10, 15 - 11, 15 - 12, 50 - 20
    assert (found.lag_p50_s, found.lag_p95_s, found.lag_max_s) == (3.0, 30.0, 30.0)
    assert (found.redemptions, found.failures, found.redemptions_per_s) == (4, 1, 1.0)
    assert (found.data_lag_max_s, found.releases) == (31.0, 4)
