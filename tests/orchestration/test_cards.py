"""Model cards on their way from a training into the manifest of a release and onto the terminal."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from rich.console import Console

from orchestration.cli.release_table import print_release
from orchestration.landing.batches import VIEWS
from orchestration.landing.cursor import Cursor, Origin
from orchestration.release.build import Provenance, build_release
from orchestration.release.cards import cards_to_release
from orchestration.release.gate import Audit
from orchestration.release.manifest import MANIFEST, Manifest, read_manifest
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder
from orchestration.training.cards import Making, read_cards, write_cards
from recommender.card import Choice, ModelCard, Paired, Window
from recommender.gate import decide_release
from recommender.scores import Score

NOW = datetime(2026, 5, 1, tzinfo=UTC)
# In Shanghai already the second of May.
TRAINED = Making(datetime(2026, 5, 1, 16, 30, tzinfo=UTC), "1.0+abc1234")
TENANT = "01900000-0000-7000-8000-000000000001"
ACORN = "01900000-0000-7000-8000-000000000002"
GATE = decide_release(
    metric="ndcg@10", candidate="two_stage", values={"two_stage": 0.5, "ease": 0.4}, higher_is_better=True
)
CARD = ModelCard(
    area="ranking",
    purpose="Orders items.",
    seed=7,
    choices=[
        Choice("all", "two_stage", GATE, GATE.reason, Paired("ease", 1.25, 1.22, 1.29, 2_000), {"l2": 0.4}),
        Choice("novel", "popularity", None, "Too few.", None, {}),
    ],
    data=Window(date(2025, 5, 1), date(2026, 4, 29), 50, 900),
    learnt_from={"members": 1_250, "redeemed_lines": 900},
    chosen_on=date(2026, 4, 30),
    validation=None,
    test=Window(date(2026, 4, 2), date(2026, 4, 29), 50, 90),
    scores=[
        Score("two_stage", "all", "ndcg", 10, 0.55, 0.53, 0.57, 2_000),
        Score("two_stage", "all", "coverage", 10, 0.4, float("nan"), float("nan"), 2_000),
        Score("ease", "all", "ndcg", 10, 0.44, 0.42, 0.46, 2_000),
        Score("popularity", "all", "ndcg", 10, 0.37, 0.36, 0.38, 2_000),
    ],
    limits={"unknown_item_share": 0.03},
)


@pytest.fixture
def folder(data_dir: Path) -> DataFolder:
    made = DataFolder(data_dir)
    made.create()
    with duckdb.connect(str(made.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.dim_tenant (tenant_id uuid, name varchar)")
        connection.execute(f"insert into marts.dim_tenant values ('{TENANT}', 'Acorn [Bank]')")
    return made


def release(folder: DataFolder, at: datetime) -> Manifest:
    cursor = Cursor(Origin("1", "pointmart", 5), "900:905:", 4, VIEWS, NOW)
    audit = Audit({"passed": 3, "failed": 0, "warned": 0}, {"ranking": [{"model": "two_stage"}]}, {})
    made = build_release(folder, Provenance(cursor, "1.0"), audit, at)
    Shelf(folder.releases).switch(made.release_id)
    return made


def since(cards: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    return {
        (card["tenant_id"][-1], choice["slice"]): choice["released_since"]
        for card in cards
        for choice in card["choices"]
    }


def shown(manifest: Manifest, folder: DataFolder) -> str:
    terminal = io.StringIO()
    print_release(Console(file=terminal, width=80), manifest, folder.releases / manifest.release_id)
    return terminal.getvalue()


def test_a_card_is_read_back_as_plain_data_with_its_tenant_its_making_and_its_age(folder: DataFolder) -> None:
    assert write_cards(folder.ml, "ranking", [(TENANT, CARD), (ACORN, None)], TRAINED) == 1
    (card,) = read_cards(folder.ml)
    assert (card["tenant_id"], card["code_version"], card["seed"]) == (TENANT, "1.0+abc1234", 7)
    assert card["trained_at"] == "2026-05-01T16:30:00+00:00"
    assert card["data"] == {"first": "2025-05-01", "last": "2026-04-29", "units": 50, "rows": 900}
    assert card["limits"] == {"unknown_item_share": 0.03, "data_age_days": 3}
    assert card["chosen_on"] == "2026-04-30"
    assert card["choices"][0]["gate"]["strongest_baseline"] == "ease"
    assert card["choices"][1]["gate"] is None
    assert (card["scores"][0]["low"], card["scores"][1]["low"]) == (0.53, None)


def test_cards_of_both_areas_are_read_and_a_mall_without_training_has_none(folder: DataFolder) -> None:
    assert read_cards(folder.ml) == []
    write_cards(folder.ml, "demand", [(TENANT, replace(CARD, area="demand"))], TRAINED)
    write_cards(folder.ml, "ranking", [(TENANT, CARD), (ACORN, CARD)], TRAINED)
    assert [(card["area"], card["tenant_id"]) for card in read_cards(folder.ml)] == [
        ("ranking", TENANT), ("ranking", ACORN), ("demand", TENANT),
    ]  # fmt: skip


def test_a_release_carries_the_cards_beside_what_else_it_says_of_models(folder: DataFolder) -> None:
    write_cards(folder.ml, "ranking", [(TENANT, CARD)], TRAINED)
    made = release(folder, NOW)
    assert read_manifest(folder.releases / made.release_id) == made
    assert made.models["ranking"] == [{"model": "two_stage"}]
    (card,) = made.models["cards"]
    assert card["scores"][0]["value"] == 0.55
    assert since([card]) == {("1", "all"): NOW.isoformat(), ("1", "novel"): NOW.isoformat()}


def test_a_model_is_in_use_since_the_first_of_the_releases_that_kept_it(folder: DataFolder) -> None:
    first, second, third = NOW, NOW + timedelta(days=1), NOW + timedelta(days=2)
    write_cards(folder.ml, "ranking", [(TENANT, CARD)], TRAINED)
    release(folder, first)
    other = replace(CARD, choices=[CARD.choices[0], replace(CARD.choices[1], model="ease")])
    write_cards(folder.ml, "ranking", [(TENANT, other), (ACORN, CARD)], TRAINED)
    release(folder, second)
    assert since(cards_to_release(folder, third)) == {
        ("1", "all"): first.isoformat(),
        ("1", "novel"): second.isoformat(),
        ("2", "all"): second.isoformat(),
        ("2", "novel"): second.isoformat(),
    }


def test_a_model_that_comes_back_begins_anew(folder: DataFolder) -> None:
    for day, model in enumerate(("ease", "two_stage", "ease")):
        card = replace(CARD, choices=[replace(CARD.choices[0], model=model)])
        write_cards(folder.ml, "ranking", [(TENANT, card)], TRAINED)
        made = release(folder, NOW + timedelta(days=day))
    assert since(made.models["cards"]) == {("1", "all"): (NOW + timedelta(days=2)).isoformat()}


@pytest.mark.parametrize("harm", ["no cards", "no manifest"])
def test_after_a_release_without_readable_cards_models_are_in_use_from_now(
    folder: DataFolder, harm: str
) -> None:
    write_cards(folder.ml, "ranking", [(TENANT, CARD)], TRAINED)
    made = release(folder, NOW)
    path = folder.releases / made.release_id / MANIFEST
    fields = json.loads(path.read_text())
    fields["models"] = {"ranking": fields["models"]["ranking"]}
    path.write_text(json.dumps(fields) if harm == "no cards" else "{")
    later = NOW + timedelta(days=1)
    assert set(since(cards_to_release(folder, later)).values()) == {later.isoformat()}


def test_a_release_is_shown_with_its_models_beside_their_strongest_baselines(folder: DataFolder) -> None:
    write_cards(folder.ml, "ranking", [(TENANT, CARD), (ACORN, replace(CARD, scores=[]))], TRAINED)
    lines = [line.split() for line in shown(release(folder, NOW), folder).splitlines()]
    told = [
        line for line in lines if line and line[0] in ("Acorn", ACORN, "ranking,", "to", "chosen", "1.220")
    ]
    assert told == [
        ["Acorn", "[Bank]"],
        ["ranking,", "all", "two_stage", "ndcg", "0.550", "2,000", "ease"],
        ["to", "2026-04-29", "since", "2026-05-01", "0.530", "to", "0.570", "0.440"],
        ["chosen", "2026-04-30", "×", "1.250"],
        ["1.220", "to", "1.290"],
        ["ranking,", "novel", "popularity", "–", "–", "–"],
        ["to", "2026-04-29", "since", "2026-05-01"],
        ["chosen", "2026-04-30"],
        # A tenant whose name the marts do not know is shown by its id, and what was not measured by dashes.
        [ACORN],
        ["ranking,", "all", "two_stage", "–", "–", "–"],
        ["to", "2026-04-29", "since", "2026-05-01"],
        ["chosen", "2026-04-30"],
        ["ranking,", "novel", "popularity", "–", "–", "–"],
        ["to", "2026-04-29", "since", "2026-05-01"],
        ["chosen", "2026-04-30"],
    ]


def test_a_release_from_before_there_were_cards_is_shown_without(folder: DataFolder) -> None:
    made = release(folder, NOW)
    (folder.releases / made.release_id / "marts.duckdb").unlink()
    old = replace(made, models={}, quality={"warnings": ["dbt test [b] warns"]}, landing={})
    told = shown(old, folder)
    assert "no model cards" in told
    assert "! dbt test [b] warns" in told
    assert "landed until –" in told
