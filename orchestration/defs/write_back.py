"""The write-back assets: what the mall knows of the current release. A refusal is told and does not undo the release."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.platform import Platform
from orchestration.write_back.run import write_back as write_back_release

# Asset → the kinds that make it up.
_ASSETS = {
    "segments": ("segments", "life-cycle stages"),
    "risk_scores": ("risk scores",),
    "replenishment_proposals": ("replenishment proposals",),
}
_DESCRIPTIONS = {
    "segments": "One row per member and scheme in the mall: the segment of the newest month.",
    "risk_scores": "One row per member in the mall whose batch risk score is above 0.",
    "replenishment_proposals": "One row per item in the mall that the release proposes to order.",
}


@dg.multi_asset(
    name="write_back",
    specs=[
        dg.AssetSpec(
            ["write_back", name], deps=[dg.AssetKey(["releases", "current"])], group_name="write_back",
            description=_DESCRIPTIONS[name], kinds={"postgres"}, skippable=True,
        )
        for name in _ASSETS
    ],
)  # fmt: skip
def write_back(
    context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
) -> Iterator[dg.MaterializeResult[None]]:
    """Tell the mall what the current release says, if a mall is known."""
    if platform.mall is None:
        context.log.info("no mall is known, so nothing is written back; set POINTMART_TRANSACTIONAL_URL")
        return
    done = write_back_release(platform.folder.releases, platform.mall)
    for refusal in done.refusals:
        context.log.warning(refusal)
    for name, kinds in _ASSETS.items():
        if done.refused.isdisjoint(kinds):
            counts = {f"{kind}: {result}": n for kind in kinds for result, n in done.results[kind].items()}
            metadata: dict[str, int | str] = {"release_id": done.release_id, **counts}
            yield dg.MaterializeResult(asset_key=["write_back", name], metadata=metadata)
