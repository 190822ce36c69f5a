"""Compaction: many small batches of a view become one file, and versions that newer ones of their day replaced are left out.

Rows keep the number of the batch they came with, so staging finds the newest version as before. What is to be put in the
place of what is written down first: after a crash the next run ends it, and no reader is let in before.
"""

import json
from pathlib import Path

import duckdb

from orchestration import durable
from orchestration.landing.batches import VIEWS, batches, in_order, row_count_of
from orchestration.landing.cursor import read_cursor
from orchestration.landing.days import read_days
from orchestration.refusal import Refusal
from orchestration.settings import DataFolder
from orchestration.sql import parquet, quoted

# Above so many small files of a view, opening them takes longer than reading them.
MOST_SMALL_BATCHES = 50
SMALL_BYTES = 64_000_000

# Views whose rows change, with their keys; rows of the others are all kept.
VERSIONED = {
    "tenant": "tenant_id", "member": "tenant_id, member_id", "category": "category", "brand": "brand_id", "item": "item_id", "offer": "tenant_id, item_id",
    "stock": "tenant_id, item_id", "hold": "tenant_id, hold_id", "redemption": "tenant_id, redemption_id",
    "redemption_line": "tenant_id, redemption_id, line_no", "risk_assessment": "tenant_id, assessment_id",
    "payment": "tenant_id, payment_id", "flash_sale": "tenant_id, sale_id", "draw": "tenant_id, draw_id",
    "warehouse": "tenant_id, warehouse_id", "stock_alert": "tenant_id, alert_id",
    "expired_stock": "tenant_id, alert_id",
    "reservation": "tenant_id, reservation_id", "supplier": "tenant_id, supplier_id",
    "supplier_terms": "tenant_id, terms_id", "purchase_order": "tenant_id, purchase_order_id",
    "purchase_order_line": "tenant_id, purchase_order_id, line_no",
    "shipment": "tenant_id, shipment_id", "compensation": "tenant_id, compensation_id",
    "after_sales_case": "tenant_id, case_id",
    "survey_answer": "tenant_id, survey_id, member_id, question_no", "item_review": "tenant_id, review_id",
    "chat": "tenant_id, chat_id",
    "holiday_plan": "tenant_id, plan_id", "holiday_plan_line": "tenant_id, plan_id, item_id, warehouse_id",
    "invoice": "tenant_id, invoice_id", "settlement_statement": "tenant_id, statement_id",
    "licence": "licence_id", "licence_alert": "alert_id",
    "onboarding": "tenant_id",
    "pilot": "tenant_id",
    "supplier_document": "tenant_id, document_id",
    "supplier_trial": "tenant_id, purchase_order_id",
    "supplier_suspension": "tenant_id, suspension_id",
    "campaign": "tenant_id, campaign_id",
    "member_attribute": "tenant_id, member_id, name",
    "top_up": "tenant_id, top_up_id",
    "offer_opt_in": "tenant_id, item_id, opted_in_at", "feature_switch": "tenant_id, feature", "brand_demand": "tenant_id, brand_id",
    "draw_prize": "tenant_id, draw_id, prize_no", "supplier_document_alert": "tenant_id, alert_id",
}  # fmt: skip

_JOURNAL = "compaction.json"
# No `*.parquet` glob sees it, and nothing that clears half-written files removes it.
_STAGED = ".merged"


class BrokenCompaction(Refusal):
    """What a compaction was about to do cannot be read, or it lost rows."""


def merge_batches(folder: DataFolder) -> dict[str, int]:
    """Merge what has been landed so far, where it lies in too many batches; return how many files became one, by view.

    Raises:
        BrokenCursor, BrokenCompaction, OSError, duckdb.Error: every row is still there; run again.
    """
    cursor = read_cursor(folder.cursor)
    return compact(folder.landing, cursor.next_batch) if cursor else {}


def compact(landing: Path, next_batch: int) -> dict[str, int]:
    """Merge the small batches of views that have too many; return how many files became one, by view.

    Args:
        next_batch: the number of the first batch that is not counted yet.

    Raises:
        BrokenCompaction, OSError, duckdb.Error: every row is still there; run again.
    """
    finish(landing)
    merged = {}
    for view in VIEWS:
        small = [
            path
            for path in batches(landing, view)
            if int(path.stem) < next_batch and path.stat().st_size < SMALL_BYTES
        ]
        if len(small) > MOST_SMALL_BATCHES:
            _merge(landing, view, small)
            merged[view] = len(small)
    return merged


def finish(landing: Path) -> None:
    """End what a compaction had begun when its process died; without one, clear what it left.

    Raises:
        BrokenCompaction: its journal is damaged.
    """
    journal = landing / _JOURNAL
    try:
        todo = json.loads(journal.read_text(encoding="utf-8"))
        folder, target, replaced = landing / todo["view"], todo["target"], todo["replaced"]
    except FileNotFoundError:
        for leftover in landing.glob(f"*/{_STAGED}"):
            leftover.unlink()
        return
    except (ValueError, KeyError, TypeError) as error:
        raise BrokenCompaction(
            f"the file {journal} is damaged; restore {landing} from a backup, or delete that folder to land "
            "everything again"
        ) from error
    if (folder / _STAGED).exists():
        (folder / _STAGED).replace(folder / target)
        durable.flush(folder)
    for name in replaced:
        (folder / name).unlink(missing_ok=True)
    durable.flush(folder)
    journal.unlink()
    durable.flush(landing)


def _merge(landing: Path, view: str, paths: list[Path]) -> None:
    staged = landing / view / _STAGED
    rows = f"from {parquet(paths)}"
    with duckdb.connect() as connection:
        newest = ""
        expected = sum(row_count_of(path) for path in paths)
        if key := VERSIONED.get(view):
            # What was known at the end of a day is the last version that came on it.
            key = f"{key}, {_day(connection, rows, landing)}"
            newest = f"qualify row_number() over (partition by {key} order by {_age(connection, rows)}) = 1"
            expected = _count(connection, f"select count(*) from (select distinct {key} {rows})")
        order = in_order(_names(connection, rows))
        written = _count(
            connection,
            f"copy (select * {rows} {newest} {order}) to '{quoted(staged)}' (format parquet, compression zstd)",
        )
    if written != expected:
        staged.unlink()
        raise BrokenCompaction(
            f"merging the batches of {view} gave {written} rows instead of {expected}; nothing was changed"
        )
    durable.flush(staged)
    todo = {"view": view, "target": paths[-1].name, "replaced": [path.name for path in paths[:-1]]}
    durable.write_text(landing / _JOURNAL, json.dumps(todo) + "\n")
    finish(landing)


def _day(connection: duckdb.DuckDBPyConnection, rows: str, landing: Path) -> str:
    """Return an expression that tells the days apart on which rows were landed; it is the same for all before the first."""
    if "batch" not in _names(connection, rows):
        return "0"
    return f"len(list_filter({list(read_days(landing).values())}::bigint[], lambda start: start <= coalesce(batch, -1)))"


def _age(connection: duckdb.DuckDBPyConnection, rows: str) -> str:
    """Return how staging orders versions, newest first; batches of the first version bear no number."""
    return "batch desc nulls last, xid desc" if "batch" in _names(connection, rows) else "xid desc"


def _names(connection: duckdb.DuckDBPyConnection, rows: str) -> set[str]:
    return {row[0] for row in connection.execute(f"describe {rows}").fetchall()}


def _count(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    found = connection.execute(statement).fetchone()
    return int(found[0]) if found else 0
