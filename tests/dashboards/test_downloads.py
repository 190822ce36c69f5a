"""The files people take home."""

from datetime import date, datetime
from io import BytesIO

import pandas as pd
import pytest
from openpyxl import load_workbook

from dashboards.downloads import Column, file_name, to_csv, to_excel

COLUMNS = [
    Column("date", "日期", "date"),
    Column("name", "商品", "text"),
    Column("rate", "活跃率", "rate"),
    Column("count", "数量", "count"),
]


@pytest.fixture
def rows() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "hidden": [1, 2],
            "date": pd.to_datetime(["2026-03-31", "2026-04-01"]),
            "name": ["茶叶礼盒", "=cmd()"],
            "rate": [0.4, None],
            "count": [1_234, 5],
        }
    )


def test_excel_has_real_dates_and_numbers_under_chinese_headers(rows: pd.DataFrame) -> None:
    page = load_workbook(BytesIO(to_excel(rows, COLUMNS, "明细")))["明细"]

    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["日期", "商品", "活跃率", "数量"],
        [datetime(2026, 3, 31), "茶叶礼盒", 0.4, 1_234],
        [datetime(2026, 4, 1), "=cmd()", None, 5],
    ]
    assert [cell.number_format for cell in page[2]] == ["yyyy-mm-dd", "@", "0.00%", "#,##0"]


def test_a_measure_is_written_in_per_cent_where_its_row_is_a_rate() -> None:
    rows = pd.DataFrame({"metric": ["WAPE", "NDCG"], "value": [0.2613, 0.55], "is_rate": [True, False]})
    columns = [Column("metric", "指标", "text"), Column("value", "数值", "measure")]
    page = load_workbook(BytesIO(to_excel(rows, columns, "明细")))["明细"]

    assert [cell.value for cell in page["B"]] == ["数值", 0.2613, 0.55]
    assert [cell.number_format for cell in page["B"][1:]] == ["0.00%", "0.0000"]


def test_a_text_is_never_run_as_a_formula(rows: pd.DataFrame) -> None:
    page = load_workbook(BytesIO(to_excel(rows, COLUMNS, "明细")))["明细"]

    assert page["B3"].data_type == "s"
    assert "'=cmd()" in to_csv(rows, COLUMNS).decode("utf-8-sig")


def test_csv_opens_with_chinese_in_excel(rows: pd.DataFrame) -> None:
    text = to_csv(rows, COLUMNS)

    assert text.startswith(b"\xef\xbb\xbf")
    assert text.decode("utf-8-sig").splitlines()[:2] == [
        "日期,商品,活跃率,数量",
        "2026-03-31,茶叶礼盒,0.4,1234",
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("五常大米 5kg", "forecast-五常大米-5kg-2026-03-31"),
        ("../../etc/passwd", "forecast-etc-passwd-2026-03-31"),
        ('a"b\r\n<c>:|?*\\d', "forecast-a-b-c-d-2026-03-31"),
        ("…", "forecast-2026-03-31"),
        ("茶" * 300, f"forecast-{'茶' * 40}-2026-03-31"),
    ],
)
def test_a_file_name_is_safe_whatever_the_item_is_called(name: str, expected: str) -> None:
    assert file_name("forecast", name, date(2026, 3, 31)) == expected
