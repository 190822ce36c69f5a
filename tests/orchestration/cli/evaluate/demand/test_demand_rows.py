"""What is done to the rows of a history: each case by hand, with its count in the list of what was done."""

import numpy as np
import pandas as pd
import pytest

from orchestration.cli.evaluate.demand.calendar_file import calendar_of
from orchestration.cli.evaluate.demand.dataset import read_dataset
from orchestration.refusal import Refusal

HEADER = "series_id,date,quantity"


@pytest.fixture
def read(tmp_path):
    """Write lines as a CSV file and read them as a history, with a known future if there is one."""

    def reading(lines, future=None, *, header=HEADER, **options):
        path = tmp_path / "history.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        ahead = None
        if future is not None:
            ahead = tmp_path / "future.csv"
            ahead.write_text("\n".join([header.replace(",quantity", ""), *future]) + "\n", encoding="utf-8")
        return read_dataset(path, ahead, **options)

    return reading


def counts(dataset):
    return {done.key: done.count for done in dataset.done}


def days(series, quantities, start="2025-01-01", more=""):
    first = np.datetime64(start)
    return [f"{series},{first + n},{quantity}{more}" for n, quantity in enumerate(quantities)]


def full(series, n=40, quantity=50, **more):
    return days(series, [quantity] * n, **more)


def test_a_plain_daily_history(read):
    dataset = read([*days("b", [5, 6, 7]), *days("a", [1, 2, 3])])
    assert dataset.panel.series_ids.tolist() == ["a", "b"]
    assert dataset.panel.values.tolist() == [[1, 2, 3], [5, 6, 7]]
    assert dataset.panel.dates.astype(str).tolist() == ["2025-01-01", "2025-01-02", "2025-01-03"]
    assert dataset.panel.step_days == 1
    assert counts(dataset) == {}


def test_what_a_spreadsheet_of_a_chinese_office_writes_is_read(tmp_path):
    path = tmp_path / "history.csv"
    lines = ["series_id,date,quantity,类别", '蔬菜,2025/1/1,"1,257",叶菜', "蔬菜,2025/1/2,12,叶菜"]
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    panel = read_dataset(path, None).panel
    assert panel.series_ids.tolist() == ["蔬菜"]
    assert panel.values.tolist() == [[1257, 12]]
    assert panel.groups["类别"].tolist() == ["叶菜"]


def test_the_row_numbers_that_pandas_writes_are_no_column_to_learn_from(tmp_path):
    frame = pd.DataFrame(
        {"series_id": "a", "date": pd.date_range("2025-01-01", periods=30), "quantity": range(30)}
    )
    path = tmp_path / "history.parquet"
    frame[frame["quantity"] % 3 != 0].to_parquet(path)
    assert list(read_dataset(path, None).panel.covariates) == []


@pytest.mark.parametrize(
    "written",
    [
        "{0:%Y/%m/%d}",
        "{0:%Y%m%d}",
        "{0.year}-{0.month}-{0.day}",
        "{0:%Y-%m-%d} 10:30:00",
        "{0.year}/{0.month}/{0.day} 10:30",
    ],
)
def test_days_are_written_in_many_ways(read, written):
    dates = pd.date_range("2025-01-08", periods=4)
    dataset = read([f"a,{written.format(day)},{n}" for n, day in enumerate(dates)])
    assert dataset.panel.dates.astype(str).tolist() == [
        "2025-01-08",
        "2025-01-09",
        "2025-01-10",
        "2025-01-11",
    ]


def test_weeks_are_detected_and_a_stray_day_goes_to_its_week(read):
    weeks = np.datetime64("2025-01-03") + 7 * np.arange(30)
    lines = [f"a,{week},{n}" for n, week in enumerate(weeks)]
    lines[20] = f"a,{weeks[20] + 1},20"
    dataset = read(lines)
    assert dataset.panel.step_days == 7
    assert dataset.panel.dates.tolist() == weeks.tolist()
    assert dataset.panel.values[0].tolist() == list(range(30))
    assert counts(dataset) == {"moved_to_the_week": 1}


def test_months_are_refused(read):
    with pytest.raises(Refusal, match=r"days apart as a rule .* give one row a day or one a week"):
        read([f"a,2024-{month:02d}-01,5" for month in range(1, 13)])


def test_a_date_that_is_off_by_centuries_is_refused_when_it_would_fill_memory(read):
    lines = [f"s{n},2025-01-0{day},1" for n in range(1200) for day in range(1, 9)]
    with pytest.raises(Refusal, match="at most 400,000,000 cells can be learnt from: is a date wrong"):
        read([*lines, "s1,1025-01-01,1"])


def test_copies_are_dropped_and_rows_of_a_day_added_up(read):
    lines = full("a")
    dataset = read([*lines, lines[3], "a,2025-01-05,8"])
    assert dataset.panel.values[0, 3] == 50
    assert dataset.panel.values[0, 4] == 58
    assert counts(dataset) == {"copies_dropped": 1, "summed_in_a_day": 1}


def test_in_a_log_of_sales_two_like_rows_are_two_sales(read):
    lines = [
        line
        for n in range(1, 21)
        for line in (f"a,2025-01-{n:02d},1", f"a,2025-01-{n:02d},1", f"a,2025-01-{n:02d},3")
    ]
    dataset = read(lines)
    assert dataset.panel.values[0].tolist() == [5.0] * 20
    assert counts(dataset) == {"log_of_sales": 60, "summed_in_a_day": 40}


def test_returns_are_taken_off_their_day_and_no_day_is_negative(read):
    lines = full("a", 20)
    dataset = read([*lines, "a,2025-01-02,-20", "a,2025-01-21,-4"])
    assert dataset.panel.values[0, 1] == 30
    assert dataset.panel.values[0, 20] == 0
    assert counts(dataset) == {"summed_in_a_day": 1, "returns_netted": 1, "negative_days": 1}


def test_a_slip_of_the_pen_is_not_observed(read):
    lines = [*full("a"), *full("b")]
    lines[5] = "a,2025-01-06,5001"
    lines[46] = "b,2025-01-07,4999"
    dataset = read(lines)
    assert np.isnan(dataset.panel.values[0, 5])
    assert not dataset.is_scored[0, 5]
    assert dataset.panel.values[1, 6] == 4999
    assert counts(dataset) == {"impossible": 1}


def test_what_several_series_sell_on_one_day_was_sold(read):
    lines = [line for series in "abcd" for line in full(series)]
    dataset = read([line.replace("-06,50", "-06,90000") if "2025-01-06" in line else line for line in lines])
    assert dataset.panel.values[:, 5].tolist() == [90_000] * 4
    assert counts(dataset) == {}


def test_a_missing_quantity_is_not_observed(read):
    dataset = read([*full("a"), "a,2025-02-10,", "a,2025-02-11,5"])
    assert np.isnan(dataset.panel.values[0, 40])
    assert counts(dataset) == {"quantity_missing": 1}


def test_a_late_start_is_not_observed_before(read):
    dataset = read([*full("a"), *full("b", 10, start="2025-01-31"), *full("c", 32, start="2025-01-08")])
    assert np.isnan(dataset.panel.values[1, :30]).all()
    assert np.isnan(dataset.panel.values[2, :7]).all()
    assert counts(dataset) == {"late_starts": 1}


def test_a_list_of_sales_of_small_items_has_no_demand_on_other_days(read):
    """The second series sells every day, so each day has a row of some series; it sells much, so its gap is a gap."""
    often = full("often", quantity=80)
    del often[7]
    seldom = [f"seldom,2025-01-{day:02d},{1 + day % 2}" for day in (3, 9, 20)]
    dataset = read([*often, *full("always", quantity=90), *seldom])
    by_id = dict(zip(dataset.panel.series_ids, dataset.panel.values, strict=True))
    assert np.isnan(by_id["seldom"][:2]).all()  # a late start
    assert np.nansum(by_id["seldom"]) == 2 + 2 + 1
    assert (by_id["seldom"][3:8] == 0).all()
    assert (by_id["seldom"][20:] == 0).all()
    assert np.isnan(by_id["often"][7])
    assert dataset.is_sparse
    assert counts(dataset) == {"filled_with_0": 35, "gaps": 1}


def test_days_that_returns_bring_down_to_0_do_not_tell_zeros(read):
    lines = [*full("always", quantity=90), *[f"seldom,2025-01-{day:02d},{1 + day % 2}" for day in (3, 9, 20)]]
    dataset = read([*lines, "seldom,2025-01-20,-1", "seldom,2025-01-21,-1"])
    assert dataset.is_sparse
    assert counts(dataset)["filled_with_0"] == 34


def test_where_zeros_are_told_a_missing_row_is_a_gap(read):
    lines = [*days("a", [0, 1, 2, 0] * 10), *full("b")]
    del lines[20:25]
    dataset = read(lines)
    assert np.isnan(dataset.panel.values[0, 20:25]).all()
    assert not dataset.is_sparse
    assert counts(dataset) == {"gaps": 5}


@pytest.mark.parametrize(("missing", "value"), [("zero", 0.0), ("unobserved", None)])
def test_what_a_missing_row_says_can_be_told(read, missing, value):
    lines = [*full("a"), *full("b")]
    del lines[20]
    found = read(lines, missing=missing).panel.values[0, 20]
    assert found == value if value is not None else np.isnan(found)


def test_a_day_on_which_nobody_has_a_row_is_observed_by_nobody(read):
    lines = [line for line in full("a") if "2025-01-10" not in line]
    dataset = read(lines, missing="zero")
    assert np.isnan(dataset.panel.values[0, 9])
    assert counts(dataset) == {"empty_periods": 1}


@pytest.mark.parametrize("column", ["is_open", "open"])
def test_a_closed_day_is_not_demand_of_0_and_never_scored(read, column):
    lines = [
        f"{line},{int(n % 7 != 4)}"
        for n, line in enumerate(days("a", [0 if n % 7 == 4 else 9 for n in range(35)]))
    ]
    dataset = read(lines, header=f"{HEADER},{column}")
    closed = np.arange(35) % 7 == 4
    assert np.isnan(dataset.panel.values[0, closed]).all()
    assert not dataset.is_scored[0, closed].any()
    assert dataset.is_scored[0, ~closed].all()
    assert dataset.panel.covariates.values["is_open"][0].tolist() == (~closed).astype(float).tolist()
    assert counts(dataset) == {"closed": 5}


@pytest.mark.parametrize(("yes", "no"), [("1", "0"), ("true", "false"), ("Yes", "No"), ("1.0", "0.0")])
def test_a_day_out_of_stock_is_never_scored_and_its_0_is_no_demand(read, yes, no):
    lines = [
        f"{line},{no if n in (3, 5) else yes}" for n, line in enumerate(days("a", [9, 9, 9, 0, 9, 4, 9]))
    ]
    dataset = read(lines, header=f"{HEADER},in_stock")
    assert np.isnan(dataset.panel.values[0, 3])
    assert dataset.panel.values[0, 5] == 4
    assert np.flatnonzero(~dataset.is_scored[0]).tolist() == [3, 5]
    assert counts(dataset) == {"out_of_stock": 2}


def test_days_without_a_row_were_closed_where_only_open_days_are_listed(read):
    lines = [line for n, line in enumerate(full("a", 56, more=",1")) if n % 7 != 4]
    ahead = [f"a,2025-02-{day:02d},1" for day in (26, 27, 28)]
    ahead += [f"a,2025-03-{day:02d},1" for day in (1, 3, 4)]
    dataset = read(lines, ahead, header=f"{HEADER},is_open", missing="unobserved")
    covariates = dataset.panel.covariates
    assert covariates.known_ahead == {"is_open"}
    assert covariates.values["is_open"][0, :7].tolist() == [1, 1, 1, 1, 0, 1, 1]
    # The known future skips the second of March.
    assert covariates.values["is_open"][0, 56:].tolist() == [1, 1, 1, 1, 0, 1, 1]
    assert counts(dataset)["closed_without_a_row"] == 8


def test_days_without_demand_were_not_closed(read):
    lines = [line for n, line in enumerate(full("a", more=",0")) if n % 7 != 4]
    dataset = read(
        [*lines, *full("b", more=",0")], ["a,2025-02-12,1"], header=f"{HEADER},promotion", missing="zero"
    )
    assert set(dataset.panel.covariates.values) == {"promotion"}
    assert counts(dataset) == {"filled_with_0": 6}


def test_columns_become_groups_numbers_and_flags(read):
    lines = []
    for series, kind in (("a", "x"), ("b", "x"), ("c", "y"), ("d", "y")):
        for n, line in enumerate(days(series, [10] * 30)):
            lines.append(
                f"{line},{kind},{20 + n},{'ABC'[n % 3]},w{series}{n},{'TV' if n == 3 else ''},{ord(series)}"
            )
    dataset = read(lines, header=f"{HEADER},family,temperature,holiday_type,note,promotion,size")
    assert {name: labels.tolist() for name, labels in dataset.panel.groups.items()} == {
        "family": ["x", "x", "y", "y"]
    }
    values = dataset.panel.covariates.values
    assert set(values) == {"temperature", "holiday_type=B", "holiday_type=C", "promotion"}
    assert values["temperature"][2, :3].tolist() == [20, 21, 22]
    assert values["holiday_type=B"][0, :4].tolist() == [0, 1, 0, 0]
    assert np.flatnonzero(values["promotion"][0]).tolist() == [3]
    assert dataset.panel.covariates.known_ahead == frozenset()
    # Words that are all different, and a number of each series' own, tell nothing.
    assert counts(dataset) == {"column_size": 120, "column_note": 120}


def test_only_what_the_known_future_has_or_was_announced_is_known_ahead(read):
    lines = [f"{line},{n % 2},{5 + n}" for n, line in enumerate(days("a", [10] * 30))]
    header = f"{HEADER},promotion,unit_price"
    assert read(lines, header=header).panel.covariates.known_ahead == frozenset()
    assert read(lines, header=header, announced=["promotion"]).panel.covariates.known_ahead == {"promotion"}
    ahead = ["a,2025-01-31,1,99", "a,2025-02-02,0,98", "b,2025-02-02,0,98"]
    dataset = read(lines, ahead, header=header)
    assert dataset.panel.covariates.known_ahead == {"promotion", "unit_price"}
    price = dataset.panel.covariates.values["unit_price"]
    assert price[0, 28:].tolist()[:3] == [33, 34, 99]
    assert np.isnan(price[0, 31])
    assert price[0, 32] == 98
    assert counts(dataset) == {"future_of_nobody": 1}


def test_an_announced_column_must_be_there(read):
    with pytest.raises(Refusal, match=r"has no column promo that could be announced; it has: promotion"):
        read([f"{line},1" for line in full("a")], header=f"{HEADER},promotion", announced=["promo"])


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (
            ["a,2025-01-01,many"],
            "column quantity, row 1 of the data (the header is not counted): many is no number",
        ),
        (["a,2025-01-01,1e999"], "inf is not finite"),
        (["a,soon,5"], "column date, row 1 of the data (the header is not counted): soon is no time"),
        ([",2025-01-01,5"], "an id must be given"),
    ],
)
def test_values_that_cannot_be_used(read, lines, words):
    with pytest.raises(Refusal) as refusal:
        read(lines)
    assert words in str(refusal.value)


def test_a_column_that_is_missing_is_named(read):
    with pytest.raises(Refusal, match="has no column quantity; its columns are: series_id, date, sales"):
        read(["a,2025-01-01,5"], header="series_id,date,sales")


def test_a_calendar_of_ones_own_is_read_from_a_file(tmp_path):
    path = tmp_path / "days.csv"
    path.write_text(
        "date,name,kind\n2025/3/8,Spring sale,campaign\n2024-03-08,Spring sale,campaign\n2025-05-01,Labour Day,\n"
    )
    calendar = calendar_of(str(path), np.datetime64("2025-01-01"), np.datetime64("2025-12-31"))
    assert {o.id: (o.kind, o.days.astype(str).tolist()) for o in calendar.occasions()} == {
        "labour-day": ("holiday", ["2025-05-01"]), "spring-sale": ("campaign", ["2024-03-08", "2025-03-08"]),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("date,name\n2025-01-01,\n", "column name, row 1 of the data (the header is not counted): a name must be given"),
        ("date,name\nx,New Year\n", "column date, row 1"),
        ("date,name,kind\n2025-01-01,New Year,party\n", "must be one of holiday, festival"),
    ],
)  # fmt: skip
def test_a_calendar_file_that_cannot_be_used(tmp_path, text, words):
    path = tmp_path / "days.csv"
    path.write_text(text)
    with pytest.raises(Refusal) as refusal:
        calendar_of(str(path), np.datetime64("2025-01-01"), np.datetime64("2025-12-31"))
    assert str(path) in str(refusal.value)
    assert words in str(refusal.value)


def test_a_country_nobody_knows_and_a_year_too_far_are_refused():
    with pytest.raises(Refusal, match="--calendar XX: there is no calendar of XX"):
        calendar_of("XX", np.datetime64("2025-01-01"), np.datetime64("2025-12-31"))
    with pytest.raises(Refusal, match="--calendar CN: the lunar days of 1901 to 2100 are known"):
        calendar_of("CN", np.datetime64("2098-01-01"), np.datetime64("2100-12-31"))
