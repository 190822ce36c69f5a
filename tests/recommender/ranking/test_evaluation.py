import pandas as pd

from recommender.ranking.evaluation import latest_split, leave_last_out
from recommender.ranking.interactions import Interactions


def small_split():
    """Two old days and two new ones; b takes x again, a and c take something new."""
    rows = [
        ("a", "x", "2025-01-01"),
        ("b", "x", "2025-01-02"),
        ("b", "y", "2025-01-02"),
        ("a", "y", "2025-01-09"),
        ("b", "x", "2025-01-09"),
        ("c", "new", "2025-01-10"),
    ]
    frame = pd.DataFrame(rows, columns=["member_id", "item_id", "day"])
    frame["occurred_at"] = pd.to_datetime(frame.pop("day"), utc=True)
    return latest_split(Interactions.from_frame(frame), horizon_days=2)


def test_the_split_counts_active_days():
    split = small_split()
    assert str(split.cutoff) == "2025-01-09"
    assert (len(split.train), len(split.test)) == (3, 3)


def test_too_few_active_days_cannot_be_split(mall):
    assert latest_split(Interactions.from_frame(mall.head(3)), horizon_days=28) is None
    assert latest_split(Interactions.from_frame(mall.head(0)), horizon_days=28) is None


def test_the_last_item_of_members_with_enough_items_is_left_out():
    rows = [("a", item, minute) for minute, item in enumerate("pqrst")]
    # Of two items in one moment the later id is the last; b has too few items, however often taken.
    rows += [("a", "u", 9), ("a", "o", 9)] + [("b", "p", minute) for minute in range(8)]
    frame = pd.DataFrame(rows, columns=["member_id", "item_id", "minute"])
    frame["occurred_at"] = pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(frame.pop("minute"), "min")
    past, last = leave_last_out(Interactions.from_frame(frame), at_least=5)
    assert (last.member_ids.tolist(), last.item_ids.tolist(), len(last)) == (["a"], ["u"], 1)
    assert len(past) == len(frame) - 1
    assert past.item_ids.tolist() == list("opqrst")
