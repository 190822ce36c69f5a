"""The landed files: immutable Parquet batches, `landing/<view>/<number>.parquet`.

Beside the view's columns each row bears the number of its batch in the column `batch`. Of a row that changed,
every batch since holds a version, and the newest batch has the newest. Batches of the first version lack the
column, and are older than all that have it.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from orchestration.refusal import Refusal

VIEWS = (
    "tenant", "member", "category", "brand", "item", "offer", "stock", "stock_movement",
    "lot", "entry", "hold", "redemption", "redemption_line", "event", "feedback",
    "refusal", "risk_assessment", "payment", "flash_sale", "draw",
    "warehouse", "warehouse_movement", "stock_adjustment", "stock_alert", "expired_stock", "reservation", "supplier", "supplier_terms",
    "purchase_order", "purchase_order_line", "receipt_batch", "holiday_plan", "holiday_plan_line",
    "shipment", "shipment_line", "carrier_rate", "compensation", "after_sales_case",
    "survey_answer", "item_review", "chat",
    "fee", "invoice", "settlement_statement", "reconciliation", "licence", "licence_alert", "onboarding", "pilot",
    "supplier_document", "supplier_sample", "supplier_trial", "supplier_suspension", "campaign",
    "campaign_item", "campaign_sale", "campaign_use", "acceptance_run", "member_attribute", "top_up",
    "offer_opt_in", "feature_switch", "brand_demand", "fee_confirmation", "settlement_line", "exchange_statement",
    "shipment_event", "draw_prize", "supplier_document_alert",
)  # fmt: skip


class BrokenBatch(Refusal):
    """A landed file cannot be read, or a view's files are gone."""


def batch_path(landing: Path, view: str, number: int) -> Path:
    """Return the file of a batch.

    Repeated after a crash, a run writes under the same number and replaces the batch that was never counted.
    """
    return landing / view / f"{number:020d}.parquet"


def batches(landing: Path, view: str) -> list[Path]:
    """Return the batch files of a view, oldest first."""
    return sorted((landing / view).glob("*.parquet"))


def row_count(landing: Path, view: str) -> int:
    """Count the landed rows of a view, all versions, from the files' footers.

    Raises:
        BrokenBatch: naming the file that is damaged.
    """
    return sum(row_count_of(path) for path in batches(landing, view))


def row_count_of(path: Path) -> int:
    """Count the rows of a file from its footer.

    Raises:
        BrokenBatch: it is damaged.
    """
    return int(_footer(path).num_rows)


def columns(path: Path) -> set[str]:
    """Return the names of a batch's columns.

    Raises:
        BrokenBatch: naming the file that is damaged.
    """
    return set(_footer(path).schema.to_arrow_schema().names)


def in_order(names: Collection[str]) -> str:
    """Return the ORDER BY by which a reader of some days leaves out most of a large batch, or nothing.

    A view that joins tables shows its rows in no order: each part of a file then holds rows of all days.
    """
    return "order by effective_at" if "effective_at" in names else ""


def check_batches(landing: Path, views: Sequence[str]) -> None:
    """Check that every view has batches and that each file is whole.

    Raises:
        BrokenBatch: naming the file or the view.
    """
    for view in views:
        if not batches(landing, view):
            raise BrokenBatch(
                f"the landed files of {landing / view} are gone; restore them from a backup, "
                f"or delete the folder {landing} to land everything again"
            )
        row_count(landing, view)


def _footer(path: Path) -> parquet.FileMetaData:
    try:
        return parquet.read_metadata(path)
    except (OSError, pa.ArrowException) as error:
        raise BrokenBatch(
            f"the landed file {path} is damaged; restore it from a backup, "
            f"or delete the folder {path.parent.parent} to land everything again"
        ) from error
