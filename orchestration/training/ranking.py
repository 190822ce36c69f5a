"""Ranking: each tenant's redemptions through the recommender, its tables into the `ml` folder."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from orchestration.settings import DataFolder
from orchestration.training.cards import Making, write_cards
from orchestration.training.inputs import Tenant, TrainingInputs, reading
from orchestration.training.judgements import forget_judgements, read_judgements, write_judgements
from orchestration.training.tables import TenantFrame, read_frame, write_frames
from recommender.card import ModelCard
from recommender.ranking.attributes import Items
from recommender.ranking.cold_start import StartingResult, train_cold_start
from recommender.ranking.interactions import Interactions
from recommender.ranking.judgement import Judgement
from recommender.ranking.kept import Former
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
_LOGGER = logging.getLogger("pointmart")


def train(folder: DataFolder, seed: int, making: Making, *, choice_days: int) -> dict[str, int]:
    """Train and write the ranking tables and cards of all tenants; return the rows of each file.

    The time of the training decides which offers may still be recommended. What was chosen less than `choice_days`
    ago holds, and members without news keep their lists; 0 makes everything anew.

    Raises:
        InvalidFrame: the warehouse holds a row the recommender refuses.
        OSError: the files cannot be written; those not yet replaced stay as they were.
    """
    frames: dict[str, list[TenantFrame]] = {table: [] for table in (*TABLES, "model_scores")}
    cards: list[tuple[str, ModelCard | None]] = []
    before = read_judgements(folder.ml, making.code_version)
    judgements: dict[str, Judgement] = {}
    with reading(folder.warehouse) as inputs:
        tenants = inputs.tenants()
        items = {tenant.tenant_id: Items.from_frame(inputs.items(tenant.tenant_id)) for tenant in tenants}
        taken = taken_by_tenant(inputs, tenants, items)
        for tenant in tenants:
            tenant_id = tenant.tenant_id
            former = _former(folder, tenant_id, before.get(tenant_id))
            ranking, start = _train_tenant(
                inputs, tenant, items[tenant_id], taken, former, seed=seed, making=making, choice_days=choice_days
            )  # fmt: skip
            results = vars(ranking) | vars(start)
            for table, written in frames.items():
                written.append((tenant_id, results[table]))
            cards.append((tenant_id, ranking.card))
            if ranking.judgement is not None:
                judgements[tenant_id] = ranking.judgement
    forget_judgements(folder.ml)
    rows = {table: write_frames(folder.ml, table, table, frames[table]) for table in TABLES}
    scores = frames["model_scores"]
    rows |= {
        "ranking_scores": write_frames(folder.ml, "ranking_scores", "model_scores", scores),
        "ranking_cards": write_cards(folder.ml, "ranking", cards, making),
    }
    write_judgements(folder.ml, judgements, making.code_version)
    return rows


def taken_by_tenant(
    inputs: TrainingInputs, tenants: Sequence[Tenant], items: Mapping[str, Items]
) -> pd.DataFrame:
    """Return what members of each live tenant took, by label alone (see `similar_tenants.TAKEN_COLUMNS`)."""
    parts = [pd.DataFrame(columns=list(TAKEN_COLUMNS))]
    for tenant in tenants:
        if not tenant.is_test:
            counts = inputs.taken(tenant.tenant_id, labels_of(items[tenant.tenant_id]))
            parts.append(counts.assign(tenant_id=tenant.tenant_id, industry=tenant.industry))
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


def _former(folder: DataFolder, tenant_id: str, judgement: Judgement | None) -> Former | None:
    if judgement is None:
        return None
    tables = (read_frame(folder.ml, table, tenant_id) for table in ("member_items", "member_recommendations"))
    return Former(judgement, *tables)


def _train_tenant(
    inputs: TrainingInputs, tenant: Tenant, items: Items, taken: pd.DataFrame, former: Former | None,
    *, seed: int, making: Making, choice_days: int,
) -> tuple[RankingResult, StartingResult]:  # fmt: skip
    tenant_id, industry = tenant.tenant_id, tenant.industry
    past = Interactions.from_frame(inputs.interactions(tenant_id))
    member_ids = inputs.member_ids(tenant_id)
    eligible_item_ids = inputs.listed_item_ids(tenant_id, making.trained_at)
    ranking = train_ranking(
        past,
        seed=seed,
        today=making.day,
        items=items,
        member_ids=member_ids,
        eligible_item_ids=eligible_item_ids,
        former=former,
        choice_days=choice_days,
    )
    _LOGGER.info(
        "ranking of tenant %s: %s; the lists of %d of %d members were kept",
        tenant_id,
        f"everything is chosen anew, because {ranking.chosen_anew}"
        if ranking.chosen_anew
        else "nothing is chosen",
        ranking.lists_kept,
        len(member_ids),
    )
    start = train_cold_start(
        past,
        items=items,
        members=inputs.members(tenant_id),
        industry=industry,
        similar=similar_shares(taken, tenant_id=tenant_id, industry=industry),
        eligible_item_ids=eligible_item_ids,
    )
    # Of whoever refused personal recommendations no history is kept for them either.
    kept = ranking.member_items["member_id"].isin(member_ids)
    return replace(ranking, member_items=ranking.member_items[kept]), start
