"""What is wrong with a file is told in one sentence: which file, which column, which row."""

from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from orchestration.cli.evaluate.history import read_history, read_items
from orchestration.cli.evaluate.window import cut_at
from orchestration.cli.main import app
from orchestration.refusal import Refusal

GOOD = "member_id,item_id,occurred_at\na,x,2025-01-01\nb,y,2025-01-02\na,y,2025-01-03\n"


@pytest.fixture
def mall(tmp_path):
    """Write a text as the file of interactions."""

    def write(text, name="mall.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def refused(path, reader=read_history, *arguments):
    with pytest.raises(Refusal) as refusal:
        reader(path, *(arguments or ("Asia/Shanghai",)))
    sentence = str(refusal.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    return sentence.replace(str(path), path.name)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "mall.csv is empty"),
        ("member_id,item_id,occurred_at\n", "mall.csv has columns but no rows"),
        ("member_id,occurred_at\na,2025-01-01\n", "mall.csv has no column item_id; its columns are: member_id, occurred_at"),
        (b"\x89PNG\0\0", "mall.csv is neither Parquet nor CSV"),
        (b"member_id,item_id,occurred_at\n\xff\xff,x,2025-01-01\n", "mall.csv is neither Parquet nor CSV in UTF-8 or GB 18030"),
        (b"PAR1 and nothing more", "begins like Parquet but cannot be read"),
        (GOOD + ",x,2025-01-04\n", "column member_id, row 4 of the data (the header is not counted): an id must be given"),
        (GOOD + "a,,2025-01-04\n", "column item_id, row 4 of the data"),
        (GOOD + "a,x,\n", "column occurred_at, row 4 of the data (the header is not counted): a time must be given"),
        (GOOD + "a,x\n", "column occurred_at, row 4 of the data"),
        (GOOD + "a,x,soon\n", "row 4 of the data (the header is not counted): soon is no time such as 2025-06-30"),
        (GOOD + "a,x,881250949\nb,x,1\n", "881250949 is no time such as 2025-06-30, 2025-06-30 12:00:00 or 2025-06-30T12:00:00+08:00 (2 such rows)"),
        (GOOD + "a,x,2025-02-30\n", "2025-02-30 is no time"),
        (GOOD + "a,x,2025-01-04,7\n", "row 4 of the data (the header is not counted): it has 4 values, and the header has 3 names"),
        ("member_id,item_id,occurred_at\na,x,2025-01-01,9\n", "row 1 of the data"),
        (GOOD + 'a,"x,2025-01-04\n', "mall.csv cannot be read as CSV"),
    ],
)  # fmt: skip
def test_a_csv_file_that_cannot_be_used(mall, text, sentence):
    assert sentence in refused(mall(text))


@pytest.mark.parametrize(
    ("quantity", "sentence"),
    [
        ("-1", "column quantity, row 2 of the data (the header is not counted): -1.0 is negative"),
        ("two", "column quantity, row 2 of the data (the header is not counted): two is no number"),
        ("1e999", "column quantity, row 2 of the data (the header is not counted): inf is not finite"),
    ],
)
def test_quantities_that_cannot_be(mall, quantity, sentence):
    text = f"member_id,item_id,occurred_at,quantity\na,x,2025-01-01,1\na,y,2025-01-02,{quantity}\n"
    assert sentence in refused(mall(text))


def test_nothing_taken_at_all(mall):
    text = "member_id,item_id,occurred_at,quantity\na,x,2025-01-01,0\n"
    assert "every row has a quantity of 0" in refused(mall(text))


def test_a_missing_file_and_a_folder(tmp_path):
    assert refused(tmp_path / "none.csv") == "there is no file none.csv"
    assert "is a folder" in refused(tmp_path)


@pytest.mark.parametrize(
    ("column", "values", "sentence"),
    [
        ("member_id", pa.array(["a", None]), "column member_id, row 2 of the data"),
        ("member_id", pa.array([1.0, float("nan")]), "column member_id, row 2 of the data"),
        ("member_id", pa.array([["a"], ["b"]]), "cannot be read as text"),
        ("occurred_at", pa.array([881250949, 881250950]), "must hold timestamps, dates or ISO texts"),
        ("occurred_at", pa.array([0, 2**62], pa.timestamp("ms")), "row 2 of the data (the header is not counted): the time lies outside the years 1 to 9999"),
        ("occurred_at", pa.array([0, 2**31 - 1], pa.date32()), "the time lies outside the years 1 to 9999"),
        ("quantity", pa.array([True, False]), "column quantity: must hold numbers, but its type is bool"),
        ("quantity", pa.array([3, -(2**60)]), "column quantity, row 2 of the data"),
        ("unit_price", pa.array([Decimal("1.5"), Decimal("-0.1")]), "column unit_price, row 2 of the data"),
    ],
)  # fmt: skip
def test_a_parquet_file_that_cannot_be_used(tmp_path, column, values, sentence):
    columns = {
        "member_id": pa.array(["a", "b"]), "item_id": pa.array(["x", "y"]),
        "occurred_at": pa.array([date(2025, 1, 1), date(2025, 1, 2)]), column: values,
    }  # fmt: skip
    path = tmp_path / "mall.parquet"
    pq.write_table(pa.table(columns), path)
    assert sentence in refused(path)


def test_items_come_once_and_are_those_of_the_history(mall):
    history = read_history(mall(GOOD), "Asia/Shanghai")
    twice = mall("item_id,category\nx,tea\ny,tea\nx,salt\n", "items.csv")
    assert (
        "column item_id, row 3 of the data (the header is not counted): item x was in row 1 already"
        in refused(twice, read_items, history)
    )
    others = mall("item_id\n7\n", "items.csv")
    assert "no item of items.csv occurs in" in refused(others, read_items, history)
    dear = mall("item_id,unit_price\nx,-3\n", "items.csv")
    assert "column unit_price, row 1 of the data" in refused(dear, read_items, history)


@pytest.mark.parametrize(
    ("cutoff", "horizon", "sentence"),
    [
        (date(2025, 1, 1), 28, "nothing is before the cutoff 2025-01-01 to learn from"),
        (date(2024, 1, 1), 28, "goes from 2025-01-01 to 2025-03-03 (Asia/Shanghai)"),
        (date(2025, 3, 4), 28, "the cutoff 2025-03-04 is after the last row"),
        (date(9999, 12, 31), 28, "is after the last row"),
        (date(2025, 1, 10), 7, "nothing happened in the test window from 2025-01-10 to 2025-01-16"),
        (date(2025, 3, 1), 28, "nobody who is known from before took anything in the test window"),
    ],
)
def test_windows_without_anything_to_learn_from_or_judge_by(mall, cutoff, horizon, sentence):
    history = read_history(mall(GOOD + "c,x,2025-03-03\n"), "Asia/Shanghai")
    with pytest.raises(Refusal, match="2025") as refusal:
        cut_at(history, cutoff, horizon)
    assert sentence in str(refusal.value)


def test_a_day_is_that_day_in_any_zone_and_a_time_without_zone_is_utc(mall):
    text = "member_id,item_id,occurred_at\na,x,2025-01-01\na,y,2025-01-01 01:00:00\na,z,2025-01-01T23:00:00-05:00\n"
    history = read_history(mall(text), "America/New_York")
    days = dict(
        zip(history.interactions.item_codes.tolist(), history.interactions.day.astype(str), strict=True)
    )
    assert days == {0: "2025-01-01", 1: "2024-12-31", 2: "2025-01-01"}


def test_the_order_of_the_file_decides_between_equal_times_if_it_is_asked_for(mall):
    text = "member_id,item_id,occurred_at\n" + "".join(
        f"a,{item},2025-01-01T00:00:00{part}Z\n"
        for item, part in (("z", ""), ("y", ""), ("y", ""), ("x", ".000001"))
    )
    history = read_history(mall(text), "UTC", is_order_told=True)
    found = zip(history.interactions.item_codes, history.interactions.occurred_at.astype(str), strict=True)
    # x comes a microsecond after z and y in the file, and still comes after both.
    assert [("xyz"[code], moment[-6:]) for code, moment in found] == [
        ("x", "000002"),
        ("y", "000001"),
        ("z", "000000"),
    ]


def test_far_times_and_large_numbers_are_taken_as_they_are(mall, tmp_path):
    text = (
        "member_id,item_id,occurred_at,quantity,unit_price\n"
        "99999999999999999999999,1e400,9999-12-30T00:00:00Z,1e300,1e308\n"
        "007,x,1000-01-01T00:00:00.123456789Z,9223372036854775808,\n"
    )
    history = read_history(mall(text), "Asia/Shanghai")
    assert history.interactions.member_ids.tolist() == ["007", "99999999999999999999999"]
    assert (str(history.first_day), str(history.last_day)) == ("1000-01-01", "9999-12-30")


@pytest.mark.parametrize(
    ("values", "ids"),
    [
        (pa.array([1, 20]), ["1", "20"]),
        (pa.array([1.0, 20.0]), ["1", "20"]),
        (pa.array([2**63, 20], pa.uint64()), ["20", str(2**63)]),
        (pa.array(["1", "20"]).dictionary_encode(), ["1", "20"]),
        (pa.array([Decimal(1), Decimal(20)]), ["1", "20"]),
    ],
)
def test_ids_of_any_kind_are_read_as_text(tmp_path, values, ids):
    path = tmp_path / "mall.parquet"
    times = pd.Series(pd.to_datetime(["2025-01-01", "2025-01-02"])).dt.tz_localize("Asia/Shanghai")
    pq.write_table(
        pa.table({"member_id": values, "item_id": ["x", "y"], "occurred_at": pa.array(times)}), path
    )
    assert read_history(path, "UTC").interactions.member_ids.tolist() == ids


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_other_delimiters_are_seen(mall, delimiter):
    history = read_history(mall("\ufeff" + GOOD.replace(",", delimiter)), "UTC")
    assert len(history.interactions) == 3


def invoke(*arguments):
    return CliRunner().invoke(app, ["evaluate", "ranking", *map(str, arguments)])


def test_an_out_folder_that_is_a_file_is_refused_before_any_work(mall):
    path = mall(GOOD)
    done = invoke("--interactions", path, "--cutoff", "2025-01-03", "--out", path)
    assert isinstance(done.exception, Refusal)
    assert str(done.exception) == f"--out {path} is a file; give a folder"


def test_either_a_cutoff_or_the_last_items(mall, tmp_path):
    path = mall(GOOD)
    for options in ((), ("--cutoff", "2025-01-03", "--leave-last-out")):
        done = invoke("--interactions", path, "--out", tmp_path / "out", *options)
        assert done.exit_code == 2
        assert "--leave-last-out" in done.output


def test_an_unknown_zone_is_refused(mall, tmp_path):
    options = ("--cutoff", "2025-01-03", "--timezone", "../etc/passwd")
    done = invoke("--interactions", mall(GOOD), "--out", tmp_path / "out", *options)
    assert done.exit_code == 2
    assert "time zone" in done.output


def test_the_smallest_history_is_scored(mall, tmp_path):
    done = invoke("--interactions", mall(GOOD), "--out", tmp_path / "out", "--cutoff", "2025-01-03")
    assert done.exception is None, done.exception
    assert "no window before the test to choose on" in done.output.replace("\n", " ")
    assert np.isclose(pq.read_table(tmp_path / "out" / "recommendations.parquet").num_rows, 4)
