"""Ranking: each tenant's redemptions through the recommender, its tables into the `ml` folder."""

from dataclasses import replace

from orchestration.settings import DataFolder
from orchestration.training.cards import Making, write_cards
from orchestration.training.inputs import reading
from orchestration.training.tables import write_frames
from recommender.ranking.training import RankingResult, train_ranking

TABLES = ("item_popularity", "item_neighbours", "member_items", "member_recommendations")


def train(folder: DataFolder, seed: int, making: Making) -> dict[str, int]:
    """Train and write the ranking tables and cards of all tenants; return the rows of each file.

    The time of the training decides which offers may still be recommended.

    Raises:
        InvalidFrame: the warehouse holds a row the recommender refuses.
        OSError: the files cannot be written; those not yet replaced stay as they were.
    """
    results: list[tuple[str, RankingResult]] = []
    with reading(folder.warehouse) as inputs:
        for tenant_id in inputs.tenant_ids():
            member_ids = inputs.member_ids(tenant_id)
            result = train_ranking(
                inputs.interactions(tenant_id),
                seed=seed,
                items=inputs.items(tenant_id),
                member_ids=member_ids,
                eligible_item_ids=inputs.listed_item_ids(tenant_id, making.trained_at),
            )
            # Of whoever refused personal recommendations no history is kept for them either.
            kept = result.member_items["member_id"].isin(member_ids)
            results.append((tenant_id, replace(result, member_items=result.member_items[kept])))
    rows = {
        table: write_frames(folder.ml, table, table, [(t, getattr(r, table)) for t, r in results])
        for table in TABLES
    }
    scores = [(tenant_id, result.model_scores) for tenant_id, result in results]
    return rows | {
        "ranking_scores": write_frames(folder.ml, "ranking_scores", "model_scores", scores),
        "ranking_cards": write_cards(folder.ml, "ranking", [(t, r.card) for t, r in results], making),
    }
