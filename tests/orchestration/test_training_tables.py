"""The files of the models: there from the start, and of the columns that the warehouse reads."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from orchestration.training.tables import SCHEMAS, provide_missing, with_former, write_frames

LIST = pd.DataFrame(
    {
        "member_id": ["m"], "slice": ["novel"], "item_id": ["i"], "score": [0.5], "stage": ["popular"],
        "recommendation_rank": [1],
    }
)  # fmt: skip


def test_every_table_is_there_before_the_first_training(tmp_path: Path) -> None:
    assert provide_missing(tmp_path) == list(SCHEMAS)
    for table, schema in SCHEMAS.items():
        assert parquet.read_table(tmp_path / f"{table}.parquet").schema.names == schema.names
    assert provide_missing(tmp_path) == []


def test_what_a_training_wrote_stays_unless_its_columns_are_of_before_an_update(tmp_path: Path) -> None:
    provide_missing(tmp_path)
    write_frames(tmp_path, "member_recommendations", "member_recommendations", [("t", LIST)])
    old = pa.table({name: pa.array(["x"]) for name in SCHEMAS["item_neighbours"].names if name != "kind"})
    parquet.write_table(old, tmp_path / "item_neighbours.parquet")
    assert provide_missing(tmp_path) == ["item_neighbours"]
    assert parquet.read_table(tmp_path / "item_neighbours.parquet").num_rows == 0
    assert parquet.read_table(tmp_path / "member_recommendations.parquet").num_rows == 1


def accuracy(**wape_by_day: float) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "level": "item", "occasion_id": "618", "holiday_date": pd.to_datetime(list(wape_by_day), format="d%Y%m%d"),
            "model": "combination", "is_released": True, "wape": list(wape_by_day.values()), "bias": 0.0,
            "coverage_90": 0.9, "demand": 10.0, "n": 5, "judged_until": pd.Timestamp("2025-07-31"),
        }
    )  # fmt: skip


def kept(ml: Path, **frames: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Write the frames beside the former ones and return tenant, day and wape of each row."""
    table, keys = "forecast_accuracy_by_holiday", ("level", "occasion_id", "holiday_date")
    write_frames(ml, table, table, with_former(ml, table, keys, list(frames.items())))
    rows = parquet.read_table(ml / f"{table}.parquet").to_pandas().sort_values(["tenant_id", "holiday_date"])
    return list(zip(rows["tenant_id"], rows["holiday_date"].astype(str), rows["wape"], strict=True))


def test_what_an_earlier_run_scored_is_kept_until_it_is_scored_again(tmp_path: Path) -> None:
    assert kept(tmp_path, a=accuracy(d20240618=0.5)) == [("a", "2024-06-18", 0.5)]
    found = kept(tmp_path, a=accuracy(d20250618=0.3), b=accuracy())
    assert found == [("a", "2024-06-18", 0.5), ("a", "2025-06-18", 0.3)]
    found = kept(tmp_path, a=accuracy(d20250618=0.2))
    assert found == [("a", "2024-06-18", 0.5), ("a", "2025-06-18", 0.2)]


def test_what_was_kept_of_a_tenant_goes_with_it(tmp_path: Path) -> None:
    kept(tmp_path, a=accuracy(d20240618=0.5), b=accuracy(d20240618=0.4))
    assert kept(tmp_path, b=accuracy()) == [("b", "2024-06-18", 0.4)]
