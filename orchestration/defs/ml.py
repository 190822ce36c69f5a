"""The model assets: marts go in, the tables of the dbt source `ml` come out."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.platform import Platform
from orchestration.training import demand as demand_training
from orchestration.training import holiday_plans as planning
from orchestration.training import plan_scores as scoring
from orchestration.training import ranking as ranking_training
from orchestration.training.cards import Making
from orchestration.training.item_outlook import FORECASTS
from orchestration.training.tables import SCORE_FILES, unite_scores

GROUP = "ml"

_RANKING_INPUTS = [
    dg.AssetKey(["marts", table])
    for table in ("dim_tenant", "dim_member", "dim_offer", "dim_item", "fct_redemption_lines", "fct_entries")
]
_DEMAND_INPUTS = [
    dg.AssetKey(["marts", table])
    for table in (
        "dim_tenant", "dim_item", "dim_offer", "dim_supplier_terms", "fct_item_demand_daily", "fct_campaign_effect",
    )
]  # fmt: skip
_PLAN_INPUTS = [
    dg.AssetKey(["marts", table])
    for table in (
        "dim_tenant", "dim_item", "dim_offer", "dim_warehouse", "dim_supplier_terms", "fct_item_demand_daily",
        "fct_warehouse_stock", "fct_expiring_stock", "fct_warehouse_issues", "fct_incoming_stock",
        "fct_campaign_effect",
    )
]  # fmt: skip
_DESCRIPTIONS = {
    "item_popularity": "One row per tenant and item, ranked by recent popularity.",
    "item_neighbours": "One row per tenant, item, neighbour and kind: taken by the same members, or a like item.",
    "member_items": "One row per tenant, member and item redeemed, older redemptions weighing less.",
    "member_recommendations": "One row per tenant, member, slice and recommended item, best first.",
    "starting_items": "One row per tenant, group of newcomers and item to show them first, best first.",
    "starting_groups": "One row per tenant and group of newcomers by balance.",
    "ranking_scores": "One row per tenant, ranking model and measure on the test window.",
    "demand_forecasts": "One row per tenant, level, series and day ahead, with quantiles.",
    "holiday_plan_lines": "One row per tenant, coming holiday, item and warehouse: what to order by when.",
    "holiday_plan_scores": "One row per tenant, approved plan whose holiday is over, item and warehouse.",
    "demand_scores": "One row per tenant, demand model, level and measure on the test windows.",
    "ranking_cards": "One card per tenant: what its ranking models learnt from, why they were chosen, their limits.",
    demand_training.ACCURACY: "One row per tenant, level, past holiday and model: the released one and the naive one.",
    demand_training.WHAT_IF: "One row per tenant, item and day ahead: demand with and without a flash sale of that day.",
    "demand_cards": "One card per tenant and level: what its demand model learnt from, why it was chosen, its limits.",
}


def _specs(tables: tuple[str, ...], inputs: list[dg.AssetKey]) -> list[dg.AssetSpec]:
    return [
        dg.AssetSpec(
            ["ml", table],
            deps=inputs,
            group_name=GROUP,
            description=_DESCRIPTIONS[table],
            kinds={"json" if table.endswith("_cards") else "parquet"},
        )
        for table in tables
    ]


@dg.multi_asset(
    specs=_specs((*ranking_training.TABLES, "ranking_scores", "ranking_cards"), _RANKING_INPUTS),
    name="ranking",
)
def ranking(platform: dg.ResourceParam[Platform]) -> Iterator[dg.MaterializeResult[None]]:
    """Train the ranking models of every tenant, by what was chosen the last days if it holds."""
    rows = ranking_training.train(
        platform.folder, platform.seed, _making(platform), choice_days=platform.choice_days
    )
    yield from _results(rows)


@dg.multi_asset(
    specs=_specs(
        (
            "demand_forecasts",
            "demand_scores",
            demand_training.ACCURACY,
            demand_training.WHAT_IF,
            "demand_cards",
        ),
        _DEMAND_INPUTS,
    ),
    name="demand",
)
def demand(platform: dg.ResourceParam[Platform]) -> Iterator[dg.MaterializeResult[None]]:
    """Train the demand models of every tenant."""
    yield from _results(demand_training.train(platform.folder, platform.seed, _making(platform)))


@dg.multi_asset(
    specs=_specs((scoring.TABLE,), [*_PLAN_INPUTS, dg.AssetKey(["marts", "fct_approved_plan_lines"])]),
    name="plan_scores",
)
def plan_scores(platform: dg.ResourceParam[Platform]) -> Iterator[dg.MaterializeResult[None]]:
    """Score the approved plans of the holidays that are over."""
    yield from _results(scoring.score(platform.folder))


@dg.multi_asset(
    specs=_specs((planning.TABLE,), [*_PLAN_INPUTS, dg.AssetKey(["ml", FORECASTS])]), name="holiday_plans"
)
def holiday_plans(platform: dg.ResourceParam[Platform]) -> Iterator[dg.MaterializeResult[None]]:
    """Plan the coming holidays of every tenant, all of them within the platform's budget."""
    yield from _results(planning.plan(platform.folder, platform.seed, budget_fen=platform.holiday_budget_fen))


@dg.asset(
    key=["ml", "model_scores"],
    deps=[dg.AssetKey(["ml", name]) for name in SCORE_FILES],
    group_name=GROUP,
    kinds={"parquet"},
)
def model_scores(platform: dg.ResourceParam[Platform]) -> dg.MaterializeResult[None]:
    """One row per area, tenant, model and measure."""
    return dg.MaterializeResult(metadata={"dagster/row_count": unite_scores(platform.folder.ml)})


def _making(platform: Platform) -> Making:
    return Making(platform.clock(), platform.code_version)


def _results(rows: dict[str, int]) -> Iterator[dg.MaterializeResult[None]]:
    for table, count in rows.items():
        yield dg.MaterializeResult(asset_key=["ml", table], metadata={"dagster/row_count": count})
