"""Asset checks: what the release gate obeys, shown in the web interface where it belongs."""

from datetime import datetime

import dagster as dg

from orchestration.checks.anomalies import anomalies, daily_kpis
from orchestration.checks.freshness import is_fresh
from orchestration.checks.model_scores import compare_models
from orchestration.checks.quarantine import overfull
from orchestration.checks.row_counts import compare_row_counts
from orchestration.checks.volume import landed_volumes, unusual_volumes
from orchestration.defs.platform import Platform
from orchestration.history import LAG_CHECK, RELEASE
from orchestration.landing.contract import contract
from orchestration.landing.cursor import read_cursor
from orchestration.landing.drift import new_columns
from orchestration.landing.quarantine import read_quarantine
from orchestration.landing.waiting import is_anything_waiting
from orchestration.release.freshness import LONGEST_LAG_SECONDS
from orchestration.release.publish import last_day_over
from orchestration.release.shelf import Shelf

_ENTRY = ["landing", "entry"]


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


@dg.asset_check(
    asset=_ENTRY, description="The export views have the columns that the contract names, and no more."
)
def views_keep_their_contract(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Name new columns; a column that is gone or has another type stops the landing itself."""
    return _warning(new_columns(platform.folder.landing))


@dg.asset_check(asset=_ENTRY, description="No landed row violates the contract of its view.")
def nothing_lies_in_quarantine(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Count what was set aside, by view and rule; so much of a view that the rest says little is an error."""
    cursor = read_cursor(platform.folder.cursor)
    batch = cursor.next_batch - 1 if cursor else 0
    if too_many := overfull(platform.folder, batch):
        return _warning(too_many, dg.AssetCheckSeverity.ERROR)
    return _warning(read_quarantine(platform.folder.quarantine, batch).sentences())


@dg.asset_check(
    asset=_ENTRY, description="As many rows came for the last day as usually come on its weekday."
)
def landed_volume_is_usual(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Compare each view's rows of the last day that is over with the eight weeks before."""
    day = last_day_over(platform.clock())
    volumes = landed_volumes(platform.folder.landing, contract(), day)
    return _warning([found.sentence() for found in unusual_volumes(volumes, day)])


@dg.asset_check(
    asset=["marts", "fct_kpis_daily"],
    description="The figures of the last day are such as those of the four weeks before.",
)
def daily_figures_are_usual(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Compare numerators and denominators of the last day that is over with their own history."""
    day = last_day_over(platform.clock())
    found = anomalies(daily_kpis(platform.folder.warehouse, day), day)
    return _warning([anomaly.sentence() for anomaly in found])


@dg.asset_check(
    asset=RELEASE, name=LAG_CHECK,
    description="All that was committed more than a minute ago is in the release; refreshes report it, too.",
)  # fmt: skip
def release_is_fresh(platform: dg.ResourceParam[Platform]) -> dg.AssetCheckResult:
    """Measure `data_lag_seconds` of the current release, which is late only if it lacks something."""
    shelf = Shelf(platform.folder.releases)
    landing = shelf.manifest(shelf.current_id() or "current").landing
    lag = (platform.clock() - datetime.fromisoformat(landing["landed_at"])).total_seconds()
    is_late = lag > LONGEST_LAG_SECONDS and is_anything_waiting(platform.source(), landing["snapshot"])
    return dg.AssetCheckResult(
        passed=not is_late, severity=dg.AssetCheckSeverity.WARN, metadata={"data_lag_seconds": lag}
    )


def _warning(
    sentences: list[str], severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN
) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=not sentences,
        severity=severity,
        metadata={str(number): sentence for number, sentence in enumerate(sentences, 1)},
    )
