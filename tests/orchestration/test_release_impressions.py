from pathlib import Path

import duckdb
import pytest

from orchestration.cli.evaluate.impressions import read_impressions
from orchestration.release.impressions import NoImpressions, write_impressions


def uuid(number):
    return f"00000000-0000-0000-0000-{number:012}"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    """Two tenants; the first logged its second request twice, and once an item in the place of another."""
    folder = tmp_path / "release"
    folder.mkdir()
    rows = [
        # tenant, event, request, member, item, position, policy, propensity, minute, clicked, redeemed
        (1, 1, 11, 21, 31, 1, "recipe", 1.0, 1, True, True),
        (1, 2, 11, 21, 32, 2, "recipe", 0.05, 1, False, False),
        (1, 3, 12, 22, 31, 1, "popularity", 1.0, 2, True, False),
        (1, 4, 12, 22, 31, 1, "popularity", 1.0, 3, False, False),
        (1, 5, 12, 22, 33, 1, "popularity", 0.5, 4, False, False),
        (2, 6, 13, 23, 31, 1, "recipe", 1.0, 1, True, True),
    ]
    with duckdb.connect() as connection:
        connection.execute(f"attach '{folder / 'marts.duckdb'}' as made")
        connection.execute("create schema made.marts")
        connection.execute("create table made.marts.dim_tenant (tenant_id uuid, code varchar)")
        connection.executemany(
            "insert into made.marts.dim_tenant values (?, ?)", [(uuid(1), "oak"), (uuid(2), "elm")]
        )
        connection.execute(
            "create table made.marts.fct_impressions (tenant_id uuid, event_id uuid, request_id uuid, member_id uuid, "
            "item_id uuid, position smallint, policy varchar, propensity double, shown_at timestamptz, "
            "is_clicked boolean, is_redeemed boolean)"
        )
        for *ids, position, policy, propensity, minute, clicked, redeemed in rows:
            shown_at = f"2026-05-01 04:{minute:02}:00+00"
            connection.execute(
                "insert into made.marts.fct_impressions values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [*map(uuid, ids), position, policy, propensity, shown_at, clicked, redeemed],
            )
    return folder


@pytest.mark.parametrize(
    ("reward", "expected"), [("redeemed", [1.0, 0.0, 0.0]), ("clicked", [1.0, 0.0, 1.0])]
)
def test_impressions_are_written_as_policies_are_judged_by(release, tmp_path, reward, expected):
    file = tmp_path / "impressions.parquet"
    assert write_impressions(release, "oak", file, reward) == 3
    shown = read_impressions(file)
    assert shown.has_positions
    assert shown.frame["reward"].tolist() == expected
    assert shown.frame["request_id"].tolist() == [uuid(11), uuid(11), uuid(12)]
    assert shown.frame["propensity"].tolist() == [1.0, 0.05, 1.0]
    assert shown.frame["policy"].tolist() == ["recipe", "recipe", "popularity"]


def test_a_tenant_that_logged_nothing_is_told_how(release, tmp_path):
    with pytest.raises(
        NoImpressions, match=r"no impression of a tenant with the code ash; .*POST /v1/events"
    ):
        write_impressions(release, "ash", tmp_path / "impressions.parquet", "redeemed")
    assert not (tmp_path / "impressions.parquet").exists()


def test_a_release_of_before_is_told_apart(release, tmp_path):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'marts.duckdb'}' as made")
        connection.execute("drop table made.marts.fct_impressions")
    with pytest.raises(NoImpressions, match="published before impressions were kept"):
        write_impressions(release, "oak", tmp_path / "impressions.parquet", "redeemed")
