"""The habits of the dbt project, read from its manifest."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from tests.dbt_project.small_warehouse import Build

ROOT = Path(__file__).parents[2]
Nodes = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def models(built: Build) -> Nodes:
    return {key: node for key, node in built.manifest["nodes"].items() if key.startswith("model.")}


@pytest.fixture(scope="session")
def tests(built: Build) -> Nodes:
    return {key: node for key, node in built.manifest["nodes"].items() if key.startswith("test.")}


def layer(node: dict[str, Any]) -> str:
    return str(node["fqn"][1])


def parents(node: dict[str, Any]) -> list[str]:
    return list(node["depends_on"]["nodes"])


def test_a_model_lives_in_the_layer_its_name_says(models: Nodes) -> None:
    prefixes = {"stg": "staging", "int": "intermediate", "dim": "marts", "fct": "marts"}
    expected = {node["name"]: prefixes[node["name"].split("_")[0]] for node in models.values()}
    assert {node["name"]: layer(node) for node in models.values()} == expected
    assert {node["name"]: node["schema"] for node in models.values()} == expected


def test_staging_is_one_view_for_each_source(built: Build, models: Nodes) -> None:
    staging = [node for node in models.values() if layer(node) == "staging"]
    assert {node["config"]["materialized"] for node in staging} == {"view"}
    assert {node["name"]: len(parents(node)) for node in staging} == {node["name"]: 1 for node in staging}
    # Beside its newest versions a source may be staged with all of them; impressions are landed as events.
    apart = ("stg_redemption_line_versions", "stg_impressions")
    newest = [node for node in staging if node["name"] not in apart]
    assert sorted(parents(node)[0] for node in newest) == sorted(built.manifest["sources"])


def test_only_staging_reads_sources(models: Nodes) -> None:
    readers = {
        layer(node) for node in models.values() for parent in parents(node) if parent.startswith("source.")
    }
    assert readers == {"staging"}


def test_intermediate_models_read_no_mart(models: Nodes) -> None:
    read = {parent for node in models.values() if layer(node) == "intermediate" for parent in parents(node)}
    assert [key for key in read if key in models and layer(models[key]) == "marts"] == []


def test_every_model_but_a_mart_is_read_by_another(models: Nodes) -> None:
    read = {parent for node in models.values() for parent in parents(node)}
    unread = [node["name"] for key, node in models.items() if key not in read]
    # These serve their identities alone: the marts derive lines from their versions; holds are of the moment.
    assert {name for name in unread if not name.startswith(("dim_", "fct_"))} == {
        "stg_holds", "stg_redemption_lines",
    }  # fmt: skip


def test_descriptions_begin_with_the_grain(built: Build) -> None:
    described = {
        key: node["description"].startswith("One row per ")
        for key, node in built.manifest["nodes"].items()
        if key.startswith(("model.", "seed."))
    }
    assert [key for key, starts_well in described.items() if not starts_well] == []


def test_every_column_of_every_relation_is_described(built: Build) -> None:
    documented = {
        (node["schema"], node["name"], column["name"])
        for key, node in built.manifest["nodes"].items()
        if key.startswith(("model.", "seed."))
        for column in node["columns"].values()
        if column["description"]
    }
    actual = built.rows("select table_schema, table_name, column_name from information_schema.columns")
    assert documented == set(actual)


def test_marts_are_public_and_contracted(models: Nodes) -> None:
    marts = {node["name"]: node for node in models.values() if layer(node) == "marts"}
    assert [n for n, node in marts.items() if not node["config"]["contract"]["enforced"]] == []
    assert [n for n, node in marts.items() if node["config"]["access"] != "public"] == []
    assert [
        (name, column["name"])
        for name, node in marts.items()
        for column in node["columns"].values()
        if not column["data_type"]
    ] == []


def keys(tests: Nodes) -> dict[str, list[str]]:
    return {
        node["attached_node"]: node["test_metadata"]["kwargs"]["columns"]
        for node in tests.values()
        if node.get("test_metadata", {}).get("name") == "unique_combination_of_columns"
    }


def keys_elsewhere(models: Nodes) -> dict[str, list[str]]:
    metas = {key: node["config"]["meta"] for key, node in models.items()}
    return {key: meta["key_tested_in"] for key, meta in metas.items() if "key_tested_in" in meta}


def test_every_model_and_seed_has_a_tested_key(built: Build, models: Nodes, tests: Nodes) -> None:
    everything = {key for key in built.manifest["nodes"] if key.startswith(("model.", "seed."))}
    assert set(keys(tests)) == everything - set(keys_elsewhere(models))


def test_a_key_is_tested_elsewhere_only_of_a_view_that_is_read_there(models: Nodes, tests: Nodes) -> None:
    for view, readers in keys_elsewhere(models).items():
        assert models[view]["config"]["materialized"] == "view"
        for reader in (f"model.pointmart.{name}" for name in readers):
            assert view in parents(models[reader])
            assert set(keys(tests)[reader]) <= set(models[view]["columns"])


def test_no_test_is_a_mere_warning(tests: Nodes) -> None:
    assert {node["config"]["severity"].lower() for node in tests.values()} == {"error"}


def test_exposures_read_only_marts(built: Build, models: Nodes) -> None:
    exposures = built.manifest["exposures"].values()
    assert {exposure["name"] for exposure in exposures} == {
        "serving_recommendations", "serving_kpis", "serving_segments", "serving_item_performance", "serving_forecasts",
        "serving_holiday_plans", "serving_suppliers", "serving_value", "serving_reports", "serving_experiments", "serving_platform", "dashboard_enterprise",
        "dashboard_planner", "dashboard_stock", "dashboard_quality", "dashboard_models", "mall_write_back",
        "dashboard_points", "dashboard_items", "dashboard_members", "dashboard_health", "dashboard_profile_report",
        "dashboard_storefront", "platform_books", "platform_onboarding", "supplier_dossiers", "member_attributes",
        "dashboard_service", "dashboard_campaigns", "dashboard_fees", "dashboard_orders",
        "dashboard_after_sales", "dashboard_suppliers", "dashboard_risk", "dashboard_platform",
    }  # fmt: skip
    read = {parent for exposure in exposures for parent in parents(exposure)}
    assert {layer(models[key]) for key in read} == {"marts"}


@pytest.mark.parametrize("reader", ["serving", "dashboards"])
def test_exposures_name_what_their_owner_reads(reader: str, built: Build, models: Nodes) -> None:
    exposed = {
        models[parent]["name"]
        for exposure in built.manifest["exposures"].values()
        if exposure["owner"]["name"] == reader
        for parent in parents(exposure)
    }
    files = [*(ROOT / reader).rglob("*.py")]
    if reader == "serving":
        # What serving maps into memory is written from the marts when a release is built.
        files.append(ROOT / "orchestration/release/arrays.py")
    sources = (path.read_text(encoding="utf-8") for path in files)
    read = {name for source in sources for name in re.findall(r"\b(?:dim|fct)_\w+", source)}
    assert exposed == read


def test_no_package_comes_from_elsewhere(built: Build) -> None:
    macros = built.manifest["macros"].values()
    assert {macro["package_name"] for macro in macros} <= {"pointmart", "dbt", "dbt_duckdb"}


def test_a_metric_is_in_the_unit_that_its_key_names() -> None:
    units = {
        "rate": "rate",
        "share": "rate",
        "days": "days",
        "score": "score",
        "liability": "fen",
        "breaks": "rate",
    }
    seed = (ROOT / "dbt_project" / "seeds" / "metrics.csv").read_text(encoding="utf-8").splitlines()
    metrics = [(row["metric"].removesuffix("_cumulative"), row["unit"]) for row in csv.DictReader(seed)]
    assert len(metrics) > 25
    assert [(key, units[key.rpartition("_")[2]]) for key, _ in metrics] == metrics
