"""`pointmart evaluate demand` from files to files, on a small made-up history."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app

DATES = pd.date_range("2025-01-01", periods=150)
CUTOFF = "2025-05-20"
HORIZON = 7


def made_up():
    """Six series of two categories with a week, promotions, and the Dragon Boat Festival of 31 May."""
    generator = np.random.default_rng(5)
    frames = []
    for number in range(6):
        promotion = generator.random(len(DATES)) < 0.15
        mean = (8 + 4 * number) * np.where(DATES.day_of_week >= 5, 1.5, 1.0) * np.where(promotion, 1.8, 1.0)
        frames.append(
            pd.DataFrame(
                {
                    "series_id": f"item-{number}",
                    "date": DATES,
                    "quantity": generator.poisson(mean),
                    "promotion": promotion.astype(int),
                    "category": "tea" if number % 2 else "cakes",
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def evaluate(history, out, *options, cutoffs=CUTOFF, horizon=HORIZON):
    """Run the command; a refusal comes out as its exception."""
    arguments = ["evaluate", "demand", "--history", str(history), "--out", str(out), "--cutoffs", cutoffs]
    return CliRunner().invoke(app, [*arguments, "--horizon", str(horizon), *options])


def read(out):
    return json.loads((out / "scores.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    made_up().to_csv(folder / "history.csv", index=False)
    made_up().drop(columns="quantity").to_csv(folder / "future.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def evaluated(files, tmp_path_factory):
    """The results with promotions known ahead, which other runs are compared with."""
    out = tmp_path_factory.mktemp("out")
    done = evaluate(
        files / "history.csv", out, "--known-future", str(files / "future.csv"), "--rival-series", "2"
    )
    assert done.exception is None, done.exception
    return out, done.output


def test_every_series_gets_its_quantiles_for_every_day_of_the_horizon(evaluated):
    forecasts = pq.read_table(evaluated[0] / "forecasts.parquet").to_pandas()
    assert forecasts.columns.tolist() == ["cutoff", "series_id", "date", "mean", "q05", "q50", "q90", "q95"]
    assert len(forecasts) == 6 * HORIZON
    assert set(forecasts["cutoff"].astype(str)) == {CUTOFF}
    of_one = forecasts[forecasts["series_id"] == "item-3"]
    assert of_one["date"].astype(str).tolist() == [f"2025-05-{day}" for day in range(20, 27)]
    quantiles = forecasts[["q05", "q50", "q90", "q95"]].to_numpy()
    assert (quantiles >= 0).all()
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_scores_stand_beside_those_of_all_methods(evaluated):
    scores = read(evaluated[0])
    window = scores["windows"]["all"]
    assert list(window["scores"]) == ["recipe", "seasonal_naive", "weekday_means", "auto_ets", "mstl"]
    for method, found in window["scores"].items():
        assert set(found) == {
            "wape",
            "mase",
            "rmsse",
            "pinball_05",
            "pinball_50",
            "pinball_90",
            "pinball_95",
            "coverage_90",
            "bias",
        }
        assert found["wape"]["series"] == (2 if method in ("auto_ets", "mstl") else 6)
        assert found["wape"]["low"] <= found["wape"]["value"] <= found["wape"]["high"]
    assert set(window["recipe_over_wape"]) == {"seasonal_naive", "weekday_means", "auto_ets", "mstl"}
    assert window["recipe_over_wape"]["mstl"]["series"] == 2
    assert set(scores["levels"]) == {"category", "total"}
    assert scores["levels"]["category"]["all"]["groups"] == 2
    # Promotions are announced, and the plain methods know nothing of them.
    assert window["recipe_over_wape"]["seasonal_naive"]["value"] < 0.9


def test_wape_is_what_the_written_forecasts_say(evaluated, files):
    forecasts = pq.read_table(evaluated[0] / "forecasts.parquet").to_pandas()
    history = pd.read_csv(files / "history.csv", parse_dates=["date"])
    forecasts["date"] = pd.to_datetime(forecasts["date"])
    both = forecasts.merge(history, on=["series_id", "date"])
    recipe = read(evaluated[0])["windows"]["all"]["scores"]["recipe"]
    wape = (both["q50"] - both["quantity"]).abs().sum() / both["quantity"].sum()
    assert recipe["wape"]["value"] == pytest.approx(wape, abs=1e-6)
    inside = both["quantity"].between(both["q05"], both["q95"]).mean()
    assert recipe["coverage_90"]["value"] == pytest.approx(inside, abs=1e-6)
    naive = both.assign(date=both["date"] - pd.Timedelta(days=7)).merge(
        history, on=["series_id", "date"], suffixes=("", "_before")
    )
    plain = read(evaluated[0])["windows"]["all"]["scores"]["seasonal_naive"]["wape"]["value"]
    assert plain == pytest.approx(
        (naive["quantity"] - naive["quantity_before"]).abs().sum() / naive["quantity"].sum(), abs=1e-6
    )


def test_holiday_windows_stand_apart(evaluated):
    """Of 20 to 26 May, the last three days lie within a week of the Dragon Boat Festival."""
    scores = read(evaluated[0])
    assert set(scores["windows"]) == {"all", "holidays", "dragon-boat"}
    assert scores["windows"]["holidays"] == scores["windows"]["dragon-boat"]
    assert set(scores["past_holidays"]) == {"dragon-boat 2025-05-31"}
    assert (
        scores["windows"]["holidays"]["scores"]["recipe"]["wape"]
        != scores["windows"]["all"]["scores"]["recipe"]["wape"]
    )


def test_the_protocol_and_what_was_done_are_kept_and_told(evaluated):
    scores, output = read(evaluated[0]), evaluated[1]
    assert scores["data"]["known_ahead"] == ["promotion"]
    assert scores["data"]["groups"] == {"category": 2}
    assert scores["protocol"]["horizon_unit"] == "days"
    assert scores["treatments"] == []
    assert scores["stock"] == {
        "not_played": "Stock is not played: its rules look 14 periods ahead, and 7 are forecast."
    }
    assert scores["cutoffs"][0]["first_forecast"] == CUTOFF
    assert scores["cutoffs"][0]["series"] == 6
    for words in (
        "All days",
        "Within 7 days of a big holiday",
        "dragon-boat",
        "recipe ÷ it",
        "Sums by category",
    ):
        assert words in output


def test_nothing_after_the_cutoff_changes_a_forecast(evaluated, files, tmp_path):
    """Demand after the cutoff is another, and promotions are others than were announced."""
    other = made_up()
    later = other["date"] >= CUTOFF
    other.loc[later, "quantity"] = 7 * other.loc[later, "quantity"] + 3
    other.loc[later, "promotion"] = 1 - other.loc[later, "promotion"]
    other.to_csv(tmp_path / "other.csv", index=False)
    done = evaluate(
        tmp_path / "other.csv",
        tmp_path / "out",
        "--known-future",
        str(files / "future.csv"),
        "--rival-series",
        "0",
    )
    assert done.exception is None, done.exception
    assert pq.read_table(tmp_path / "out" / "forecasts.parquet").equals(
        pq.read_table(evaluated[0] / "forecasts.parquet")
    )
    assert "mstl" not in read(tmp_path / "out")["windows"]["all"]["scores"]


def test_from_the_day_after_the_last_there_are_forecasts_and_no_scores(files, tmp_path):
    done = evaluate(files / "history.csv", tmp_path, "--rival-series", "1", cutoffs="2025-05-31")
    assert done.exception is None, done.exception
    assert len(pq.read_table(tmp_path / "forecasts.parquet")) == 6 * HORIZON
    assert read(tmp_path)["windows"] == {}
    assert "Nothing is known after the cutoffs, so nothing is scored." in done.output


def test_stock_is_played_from_the_first_cutoff_to_the_end(files, tmp_path):
    done = evaluate(files / "history.csv", tmp_path, "--rival-series", "0", cutoffs="2025-03-20", horizon=14)
    assert done.exception is None, done.exception
    stock = read(tmp_path)["stock"]
    assert (stock["series"], stock["reviews"]) == (6, 11)
    rules = stock["rules"]
    assert rules["known demand"]["cycles_short"] == 0
    assert rules["mean × 2"]["cycles_short"] <= rules["mean × 1.2"]["cycles_short"]
    assert rules["mean × 1.2"]["stock_periods"] < rules["mean × 2"]["stock_periods"]
    assert {"forecast, conformal 0.95", "forecast, conformal 0.975"} <= set(rules)
    assert "Stock ordered each week, delivered a week later: 6 series" in " ".join(done.output.split())


@pytest.mark.parametrize(
    ("options", "cutoffs", "words"),
    [
        ([], "2025-06-01", "the cutoff 2025-06-01 lies after the first day that is not known: "),
        ([], "2025-01-20", "only 19 days are known before the cutoff 2025-01-20, and 28 are needed: "),
        (["--calendar", "XX"], CUTOFF, "--calendar XX: there is no calendar of XX"),
        (["--calendar", "nowhere.csv"], CUTOFF, "there is no file nowhere.csv"),
        (["--holidays", "easter"], CUTOFF, "the calendar has no occasion easter; it has: 618, "),
        (["--announced", "price"], CUTOFF, "has no column price that could be announced; it has: promotion, category"),
        (["--known-future", "nowhere.csv"], CUTOFF, "there is no file nowhere.csv"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_in_a_sentence(files, tmp_path, options, cutoffs, words):
    done = evaluate(files / "history.csv", tmp_path, *options, cutoffs=cutoffs)
    assert words in str(done.exception)
    assert "\n" not in str(done.exception)
    assert not (tmp_path / "scores.json").exists()
    assert not (tmp_path / "forecasts.parquet").exists()


@pytest.mark.parametrize(
    ("cutoffs", "words"), [("soon", "'soon' is no day such as 2025-01-31"), (",", "give at least one day")]
)
def test_cutoffs_that_are_no_days(files, tmp_path, cutoffs, words):
    done = evaluate(files / "history.csv", tmp_path, cutoffs=cutoffs)
    assert done.exit_code == 2
    assert words in " ".join(done.output.replace("│", " ").split())
