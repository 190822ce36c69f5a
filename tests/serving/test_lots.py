"""What is left of lots, added up from literal marts: by member and tenant, in their own days and moments."""

from datetime import UTC, date, datetime
from uuid import UUID

import duckdb
import pytest

from serving.recommendations.balance import Lot
from serving.recommendations.lots import LEFT, ReleasedLots

OAK, ELM = UUID(int=1), UUID(int=2)
ANN, BO = UUID(int=0xFF << 120), UUID(int=7)
FIRST, SECOND, THIRD, SPENT = UUID(int=(1 << 128) - 1), UUID(int=1 << 64), UUID(int=3), UUID(int=4)
AT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


@pytest.fixture
def lots() -> ReleasedLots:
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("attach ':memory:' as release")
        connection.execute("create schema release.marts")
        for table, columns, rows in (
            # Bo comes before Ann, and all of oak's before elm's.
            ("dim_member", "tenant_id uuid, member_id uuid", [(ELM, ANN), (OAK, ANN), (OAK, BO)]),
            (
                "dim_lot",
                "tenant_id uuid, lot_id uuid, member_id uuid, active_from timestamptz, expires_on date",
                [
                    (OAK, FIRST, ANN, AT, None),
                    (OAK, SECOND, ANN, AT, date(2027, 1, 31)),
                    (OAK, SPENT, ANN, AT, None),
                    (ELM, FIRST, ANN, AT, date(2026, 2, 28)),
                    (OAK, THIRD, UUID(int=99), AT, None),  # of a member that does not count
                ],
            ),
            (
                "fct_entries",
                "tenant_id uuid, lot_id uuid, amount_points bigint",
                [
                    (OAK, FIRST, 500),
                    (OAK, FIRST, -120),
                    (OAK, SECOND, 7),
                    (OAK, SPENT, 9),
                    (OAK, SPENT, -9),
                    (ELM, FIRST, 3_000_000_000),
                    (OAK, THIRD, 5),
                    (OAK, None, -1_000),
                ],
            ),
        ):
            connection.execute(f"create table release.marts.{table} ({columns})")
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"insert into release.marts.{table} values ({marks})", rows)
        return ReleasedLots(connection.execute(LEFT).fetchnumpy())


def test_a_member_has_the_lots_of_which_something_is_left(lots):
    assert lots.of_member(1) == [Lot(SECOND, AT, date(2027, 1, 31), 7), Lot(FIRST, AT, None, 380)]
    assert lots.of_member(2) == [Lot(FIRST, AT, date(2026, 2, 28), 3_000_000_000)]


def test_a_member_without_points_has_none(lots):
    assert lots.of_member(0) == []


@pytest.mark.timeout(120)
def test_the_lots_of_many_members_of_one_tenant_are_not_tried_on_each_of_them():
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as release")
        connection.execute("create schema release.marts")
        connection.execute("create macro id(number) as md5(number::varchar)::uuid")
        of_each = f"select '{OAK}'::uuid as tenant_id"
        for statement in (
            f"create table release.marts.dim_member as {of_each}, id(m) as member_id from range(100_000) t(m)",
            f"create table release.marts.dim_lot as {of_each}, id(-m - 1) as lot_id, id(m) as member_id, "
            "timestamptz '2026-01-01 00:00:00+00' as active_from, null::date as expires_on from range(100_000) t(m)",
            f"create table release.marts.fct_entries as {of_each}, id(-m - 1) as lot_id, m::bigint + 1 as amount_points "
            "from range(100_000) t(m)",
        ):
            connection.execute(statement)
        columns = connection.execute(LEFT).fetchnumpy()
    assert columns["place"].tolist() == list(range(100_000))
    assert columns["points"].sum() == 100_000 * 100_001 // 2


def test_a_mall_without_points_has_none():
    with duckdb.connect() as connection:
        connection.execute("create table nothing (place bigint, high ubigint, low ubigint, active_from_us bigint, "
                           "expires_on_day bigint, points bigint)")  # fmt: skip
        assert ReleasedLots(connection.execute("from nothing").fetchnumpy()).of_member(0) == []
