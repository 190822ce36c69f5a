"""The dbt project as assets. Dagster splits them around the models, whose output is a dbt source.

All tests of a table are one asset check: with one check per test, writing some two hundred of them to
Dagster's event log took longer than running them.
"""

from collections import defaultdict
from collections.abc import Iterator

import dagster as dg
from dagster_dbt import build_dbt_asset_specs

from orchestration.defs.platform import Platform
from orchestration.defs.translator import Translator
from orchestration.warehouse.build import NodeResult, build
from orchestration.warehouse.project import Project

_CHECK = "dbt_tests"

AssetResult = dg.MaterializeResult[None] | dg.AssetCheckResult


def warehouse_assets(project: Project) -> dg.AssetsDefinition:
    """Return one asset per dbt model and seed, keyed `schema/table`, with its dbt tests as a check."""
    keys = asset_keys(project)
    tested = sorted({keys[owner] for owner in project.test_owners().values()})

    @dg.multi_asset(
        name="warehouse",
        specs=build_dbt_asset_specs(manifest=project.manifest, dagster_dbt_translator=Translator()),
        check_specs=[dg.AssetCheckSpec(_CHECK, asset=key) for key in tested],
        can_subset=True,
    )
    def warehouse(
        context: dg.AssetExecutionContext, platform: dg.ResourceParam[Platform]
    ) -> Iterator[AssetResult]:
        selected = [unique_id for unique_id, key in keys.items() if key in context.selected_asset_keys]
        outcome = build(project, selected)
        yield from _asset_results(project, selected, outcome.results)
        if outcome.refusal is not None:
            raise outcome.refusal

    return warehouse


def asset_keys(project: Project) -> dict[str, dg.AssetKey]:
    """Return the dbt id of each model and seed with its asset key."""
    translator = Translator()
    return {
        unique_id: translator.get_asset_spec(project.manifest, unique_id, None).key
        for unique_id in project.nodes()
    }


def _asset_results(project: Project, selected: list[str], results: list[NodeResult]) -> Iterator[AssetResult]:
    """Translate dbt's results; tests that belong to a table not selected are only in the test results."""
    keys, owners = asset_keys(project), project.test_owners()
    of_owner: dict[str, list[NodeResult]] = defaultdict(list)
    for result in results:
        if result.unique_id in owners:
            of_owner[owners[result.unique_id]].append(result)
        elif not result.failed and result.status != "skipped":
            yield dg.MaterializeResult(asset_key=keys[result.unique_id], metadata={"seconds": result.seconds})
    for owner, tests in ((owner, tests) for owner, tests in of_owner.items() if owner in selected):
        failed = [test for test in tests if test.failed]
        remarkable = [test for test in tests if test.status != "pass"]
        yield dg.AssetCheckResult(
            asset_key=keys[owner],
            check_name=_CHECK,
            passed=not remarkable,
            severity=dg.AssetCheckSeverity.ERROR if failed else dg.AssetCheckSeverity.WARN,
            metadata={"tests": len(tests), **{t.unique_id: t.message or t.status for t in remarkable}},
        )
