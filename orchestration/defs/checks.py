"""Asset checks: what the release gate obeys, shown in the web interface where it belongs."""

import dagster as dg

from orchestration.checks.freshness import is_fresh
from orchestration.checks.model_scores import compare_models
from orchestration.checks.row_counts import compare_row_counts
from orchestration.defs.platform import Platform
from orchestration.landing.cursor import read_cursor


@dg.asset_check(
    asset=["landing", "entry"], description="Everything committed until 26 hours ago has been landed."
)
def landing_is_fresh(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Compare the time of the last landing with the clock."""
    cursor = read_cursor(platform.folder.cursor)
    landed_at = cursor.landed_at.isoformat() if cursor else "nothing has been landed"
    return dg.AssetCheckResult(passed=is_fresh(cursor, platform.clock()), metadata={"landed_at": landed_at})


@dg.asset_check(
    asset=["marts", "fct_entries"],
    additional_deps=[
        ["marts", "fct_redemption_lines"], ["marts", "fct_events"], ["marts", "fct_feedback"],
        ["marts", "fct_item_demand_daily"],
    ],
    description="Every landed row of the facts is in the warehouse exactly once.",
)  # fmt: skip
def rows_agree_with_the_landing(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Compare row counts of the warehouse with the landed files."""
    counts = compare_row_counts(platform.folder)
    return dg.AssetCheckResult(
        passed=all(count.agrees for count in counts),
        metadata={count.view: count.sentence() for count in counts},
    )


@dg.asset_check(
    asset=["ml", "model_scores"], description="No released model is worse than its baseline beyond chance."
)
def models_are_not_worse_than_their_baselines(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Compare the released models' scores with their baselines'."""
    worse = [model for model in compare_models(platform.folder.ml / "model_scores.parquet") if model.is_worse]
    return dg.AssetCheckResult(
        passed=not worse, metadata={m.tenant_id + m.slice: m.sentence() for m in worse}
    )
