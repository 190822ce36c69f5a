"""What the models are trained on, read from marts of a few lines."""

from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.training.inputs import Tenant, reading
from orchestration.training.ranking import taken_by_tenant
from recommender.ranking.attributes import Items
from recommender.ranking.similar_tenants import TAKEN_COLUMNS

TENANT, OTHER, MEMBER, ERASED, REFUSING, QUIET = (
    f"00000000-0000-0000-0000-{n:012d}" for n in (1, 2, 11, 12, 13, 14)
)
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
ENTRIES = [
    # tenant, account kind, member, points, effective at
    (TENANT, "member", MEMBER, 1_000, "2025-12-01 00:00:00+00"),
    (TENANT, "member", MEMBER, 200, "2025-12-31 23:59:59+00"),
    (TENANT, "member", MEMBER, -300, "2026-01-01 00:00:00+00"),
    (TENANT, "member", MEMBER, 50, "2026-01-05 00:00:00+00"),
    (TENANT, "member", QUIET, 20, "2025-12-01 00:00:00+00"),
    (TENANT, "member", ERASED, 900, "2025-12-01 00:00:00+00"),
    (TENANT, "issuance", None, -1_000, "2025-12-01 00:00:00+00"),
    (OTHER, "member", MEMBER, 7, "2025-12-01 00:00:00+00"),
]


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    path = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute(
            "create table marts.dim_member (tenant_id uuid, member_id uuid, registered_at timestamptz, "
            "profile varchar, is_personalised boolean)"
        )
        connection.executemany(
            "insert into marts.dim_member values (?, ?, '2025-11-30 16:00:00+00', ?, ?)",
            [
                (TENANT, MEMBER, "young", True),
                (TENANT, QUIET, None, True),
                (TENANT, REFUSING, "senior", False),
                (OTHER, MEMBER, "family", True),
            ],
        )
        connection.execute(
            "create table marts.fct_entries (tenant_id uuid, account_kind varchar, member_id uuid, "
            "amount_points bigint, effective_at timestamptz)"
        )
        connection.executemany("insert into marts.fct_entries values (?, ?, ?, ?, ?)", ENTRIES)
        connection.execute(
            "create table marts.dim_item (item_id varchar, name varchar, category varchar, class varchar, kind varchar, "
            "brand_id varchar)"
        )
        connection.execute(
            "insert into marts.dim_item values ('31', 'Tea', 'food', 'staple', 'physical', 'leaf'), "
            "('39', 'Film', 'leisure', 'quality', 'virtual', null)"
        )
        connection.execute(
            "create table marts.dim_offer (tenant_id uuid, item_id varchar, price_points bigint, "
            "listed_from timestamptz default timestamptz '2026-01-31 16:00:00+00')"
        )
        connection.executemany(
            "insert into marts.dim_offer (tenant_id, item_id, price_points) values (?, ?, ?)",
            [(TENANT, "31", 500), (TENANT, "39", 90), (OTHER, "39", 80)],
        )
        connection.execute(
            "create table marts.dim_tenant (tenant_id uuid, industry varchar, is_test boolean)"
        )
        connection.execute("insert into marts.dim_tenant values (?, 'bank', false)", [TENANT])
        connection.execute("insert into marts.dim_tenant values (?, 'airline', true)", [OTHER])
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


def test_a_tenant_has_its_industry_and_may_be_a_test_one(warehouse: Path) -> None:
    with reading(warehouse) as inputs:
        assert inputs.tenants() == [Tenant(TENANT, "bank", False), Tenant(OTHER, "airline", True)]


def test_items_are_what_is_offered_also_if_nobody_took_it(warehouse: Path) -> None:
    with reading(warehouse) as inputs:
        assert inputs.items(TENANT).fillna({"brand": "unknown"}).to_dict("records") == [
            {"item_id": "31", "name": "Tea", "category": "food", "brand": "leaf", "class": "staple", "kind": "physical", "unit_price": 500},
            {"item_id": "39", "name": "Film", "category": "leisure", "brand": "unknown", "class": "quality", "kind": "virtual", "unit_price": 90},
        ]  # fmt: skip


def test_listings_begin_on_a_business_day(warehouse: Path) -> None:
    with reading(warehouse) as inputs:
        rows = inputs.listings(TENANT)
    assert rows.astype(str).to_numpy().tolist() == [
        ["31", "2026-02-01", "food", "physical", "staple"],
        ["39", "2026-02-01", "leisure", "virtual", "quality"],
    ]


def test_campaigns_were_announced_on_a_business_day(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create table marts.fct_campaign_effect as select ?::uuid as tenant_id, '31' as item_id, "
            "date '2026-06-18' as first_date, date '2026-06-20' as last_date, "
            "timestamptz '2026-05-31 16:00:00+00' as announced_at",
            [TENANT],
        )
    with reading(warehouse) as inputs:
        rows = inputs.campaigns(TENANT).astype(str).to_numpy().tolist()
        assert rows == [["31", "2026-06-18", "2026-06-20", "2026-06-01"]]
        assert inputs.campaigns(OTHER).empty


def test_members_have_their_balance_now_and_before_they_first_chose(warehouse: Path) -> None:
    with reading(warehouse) as inputs:
        frame = inputs.members(TENANT)
    assert frame["member_id"].tolist() == [MEMBER, REFUSING, QUIET]
    assert frame["points"].tolist() == [950, 0, 20]
    assert frame["starting_points"].fillna(-1).tolist() == [1_200, 0, -1]
    assert frame["profile"].fillna("").tolist() == ["young", "", ""]
    assert frame["registered_at"].astype(str).tolist() == 3 * ["2025-11-30 16:00:00"]


def test_what_was_taken_is_counted_by_label_once_for_each_member_and_item(warehouse: Path) -> None:
    labels = pd.DataFrame(
        {
            "item_id": ["31", "32", "39"],
            "category": ["food", "food", "leisure"],
            "kind": "physical",
            "band": ["low", "", ""],
        }
    )
    with reading(warehouse) as inputs:
        inputs_taken = inputs.taken(TENANT, labels)
        # Item 37 was taken as well, but has no label.
        assert list(inputs_taken.itertuples(index=False, name=None)) == [
            ("band", "", 1, 1), ("band", "low", 1, 1), ("category", "food", 1, 2), ("kind", "physical", 1, 2),
        ]  # fmt: skip


def test_only_live_tenants_tell_of_their_members(warehouse: Path) -> None:
    with reading(warehouse) as inputs:
        items = {tenant: Items.from_frame(inputs.items(tenant)) for tenant in (TENANT, OTHER)}
        taken = taken_by_tenant(inputs, inputs.tenants(), items)
    assert set(taken["tenant_id"]) == {TENANT}
    assert set(taken.columns) == set(TAKEN_COLUMNS)
    category = taken[taken["aspect"] == "category"].iloc[0]
    assert (category["industry"], category["value"], category["member_count"], category["taken_count"]) == (
        "bank", "food", 1, 1,
    )  # fmt: skip


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
        assert inputs.member_ids(TENANT) == [MEMBER, QUIET]
