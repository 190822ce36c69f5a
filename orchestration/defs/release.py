"""The release asset: the audited bundle that serving and dashboards read."""

import dagster as dg

from orchestration.defs.platform import Platform
from orchestration.release.publish import publish


def release_asset(marts: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """Return the release asset, which follows all marts."""

    @dg.asset(
        key=["releases", "current"],
        deps=[*marts, ["ml", "model_scores"], ["ml", "ranking_cards"], ["ml", "demand_cards"]],
        group_name="releases",
        kinds={"duckdb"},
    )
    def release(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult[None]:
        """One immutable bundle of all marts with its manifest; the newest that passed every check is current."""
        manifest = publish(platform.folder, platform.code_version, platform.clock())
        rows = sum(content.rows for content in manifest.tables.values())
        return dg.MaterializeResult(metadata={"release_id": manifest.release_id, "dagster/row_count": rows})

    return release
