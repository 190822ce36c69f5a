"""The tables of the dbt source `ml`: their columns and types, and how they are written."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from orchestration import durable

_TEXT = pa.string()
_TIME = pa.timestamp("us", tz="UTC")

SCHEMAS = {
    "item_popularity": pa.schema(
        {"tenant_id": _TEXT, "item_id": _TEXT, "score": pa.float64(), "popularity_rank": pa.int64()}
    ),
    "item_neighbours": pa.schema(
        {
            "tenant_id": _TEXT, "item_id": _TEXT, "neighbour_item_id": _TEXT, "kind": _TEXT,
            "weight": pa.float64(), "neighbour_rank": pa.int64(),
        }
    ),
    "member_items": pa.schema(
        {
            "tenant_id": _TEXT, "member_id": _TEXT, "item_id": _TEXT, "score": pa.float64(),
            "redemption_count": pa.int64(), "last_redeemed_at": _TIME,
        }
    ),
    "member_recommendations": pa.schema(
        {
            "tenant_id": _TEXT, "member_id": _TEXT, "slice": _TEXT, "item_id": _TEXT, "score": pa.float64(),
            "stage": _TEXT, "recommendation_rank": pa.int64(),
        }
    ),
    "starting_items": pa.schema(
        {
            "tenant_id": _TEXT, "member_group": _TEXT, "item_id": _TEXT, "score": pa.float64(),
            "starting_rank": pa.int64(),
        }
    ),
    "starting_groups": pa.schema(
        {
            "tenant_id": _TEXT, "member_group": _TEXT, "from_points": pa.int64(), "until_points": pa.int64(),
        }
    ),
    "demand_forecasts": pa.schema(
        {
            "tenant_id": _TEXT, "level": _TEXT, "series_id": _TEXT, "date": pa.date32(),
            "origin_date": pa.date32(), "model": _TEXT, "mean": pa.float64(), "q05": pa.float64(),
            "q50": pa.float64(), "q90": pa.float64(), "q95": pa.float64(), "day_correlation": pa.float64(),
        }
    ),
    "forecast_accuracy_by_holiday": pa.schema(
        {
            "tenant_id": _TEXT, "level": _TEXT, "occasion_id": _TEXT, "holiday_date": pa.date32(), "model": _TEXT,
            "is_released": pa.bool_(), "wape": pa.float64(), "bias": pa.float64(), "coverage_90": pa.float64(),
            "demand": pa.float64(), "n": pa.int64(), "judged_until": pa.date32(),
        }
    ),
    "campaign_what_if": pa.schema(
        {
            "tenant_id": _TEXT, "series_id": _TEXT, "date": pa.date32(), "origin_date": pa.date32(),
            "mean_without": pa.float64(), "q05_without": pa.float64(), "q50_without": pa.float64(),
            "q90_without": pa.float64(), "q95_without": pa.float64(), "mean_with": pa.float64(),
            "q05_with": pa.float64(), "q50_with": pa.float64(), "q90_with": pa.float64(), "q95_with": pa.float64(),
        }
    ),
    "holiday_plan_lines": pa.schema(
        {
            "tenant_id": _TEXT, "occasion_id": _TEXT, "first_day": pa.date32(), "last_day": pa.date32(),
            "origin_date": pa.date32(), "item_id": _TEXT, "warehouse_id": _TEXT, "order_up_to": pa.int64(),
            "wish_quantity": pa.int64(), "quantity": pa.int64(),
            "expiring_quantity": pa.int64(), "order_by": pa.date32(), "arrives_on": pa.date32(),
            "need_date": pa.date32(), "is_too_late": pa.bool_(), "too_late_quantity": pa.int64(),
            "shelf_life_quantity": pa.int64(), "minimum_order_quantity": pa.int64(), "pack_quantity": pa.int64(),
            "budget_quantity": pa.int64(), "storage_quantity": pa.int64(), "purchase_fen": pa.int64(),
            "risk_without": pa.float64(), "risk_with": pa.float64(), "lost_without": pa.float64(),
            "lost_with": pa.float64(), "left_without": pa.float64(), "left_with": pa.float64(),
            "cost_without_fen": pa.int64(), "cost_with_fen": pa.int64(), "demand_mean": pa.float64(),
            "demand_q05": pa.float64(), "demand_q50": pa.float64(), "demand_q95": pa.float64(), "confidence": _TEXT,
        }
    ),
    "holiday_plan_scores": pa.schema(
        {
            "tenant_id": _TEXT, "plan_id": _TEXT, "item_id": _TEXT, "warehouse_id": _TEXT, "occasion_id": _TEXT,
            "first_day": pa.date32(), "last_day": pa.date32(), "demand": pa.float64(), "forecast": pa.float64(),
            "is_inside": pa.bool_(), "quantity": pa.int64(), "hindsight_quantity": pa.float64(), "lost": pa.float64(),
            "lost_without": pa.float64(), "lost_hindsight": pa.float64(), "left_over": pa.float64(),
            "left_without": pa.float64(), "cost_fen": pa.float64(), "cost_without_fen": pa.float64(),
            "cost_hindsight_fen": pa.float64(),
        }
    ),
    "model_scores": pa.schema(
        {
            "area": _TEXT, "tenant_id": _TEXT, "model": _TEXT, "slice": _TEXT, "metric": _TEXT,
            "k": pa.int64(), "value": pa.float64(), "low": pa.float64(), "high": pa.float64(),
            "n": pa.int64(), "is_released": pa.bool_(), "judged_until": pa.date32(),
        }
    ),
}  # fmt: skip

# Each area writes its own scores; the source has one table for both.
SCORE_FILES = ("ranking_scores", "demand_scores")

TenantFrame = tuple[str, pd.DataFrame]


def write_frames(ml: Path, name: str, table: str, frames: Sequence[TenantFrame]) -> int:
    """Write the frames of all tenants as `ml/<name>.parquet` with a table's columns; return the rows.

    Without a tenant the file has zero rows and all columns.

    Raises:
        OSError: the folder cannot be written or the disk is full; the former file stays.
    """
    schema = SCHEMAS[table]
    parts = [
        pa.Table.from_pandas(
            frame.assign(tenant_id=tenant_id)[schema.names], schema=schema, preserve_index=False
        )
        for tenant_id, frame in frames
    ]
    return _write(ml, name, pa.concat_tables([schema.empty_table(), *parts]))


def with_former(
    ml: Path, table: str, keys: Sequence[str], frames: Sequence[TenantFrame]
) -> list[TenantFrame]:
    """Return the frames with what was written earlier under other `keys`, of the tenants that have a frame."""
    if not has_table(ml, table):
        return list(frames)
    names = list(keys)
    found = []
    for tenant_id, frame in frames:
        former = read_frame(ml, table, tenant_id)
        is_new = pd.MultiIndex.from_frame(former[names].astype(str)).isin(
            pd.MultiIndex.from_frame(frame[names].astype(str))
        )
        found += [(tenant_id, former[~is_new]), (tenant_id, frame)]
    return found


def read_frame(ml: Path, table: str, tenant_id: str) -> pd.DataFrame:
    """Return the rows of one tenant as they were written last; the table must be there."""
    rows = parquet.read_table(ml / f"{table}.parquet", filters=[("tenant_id", "=", tenant_id)])
    frame: pd.DataFrame = rows.drop_columns("tenant_id").to_pandas()
    return frame


def has_table(ml: Path, table: str) -> bool:
    """Tell whether a table was written, in its present columns."""
    return _has_columns(ml / f"{table}.parquet", SCHEMAS[table])


def unite_scores(ml: Path) -> int:
    """Write `ml/model_scores.parquet` from the scores of both areas; return the rows."""
    parts = [parquet.read_table(ml / f"{name}.parquet") for name in SCORE_FILES]
    return _write(ml, "model_scores", pa.concat_tables(parts))


def provide_missing(ml: Path) -> list[str]:
    """Write, without rows, the tables that no training has written yet in their present columns; return their names.

    A new mall has figures long before its first training, and the warehouse needs every table to be there. After an
    update figures do not wait for the next training either.
    """
    missing = [table for table in SCHEMAS if not has_table(ml, table)]
    for table in missing:
        write_frames(ml, table, table, [])
    return missing


def _has_columns(path: Path, schema: pa.Schema) -> bool:
    return path.exists() and set(schema.names) <= set(parquet.read_schema(path).names)


def _write(ml: Path, name: str, table: pa.Table) -> int:
    with durable.written_whole(ml / f"{name}.parquet") as temporary:
        parquet.write_table(table, temporary, compression="zstd")
    return int(table.num_rows)
