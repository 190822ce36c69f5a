"""The files of the models: there from the start, and of the columns that the warehouse reads."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from orchestration.training.tables import SCHEMAS, provide_missing, write_frames

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
