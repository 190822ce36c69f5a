"""How dbt nodes become assets: dagster-dbt's defaults, plus two dependencies that keep dbt's starts few.

Dagster splits the dbt project wherever nodes wait for different steps. Left alone, that makes four dbt
invocations per run: nodes without any input, nodes over the landing, predictions, and model scores, which
are ready one step later. Each costs a second or more before its first model.
"""

from collections.abc import Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject

_LANDED = dg.AssetKey(["landing", "tenant"])
_TRAINED = dg.AssetKey(["ml", "model_scores"])


class Translator(DagsterDbtTranslator):
    """Keys `schema/table`; constant nodes wait for the landing, predictions for the last model asset."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Return the asset of a dbt node."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id)
        if node is None:
            return spec
        parents = node["depends_on"].get("nodes", [])
        if not parents:
            return _waiting_for(spec, _LANDED)
        if any(parent.startswith("source.") and parent.split(".")[2] == "ml" for parent in parents):
            return _waiting_for(spec, _TRAINED)
        return spec


def _waiting_for(spec: dg.AssetSpec, key: dg.AssetKey) -> dg.AssetSpec:
    known = {dep.asset_key for dep in spec.deps}
    return spec if key in known else spec.merge_attributes(deps=[key])
