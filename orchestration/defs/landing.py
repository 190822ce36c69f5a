"""The landing assets: one per export view, all from one snapshot."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.platform import Platform
from orchestration.landing.batches import VIEWS
from orchestration.landing.compaction import merge_batches
from orchestration.landing.land import land
from orchestration.training.tables import provide_missing

_SPECS = [
    dg.AssetSpec(
        ["landing", view],
        group_name="landing",
        description=f"One row per committed version of export.{view}, as immutable Parquet batches.",
        kinds={"postgres", "parquet"},
    )
    for view in VIEWS
]
_QUARANTINE = dg.AssetSpec(
    ["landing", "quarantine"],
    group_name="landing",
    description="One row per row of an export view that violates the contract of its view.",
    kinds={"parquet"},
)


@dg.multi_asset(specs=[*_SPECS, _QUARANTINE], name="landing")
def landing(platform: dg.ResourceParam[Platform]) -> Iterator[dg.MaterializeResult[None]]:
    """Land what was committed since the last run; merge the batches of before where they are many."""
    merge_batches(platform.folder)
    landed = land(platform.folder, platform.source(), platform.clock())
    # Of a mall that was never trained the prediction tables are there, without rows.
    provide_missing(platform.folder.ml)
    for view, rows in landed.rows.items():
        metadata: dict[str, int | str] = {
            "dagster/row_count": rows,
            "snapshot": landed.cursor.snapshot,
            "rows_of_erased_members_removed": landed.forgotten,
        }
        yield dg.MaterializeResult(asset_key=["landing", view], metadata=metadata)
    yield dg.MaterializeResult(
        asset_key=_QUARANTINE.key,
        metadata={"dagster/row_count": landed.quarantine.count, **_numbered(landed.quarantine.sentences())},
    )


def _numbered(sentences: list[str]) -> dict[str, str]:
    return {str(number): sentence for number, sentence in enumerate(sentences, 1)}
