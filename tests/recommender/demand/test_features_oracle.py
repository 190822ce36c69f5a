"""The features recomputed in plain SQL, which shares no code and no indexing with the library."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from recommender.demand.features import FEATURES, Rolling, features
from recommender.demand.panel import Panel

ORACLE = """
with cells as (select series, day, value from observed where value is not null),
rows as (select row_number() over () as place, * from wanted),
recent as (
    select r.place,
        coalesce(avg(c.value), 0) as mean_28,
        coalesce(stddev_pop(c.value), 0) as deviation,
        coalesce(avg((c.value = 0)::int), 0) as zero_share,
        avg(c.value) filter (where c.day > r.origin - 7) as mean_7
    from rows r left join cells c
        on c.series = r.series and c.day between r.origin - 27 and r.origin
    group by r.place
),
prior as (
    select r.place, avg(c.value) as mean_prior
    from rows r left join cells c
        on c.series = r.series and c.day between r.origin - 55 and r.origin - 28
    group by r.place
),
lags as (
    select r.place, w.week, c.value
    from rows r
    cross join (select unnest([0, 1, 2, 3]) as week) w
    left join cells c on c.series = r.series
        and c.day = (
            select max(d) - 7 * w.week
            from unnest(range(r.origin - 6, r.origin + 1)) as t(d)
            where (r.origin + r.step - d) % 7 = 0
        )
)
select
    r.step,
    isodow(r.first_date + (r.origin + r.step)::int) - 1 as weekday,
    dayofyear(r.first_date + (r.origin + r.step)::int) as day_of_year,
    ln(greatest(mean_28, 1 / 28)) as log_level,
    coalesce(mean_7 / greatest(mean_28, 1 / 28), 1) as ratio_7,
    coalesce(mean_prior / greatest(mean_28, 1 / 28), 1) as ratio_prior_28,
    max(coalesce(l.value / greatest(mean_28, 1 / 28), 1)) filter (where week = 0) as same_weekday_1,
    max(coalesce(l.value / greatest(mean_28, 1 / 28), 1)) filter (where week = 1) as same_weekday_2,
    max(coalesce(l.value / greatest(mean_28, 1 / 28), 1)) filter (where week = 2) as same_weekday_3,
    avg(coalesce(l.value / greatest(mean_28, 1 / 28), 1)) as same_weekday_mean,
    deviation / greatest(mean_28, 1 / 28) as spread,
    zero_share
from rows r
join recent using (place) join prior using (place) join lags l using (place)
group by r.place, r.step, r.first_date, r.origin, mean_28, mean_7, mean_prior, deviation, zero_share
order by r.place
"""


@pytest.fixture
def gappy(demand):
    """Demand with a tenth of the days missing and one series that was out of stock for weeks."""
    kept = demand.sample(frac=0.9, random_state=4)
    is_out = (kept["series_id"] == "s2") & kept["date"].between("2025-03-01", "2025-04-20")
    return kept.assign(is_in_stock=~is_out, quantity=kept["quantity"].where(~is_out, 0).astype("int64"))


def test_features_equal_their_sql_definition(gappy):
    panel = Panel.from_frame(gappy)
    history = panel.history(panel.dates[150].astype(object))
    generator = np.random.default_rng(9)
    n_series, n_days = history.values.shape
    wanted = pd.DataFrame(
        {
            "series": generator.integers(0, n_series, 400),
            "origin": generator.integers(0, n_days, 400),
            "step": generator.integers(1, 29, 400),
            "first_date": pd.Timestamp(history.dates[0]).date(),
        }
    )
    series, day = np.indices(history.values.shape).reshape(2, -1)
    observed = pd.DataFrame({"series": series, "day": day, "value": history.values.ravel()})
    observed["value"] = observed["value"].astype("Float64").mask(np.isnan(history.values.ravel()))
    with duckdb.connect() as connection:
        connection.register("wanted", wanted)
        connection.register("observed", observed)
        expected = connection.execute(ORACLE).df()
    found = features(
        history,
        Rolling.of(history.values),
        *(wanted[name].to_numpy() for name in ("series", "origin", "step")),
    )
    assert expected.columns.tolist() == list(FEATURES)
    for place, name in enumerate(FEATURES):
        np.testing.assert_allclose(found[:, place], expected[name].to_numpy(float), atol=1e-7, err_msg=name)
