"""Trainings that follow each other on one data folder: what they go by, and what they leave."""

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import pandas as pd
import pytest
from pyarrow import parquet

from orchestration.settings import DataFolder
from orchestration.training import ranking
from orchestration.training.cards import Making, read_cards
from orchestration.training.ranking import TABLES
from tests.recommender.conftest import taste_mall

TENANT = str(UUID(int=1))
NOW = datetime(2025, 6, 1, tzinfo=UTC)
FILES = (*TABLES, "ranking_scores")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    """A mall of 60 members and 24 items whose models were trained once."""
    folder = DataFolder(tmp_path_factory.mktemp("mall"))
    folder.create()
    mall = taste_mall(days=150)
    lines = pd.DataFrame(
        {
            "tenant_id": TENANT,
            "member_id": [str(UUID(int=100 + int(name[1:]))) for name in mall["member_id"]],
            "item_id": [str(UUID(int=500 + int(name[1:]))) for name in mall["item_id"]],
            "redemption_id": range(len(mall)),
            "effective_at": mall["occurred_at"],
        }
    )
    with duckdb.connect(str(folder.warehouse)) as connection:
        connection.register("lines", lines)
        for statement in (
            "create schema marts",
            f"create table marts.dim_tenant as select '{TENANT}'::uuid as tenant_id, 'bank' as industry, false as is_test",
            "create table marts.dim_member as select distinct tenant_id::uuid as tenant_id, "
            "  member_id::uuid as member_id, timestamptz '2024-01-01 00:00:00+00' as registered_at, "
            "  null::varchar as profile, true as is_personalised from lines",
            "create table marts.dim_item as select distinct item_id::uuid as item_id, item_id as name, 'tea' as category, "
            "  'staple' as class, 'physical' as kind, null::uuid as brand_id from lines",
            "create table marts.dim_offer as select distinct tenant_id::uuid as tenant_id, item_id::uuid as item_id, "
            "  100 as price_points, null::timestamptz as listed_until from lines",
            "create table marts.fct_entries (tenant_id uuid, account_kind varchar, member_id uuid, "
            "  amount_points bigint, effective_at timestamptz)",
            "create table marts.fct_redemption_lines as select tenant_id::uuid as tenant_id, "
            "  member_id::uuid as member_id, item_id::uuid as item_id, 'points' as mode, 'completed' as status, "
            "  1 as quantity, 0 as refunded_quantity, redemption_id, 1 as line_no, effective_at from lines",
        ):
            connection.execute(statement)
    train(folder)
    return folder


@pytest.fixture
def folder(trained: DataFolder, tmp_path: Path) -> DataFolder:
    """A copy of that mall."""
    copied = DataFolder(tmp_path / "copied")
    copied.create()
    for source in (trained.warehouse, *trained.ml.iterdir()):
        (copied.root / source.relative_to(trained.root)).write_bytes(source.read_bytes())
    return copied


def train(folder: DataFolder, *, days: int = 0, version: str = "1.0", choice_days: int = 7) -> None:
    ranking.train(folder, 1, Making(NOW + timedelta(days=days), version), choice_days=choice_days)


def change(folder: DataFolder, statement: str) -> None:
    with duckdb.connect(str(folder.warehouse)) as connection:
        connection.execute(statement)


def lists_kept(folder: DataFolder) -> float:
    (card,) = read_cards(folder.ml)
    return float(card["limits"]["lists_kept"])


def listed_members(folder: DataFolder) -> set[str]:
    table = parquet.read_table(folder.ml / "member_recommendations.parquet")
    return set(table["member_id"].to_pylist())


def test_without_news_the_next_training_writes_the_same_tables(
    folder: DataFolder, caplog: pytest.LogCaptureFixture
) -> None:
    before = {name: parquet.read_table(folder.ml / f"{name}.parquet") for name in FILES}
    with caplog.at_level(logging.INFO, logger="pointmart"):
        train(folder, days=1)
    for name, table in before.items():
        assert parquet.read_table(folder.ml / f"{name}.parquet").equals(table), name
    assert lists_kept(folder) == 60
    assert (
        f"ranking of tenant {TENANT}: nothing is chosen; the lists of 60 of 60 members were kept"
        in caplog.text
    )
    (card,) = read_cards(folder.ml)
    assert (card["chosen_on"], card["trained_at"][:10]) == ("2025-06-01", "2025-06-02")


def test_the_scores_of_a_kept_choice_carry_the_last_day_of_their_window(folder: DataFolder) -> None:
    train(folder, days=6)
    scores = parquet.read_table(folder.ml / "ranking_scores.parquet")
    (card,) = read_cards(folder.ml)
    assert {str(day) for day in scores["judged_until"].to_pylist()} == {card["test"]["last"]}


@pytest.mark.parametrize("again", [{"days": 7}, {"version": "1.1"}, {"choice_days": 0}])
def test_age_another_version_and_a_request_make_everything_anew(
    folder: DataFolder, again: dict[str, int]
) -> None:
    train(folder, **again)  # type: ignore[arg-type]
    assert lists_kept(folder) == 0
    (card,) = read_cards(folder.ml)
    assert card["chosen_on"] == card["trained_at"][:10]


def test_whoever_refuses_leaves_the_lists_and_comes_back_with_new_ones(folder: DataFolder) -> None:
    refusing = str(UUID(int=109))
    change(folder, f"update marts.dim_member set is_personalised = member_id <> '{refusing}'")
    train(folder, days=1)
    assert refusing not in listed_members(folder)
    assert lists_kept(folder) == 59
    change(folder, "update marts.dim_member set is_personalised = true")
    train(folder, days=2)
    assert refusing in listed_members(folder)
    assert lists_kept(folder) == 59


def test_an_offer_that_ended_is_in_no_list(folder: DataFolder) -> None:
    ended = str(UUID(int=500))
    change(
        folder,
        f"update marts.dim_offer set listed_until = '2025-06-01 12:00:00+00' where item_id = '{ended}'",
    )
    train(folder, days=1)
    table = parquet.read_table(folder.ml / "member_recommendations.parquet")
    assert ended not in set(table["item_id"].to_pylist())


def test_an_erasure_chooses_anew_and_leaves_no_row(folder: DataFolder) -> None:
    erased = str(UUID(int=110))
    for mart in ("dim_member", "fct_redemption_lines"):
        change(folder, f"delete from marts.{mart} where member_id = '{erased}'")
    train(folder, days=1)
    assert lists_kept(folder) == 0
    assert erased not in listed_members(folder)


def test_a_training_that_stopped_while_writing_leaves_nothing_to_go_by(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(ranking, "write_cards", lambda *_: (_ for _ in ()).throw(OSError("full")))
        with pytest.raises(OSError, match="full"):
            train(folder, days=1)
    train(folder, days=2)
    assert lists_kept(folder) == 0


def test_a_damaged_file_of_judgements_makes_everything_anew(folder: DataFolder) -> None:
    written = (folder.ml / "ranking_judgements.json").read_text(encoding="utf-8")
    (folder.ml / "ranking_judgements.json").write_text(written[: len(written) // 2], encoding="utf-8")
    train(folder, days=1)
    assert lists_kept(folder) == 0
