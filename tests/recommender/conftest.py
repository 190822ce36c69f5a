"""Small seeded malls for the recommender's tests."""

import numpy as np
import pandas as pd
import pytest


def taste_mall(*, members: int = 60, items: int = 24, days: int = 120, seed: int = 7) -> pd.DataFrame:
    """Return interactions of members who each like the items of one of three taste groups."""
    generator = np.random.default_rng(seed)
    rows = members * 40
    member = generator.integers(0, members, rows)
    group = member % 3
    liked = group * (items // 3) + generator.integers(0, items // 3, rows)
    item = np.where(generator.random(rows) < 0.85, liked, generator.integers(0, items, rows))
    minute = generator.integers(0, days * 24 * 60, rows)
    return pd.DataFrame(
        {
            "member_id": [f"m{code:03d}" for code in member],
            "item_id": [f"i{code:02d}" for code in item],
            "occurred_at": pd.Timestamp("2025-01-01", tz="UTC") + pd.to_timedelta(minute, "min"),
            "quantity": generator.integers(1, 4, rows),
        }
    )


def weekly_demand(*, series: int = 6, days: int = 180, seed: int = 5) -> pd.DataFrame:
    """Return daily Poisson demand with a strong weekday pattern, one row per series and day."""
    generator = np.random.default_rng(seed)
    date = pd.date_range("2025-01-01", periods=days)
    pattern = np.array([1.0, 0.6, 0.8, 1.0, 1.4, 2.2, 1.8])[date.day_of_week]
    levels = np.linspace(2, 20, series)
    return pd.DataFrame(
        {
            "series_id": np.repeat([f"s{code}" for code in range(series)], days),
            "date": np.tile(date, series),
            "quantity": generator.poisson(np.outer(levels, pattern)).ravel(),
        }
    )


@pytest.fixture
def mall() -> pd.DataFrame:
    return taste_mall()


@pytest.fixture
def demand() -> pd.DataFrame:
    return weekly_demand()
