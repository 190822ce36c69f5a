"""What the models are trained on, read from marts of a few lines."""

from pathlib import Path

import duckdb
import pytest

from orchestration.training.inputs import reading

TENANT, OTHER, MEMBER, ERASED, REFUSING = (f"00000000-0000-0000-0000-{n:012d}" for n in (1, 2, 11, 12, 13))
LINES = [
    # tenant, member, item, mode, status, quantity, refunded quantity
    (TENANT, MEMBER, 31, "points", "completed", 2, 0),
    (TENANT, MEMBER, 32, "points_cash", "partially_refunded", 3, 1),
    (TENANT, MEMBER, 33, "points", "partially_refunded", 1, 1),
    (TENANT, MEMBER, 34, "points", "refunded", 1, 1),
    (TENANT, MEMBER, 35, "points", "cancelled", 1, 0),
    (TENANT, MEMBER, 36, "draw", "completed", 1, 0),
    (TENANT, MEMBER, 37, "flash_sale", "allocated", 1, 0),
    (TENANT, ERASED, 31, "points", "completed", 1, 0),
    (TENANT, REFUSING, 38, "points", "completed", 1, 0),
    (OTHER, MEMBER, 31, "points", "completed", 1, 0),
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_member (tenant_id uuid, member_id uuid, is_personalised boolean)"
        )
        connection.executemany(
            "insert into marts.dim_member values (?, ?, ?)",
            [(TENANT, MEMBER, True), (TENANT, REFUSING, False), (OTHER, MEMBER, True)],
        )
        connection.execute(
            "create table marts.fct_redemption_lines (tenant_id uuid, member_id uuid, item_id varchar, mode varchar, "
            "status varchar, quantity integer, refunded_quantity integer, redemption_id integer default 1, "
            "line_no integer default 1, effective_at timestamptz default timestamptz '2026-01-01 00:00:00+00')"
        )
        connection.executemany(
            "insert into marts.fct_redemption_lines (tenant_id, member_id, item_id, mode, status, quantity, "
            "refunded_quantity) values (?, ?, ?, ?, ?, ?, ?)",
            LINES,
        )
    return path


def test_interactions_are_what_counted_members_chose_and_kept(warehouse: Path) -> None:
    with reading(warehouse) as inputs:
        frame = inputs.interactions(TENANT)
    assert sorted(zip(frame["item_id"], frame["quantity"], strict=True)) == [
        ("31", 2),
        ("32", 2),
        ("37", 1),
        ("38", 1),
    ]


def test_no_list_is_made_of_whoever_refused_it(warehouse: Path) -> None:
    with reading(warehouse) as inputs:
        assert inputs.member_ids(TENANT) == [MEMBER]
