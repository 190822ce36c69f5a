"""The features recomputed in plain SQL, which shares no code and no indexing with the library."""

import duckdb
import numpy as np
import pandas as pd
import pytest

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.context import Context
from recommender.demand.features import features
from recommender.demand.panel import Panel
from recommender.demand.timeline import Timeline

HORIZON = 28
FAIR = Calendar.from_frame(
    pd.DataFrame({"date": ["2024-02-10", "2025-01-29"], "name": ["fair", "fair"]}).astype({"name": "str"})
)

ORACLE = """
with cells as (select series, day, value from observed where value is not null),
rows as (select row_number() over () as place, *, origin + step as target from wanted),
spans as (
    select r.place,
        coalesce(avg(c.value) filter (where c.day > r.origin - 28), 0) as mean_28,
        coalesce(stddev_pop(c.value) filter (where c.day > r.origin - 28), 0) as deviation,
        avg((c.value = 0)::int) filter (where c.day > r.origin - 28) as zero_share,
        avg(c.value) filter (where c.day > r.origin - 7) as mean_7,
        avg(c.value) filter (where c.day > r.origin - 14) as mean_14,
        avg(c.value) filter (where c.day > r.origin - 56) as mean_56,
        avg(c.value) filter (where c.day > r.origin - 364) as mean_364,
        avg(c.value) filter (where c.day between r.origin - 55 and r.origin - 28) as mean_prior,
        avg(c.value) filter (where c.day > r.origin - 56 and d.is_off = t.is_off) as kind_56
    from rows r
    join days t on t.day = r.target
    left join cells c on c.series = r.series and c.day <= r.origin
    left join days d on d.day = c.day
    group by r.place
),
together as (
    select r.place,
        avg(m.mean) filter (where m.day > r.origin - 7) as mean_7,
        avg(m.mean) filter (where m.day > r.origin - 28) as mean_28,
        avg(m.mean) filter (where m.day between r.origin - 55 and r.origin - 28) as mean_prior
    from rows r
    left join (select day, avg(value) as mean from cells group by day) m on m.day <= r.origin
    group by r.place
),
weeks as (
    select r.place, w.week, c.value,
        t.is_off = d.is_off and p.promotion = q.promotion as is_like
    from rows r
    cross join (select unnest(range(0, 12)) as week) w
    join days t on t.day = r.target
    left join cells c on c.series = r.series
        and c.day = (
            select max(x) - 7 * w.week from unnest(range(r.origin - 6, r.origin + 1)) as u(x)
            where (r.target - x) % 7 = 0
        )
    left join days d on d.day = c.day
    left join plans p on p.series = r.series and p.day = c.day
    left join plans q on q.series = r.series and q.day = r.target
),
lags as (
    select place,
        max(value) filter (where week = 0) as lag_1,
        max(value) filter (where week = 1) as lag_2,
        max(value) filter (where week = 2) as lag_3,
        avg(value) filter (where week < 4) as mean_4,
        avg(value) filter (where week between 4 and 7) as mean_8,
        avg(value) filter (where week between 8 and 11) as mean_12,
        avg(value) filter (where is_like) as like_mean,
        count(value) filter (where is_like) as like_count
    from weeks group by place
),
aligned as (
    select r.place, a.value as value, avg(b.value) as before
    from rows r
    join days t on t.day = r.target
    left join cells a on a.series = r.series and a.day = t.aligned and t.aligned < r.origin
    left join cells b on b.series = r.series and b.day < t.aligned and t.aligned < r.origin
        and (t.aligned - b.day) % 7 = 0
        and b.day between t.aligned - 7 * ceil(r.step / 7.0) - 21 and t.aligned - 7 * ceil(r.step / 7.0)
    group by r.place, a.value
),
promotions as (
    select r.place,
        max(p.promotion) filter (where p.day = r.target) as at,
        max(p.promotion) filter (where p.day = r.target - 1) as before,
        max(p.promotion) filter (where p.day = r.target + 1 and p.day <= r.origin + 28) as after,
        avg(p.promotion) filter (where p.day between r.target - 7 and r.target - 1) as week_before,
        avg(p.promotion) filter (where p.day between r.target + 1 and least(r.target + 7, r.origin + 28)) as week_after,
        avg(p.promotion) filter (where p.day between r.origin - 27 and r.origin) as recent_share,
        avg(p.price) filter (where p.day between r.origin - 27 and r.origin) as price_recent,
        max(p.price) filter (where p.day = r.origin) as price_last
    from rows r left join plans p on p.series = r.series
    group by r.place
)
select
    r.step,
    ln(level / least_level) as log_level,
    s.mean_7 / level as ratio_quarter,
    s.mean_14 / level as ratio_half,
    s.mean_56 / level as ratio_double,
    s.mean_prior / level as ratio_prior,
    s.mean_364 / level as ratio_year,
    deviation / level as spread,
    zero_share,
    t.mean_7 / t.mean_28 as pooled_quarter,
    t.mean_prior / t.mean_28 as pooled_prior,
    lag_1 / level as same_weekday_1,
    lag_2 / level as same_weekday_2,
    lag_3 / level as same_weekday_3,
    mean_4 / level as same_weekday_mean,
    coalesce((mean_8 + mean_12) / 2, mean_8) / level as same_weekday_before,
    kind_56 / level as same_kind_mean,
    a.value / nullif(a.before, 0) as aligned_uplift,
    p.at as promotion_at,
    p.before as promotion_before,
    p.after as promotion_after,
    p.week_before as promotion_week_before,
    p.week_after as promotion_week_after,
    p.recent_share as promotion_recent_share,
    price_recent,
    price_last,
    like_mean / level as like_day_mean,
    like_count as like_day_count
from rows r
join spans s using (place) join together t using (place) join lags l using (place)
join aligned a using (place) join promotions p using (place)
cross join lateral (select greatest(s.mean_28, least_level) as level)
order by r.place
"""


@pytest.fixture
def panel():
    """460 days of four series with gaps, one gone for weeks; every other week of half of them is promoted."""
    generator = np.random.default_rng(4)
    dates = pd.date_range("2024-01-01", periods=460)
    frame = pd.DataFrame({"series_id": np.repeat(list("abcd"), 460), "date": np.tile(dates, 4)})
    code = frame["series_id"].map({"a": 0, "b": 1, "c": 2, "d": 3})
    week = (frame["date"] - pd.Timestamp("2024-01-01")).dt.days // 7
    frame["promotion"] = ((week + code) % 2 * (code < 2)).astype(float)
    frame["price"] = generator.choice([3.0, 4.0, 5.0], len(frame))
    frame["quantity"] = generator.poisson(3 + 5 * code + 6 * frame["promotion"])
    frame = frame.sample(frac=0.9, random_state=4)
    is_out = (frame["series_id"] == "c") & frame["date"].between("2024-11-01", "2024-12-20")
    frame = frame.assign(is_in_stock=~is_out, quantity=frame["quantity"].where(~is_out, 0))
    ahead = pd.DataFrame(
        {"series_id": np.repeat(list("abcd"), 28), "date": np.tile(dates[-28:] + pd.Timedelta(28, "D"), 4)}
    )
    return Panel.from_frame(frame, known_ahead=ahead.assign(promotion=1.0), covariates=("promotion", "price"))


def test_features_equal_their_sql_definition(panel):
    history = panel.history(panel.dates[-1].astype(object), HORIZON)
    n_series, n_days = history.values.shape
    timeline = Timeline.of(FAIR, history.dates[0], n_days + HORIZON, history.rhythm)
    context = Context.of(history, timeline, HORIZON)
    generator = np.random.default_rng(9)
    wanted = pd.DataFrame(
        {
            "series": generator.integers(0, n_series, 600),
            "origin": np.append(generator.integers(30, n_days, 400), np.full(200, n_days - 1)),
            "step": generator.integers(1, HORIZON + 1, 600),
        }
    )
    series, day = np.indices(context.values.shape).reshape(2, -1)
    observed = pd.DataFrame({"series": series, "day": day})
    observed["value"] = pd.Series(context.values.ravel(), dtype="Float64").mask(
        np.isnan(context.values.ravel())
    )
    days = pd.DataFrame({"day": np.arange(n_days + HORIZON), "is_off": timeline.is_off >= 0.5})
    days["aligned"] = (
        pd.Series(timeline.aligned[0], dtype="Float64").mask(np.isnan(timeline.aligned[0])).astype("Int64")
    )
    series, day = np.indices((n_series, n_days + HORIZON)).reshape(2, -1)
    plans = pd.DataFrame({"series": series, "day": day})
    for name in ("promotion", "price"):
        wide = np.full((n_series, n_days + HORIZON), np.nan)
        known = history.covariates.values[name]
        wide[:, : known.shape[1]] = known
        plans[name] = pd.Series(wide.ravel(), dtype="Float64").mask(np.isnan(wide.ravel()))
    with duckdb.connect() as connection:
        for name, frame in {"wanted": wanted, "observed": observed, "days": days, "plans": plans}.items():
            connection.register(name, frame)
        query = ORACLE.replace("least_level", repr(context.least_level))
        expected = connection.execute(query).df()
    rows = (wanted[name].to_numpy() for name in ("series", "origin", "step"))
    found = features(context, *rows)
    assert set(expected.columns) < set(found)
    for name in expected.columns:
        np.testing.assert_allclose(found[name], expected[name].to_numpy(float), atol=1e-7, err_msg=name)
        assert np.isfinite(found[name]).sum() > 100, name


def test_a_feature_looks_at_nothing_after_its_origin(panel):
    plain = Panel(
        panel.series_ids, panel.dates, panel.values, groups={"kind": np.array(list("xyxy"), object)}
    )
    n_days = len(panel.dates)
    timeline = Timeline.of(
        FAIR, panel.dates[0], n_days + HORIZON, panel.history(panel.dates[-1].astype(object)).rhythm
    )
    whole = panel_context(plain, n_days, timeline)
    earlier = panel_context(plain, 400, timeline)
    series, step = (index.ravel() for index in np.indices((4, HORIZON)))
    rows = (series, np.full_like(series, 399), step + 1)
    seen, told = features(whole, *rows), features(earlier, *rows)
    assert set(told) == set(seen)
    for name, column in told.items():
        np.testing.assert_allclose(column, seen[name], rtol=1e-9, err_msg=name)


def panel_context(panel, n_days, timeline):
    return Context.of(panel.history(panel.dates[n_days - 1].astype(object), HORIZON), timeline, HORIZON)
