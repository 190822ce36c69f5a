"""The landing assets: one per export view, all from one snapshot."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.platform import Platform
from orchestration.landing.batches import VIEWS
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


@dg.multi_asset(specs=_SPECS, name="landing")
def landing(platform: dg.ResourceParam[Platform]) -> Iterator[dg.MaterializeResult[None]]:
    """Land what was committed since the last run."""
    landed = land(platform.folder, platform.source(), platform.clock())
    # Of a mall that was never trained the prediction tables are there, without rows.
    provide_missing(platform.folder.ml)
    for view, rows in landed.rows.items():
        metadata: dict[str, int | str] = {"dagster/row_count": rows, "snapshot": landed.cursor.snapshot}
        if aside := landed.quarantine.rows.get(view):
            metadata |= {"in quarantine": sum(aside.values()), **aside}
        yield dg.MaterializeResult(asset_key=["landing", view], metadata=metadata)
