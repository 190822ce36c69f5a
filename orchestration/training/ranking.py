"""Ranking: each tenant's redemptions through the recommender, its tables into the `ml` folder."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pandas as pd

from orchestration.settings import DataFolder
from orchestration.training.cards import Making, write_cards
from orchestration.training.inputs import Tenant, TrainingInputs, reading
from orchestration.training.tables import TenantFrame, write_frames
from recommender.card import ModelCard
from recommender.ranking.attributes import Items
from recommender.ranking.cold_start import StartingResult, train_cold_start
from recommender.ranking.similar_tenants import TAKEN_COLUMNS, similar_shares
from recommender.ranking.training import RankingResult, train_ranking
from recommender.ranking.traits import labels_of

TABLES = (
    "item_popularity",
    "item_neighbours",
    "member_items",
    "member_recommendations",
    "starting_items",
    "starting_groups",
)


def train(folder: DataFolder, seed: int, making: Making) -> dict[str, int]:
    """Train and write the ranking tables and cards of all tenants; return the rows of each file.

    The time of the training decides which offers may still be recommended.

    Raises:
        InvalidFrame: the warehouse holds a row the recommender refuses.
        OSError: the files cannot be written; those not yet replaced stay as they were.
    """
    frames: dict[str, list[TenantFrame]] = {table: [] for table in (*TABLES, "model_scores")}
    cards: list[tuple[str, ModelCard | None]] = []
    with reading(folder.warehouse) as inputs:
        tenants = inputs.tenants()
        taken = taken_by_tenant(inputs, tenants)
        for tenant in tenants:
            ranking, start = _train_tenant(inputs, tenant, taken, seed=seed, as_of=making.trained_at)
            results = vars(ranking) | vars(start)
            for table, written in frames.items():
                written.append((tenant.tenant_id, results[table]))
            cards.append((tenant.tenant_id, ranking.card))
    rows = {table: write_frames(folder.ml, table, table, frames[table]) for table in TABLES}
    scores = frames["model_scores"]
    return rows | {
        "ranking_scores": write_frames(folder.ml, "ranking_scores", "model_scores", scores),
        "ranking_cards": write_cards(folder.ml, "ranking", cards, making),
    }


def taken_by_tenant(inputs: TrainingInputs, tenants: Sequence[Tenant]) -> pd.DataFrame:
    """Return what members of each live tenant took, by label alone (see `similar_tenants.TAKEN_COLUMNS`)."""
    parts = [pd.DataFrame(columns=list(TAKEN_COLUMNS))]
    for tenant in tenants:
        if not tenant.is_test:
            labels = labels_of(Items.from_frame(inputs.items(tenant.tenant_id)))
            counts = inputs.taken(tenant.tenant_id, labels)
            parts.append(counts.assign(tenant_id=tenant.tenant_id, industry=tenant.industry))
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _train_tenant(
    inputs: TrainingInputs, tenant: Tenant, taken: pd.DataFrame, *, seed: int, as_of: datetime
) -> tuple[RankingResult, StartingResult]:
    tenant_id, industry = tenant.tenant_id, tenant.industry
    interactions, items = inputs.interactions(tenant_id), inputs.items(tenant_id)
    member_ids, eligible_item_ids = inputs.member_ids(tenant_id), inputs.listed_item_ids(tenant_id, as_of)
    ranking = train_ranking(
        interactions,
        seed=seed,
        items=items,
        member_ids=member_ids,
        eligible_item_ids=eligible_item_ids,
    )
    start = train_cold_start(
        interactions,
        items=items,
        members=inputs.members(tenant_id),
        industry=industry,
        similar=similar_shares(taken, tenant_id=tenant_id, industry=industry),
        eligible_item_ids=eligible_item_ids,
    )
    # Of whoever refused personal recommendations no history is kept for them either.
    kept = ranking.member_items["member_id"].isin(member_ids)
    return replace(ranking, member_items=ranking.member_items[kept]), start
