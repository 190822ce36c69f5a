from datetime import date

import numpy as np
import pandas as pd

from recommender.demand.asked import WHOLE, Asked, sold_panel
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.training import train_demand

FIRST = pd.Timestamp("2025-01-01")


def sales(*rows):
    return pd.DataFrame(rows, columns=["series_id", "first_date", "last_date", "announced_date"])


SALES = sales(
    ("a", "2024-12-30", "2025-01-02", "2025-01-20"),
    ("a", "2025-02-11", "2025-02-12", "2025-02-05"),
    ("b", "2025-02-14", "2025-03-05", "2025-02-11"),
    ("z", "2025-02-11", "2025-02-12", "2025-02-05"),
)


def asked(by=None, campaigns=SALES):
    days = pd.date_range(FIRST, "2025-02-20")
    frame = pd.DataFrame(
        {
            "series_id": np.repeat(["a", "b"], len(days)),
            "date": np.tile(days, 2),
            "quantity": 3,
            "category": "c",
        }
    )
    return Asked.of(sold_panel(frame, ("category",)), by, campaigns)


def promoted(history):
    """Return the promoted days of each series."""
    days = FIRST + pd.to_timedelta(np.arange(history.covariates.values["promotion"].shape[1]), "D")
    return [days[row == 1].strftime("%m-%d").tolist() for row in history.covariates.values["promotion"]]


def test_what_was_announced_by_the_origin_is_known_ahead():
    history = asked().history(date(2025, 2, 10), 7)
    assert history.covariates.known_ahead == {"promotion"}
    assert history.covariates.values["promotion"].shape == (2, 41 + 7)
    assert promoted(history) == [["01-01", "01-02", "02-11", "02-12"], []]


def test_at_the_end_everything_that_is_set_up_is_known():
    late = SALES.assign(announced_date="2025-02-25")
    history = asked(campaigns=late).history(date(2025, 2, 20), 14)
    assert promoted(history)[1] == [f"02-{day}" for day in range(14, 29)] + [
        f"03-0{day}" for day in range(1, 6)
    ]


def test_without_campaigns_and_of_sums_there_is_no_covariate():
    for panel in (asked(campaigns=None), asked(campaigns=SALES[:0]), asked(WHOLE)):
        assert not panel.history(date(2025, 2, 10), 7).covariates.values


def test_an_announced_sale_is_in_the_forecast():
    days = pd.date_range(FIRST, periods=180)
    is_sale = np.isin(np.arange(180) % 30, [3, 4])
    generator = np.random.default_rng(3)
    quantity = np.concatenate([generator.poisson(10 * np.where(is_sale, 4, 1)) for _ in range(4)])
    ids = [f"s{n}" for n in range(4)]
    history = pd.DataFrame({"series_id": np.repeat(ids, 180), "date": np.tile(days, 4), "quantity": quantity})
    starts = [days[place] for place in range(3, 180, 30)] + [pd.Timestamp("2025-07-10")]
    campaigns = sales(*((item, day, day + pd.Timedelta(days=1), day) for item in ids for day in starts))
    found = train_demand(
        history,
        Calendar.of_country("CN", 2024, 2026),
        level="item",
        seed=1,
        campaigns=campaigns,
        effort=Effort(600, 20),
    )
    mean = found.demand_forecasts.groupby("date")["mean"].mean()
    assert (mean["2025-07-10":"2025-07-11"] > 20).all()
    assert mean.drop(mean["2025-07-10":"2025-07-11"].index).max() < 16
