"""Migrations are applied once, and a changed or unknown one is refused."""

import asyncpg
import psycopg
import pytest

from transactional.migrate import DatabaseAhead, MigrationChanged, ServerTooOld, known_migrations, migrate

from .conftest import open_shop


@pytest.fixture
async def connection(database_url):
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_migrating_twice_applies_nothing_the_second_time(connection):
    assert await migrate(connection) == []


async def test_an_edited_migration_is_refused(connection):
    await connection.execute("update pointmart_migration set digest = 'other' where version = 2")
    with pytest.raises(MigrationChanged, match="0002_ledger"):
        await migrate(connection)


async def test_a_database_of_a_newer_version_is_refused(connection):
    await connection.execute(
        "insert into pointmart_migration (version, name, digest) values (9999, 'later', 'x')"
    )
    with pytest.raises(DatabaseAhead, match="9999"):
        await migrate(connection)


async def test_an_old_server_is_refused(connection, monkeypatch):
    monkeypatch.setattr("transactional.migrate._NEEDED_SERVER", 99)
    with pytest.raises(ServerTooOld, match="needs 99"):
        await migrate(connection)


async def test_every_tenant_owned_table_has_a_key_that_begins_with_its_tenant(connection):
    rows = await connection.fetch(
        """
        select c.relname,
            (select attname from pg_attribute where attrelid = c.oid and attnum = i.indkey[0])
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        left join pg_index i on i.indrelid = c.oid and i.indisprimary
        where c.relnamespace = 'mall'::regnamespace and c.relkind = 'r'
        """
    )
    assert len(rows) > 10
    assert {name: first for name, first in rows if first != "tenant_id"} == {}


@pytest.mark.parametrize(
    ("change", "view"),
    [
        ("update mall.program set lot_validity_months = 3", "tenant"),
        ("update mall.tenant set name = 'other'", "tenant"),
        ("update mall.member set erased_at = now()", "member"),
        ("update mall.member set is_personalised = false", "member"),
        ("update mall.program set cash_points = 100, cash_fen = 1000", "tenant"),
        ("update mall.item set name = 'other'", "item"),
        ("update mall.brand set is_known = true", "brand"),
        ("update mall.offer set price_points = 7", "offer"),
        ("update mall.stock set on_hand = 7", "stock"),
    ],
)
async def test_a_change_renews_the_landing_stamp_of_what_is_exported(connection, change, view):
    await open_shop(connection)
    await connection.execute("insert into mall.brand (code, name_zh, name_en) values ('leaf', '叶', 'Leaf')")
    before = await connection.fetchval(f"select max(xid::text::bigint) from export.{view}")
    await connection.execute(change)
    after = await connection.fetchval(f"select min(xid::text::bigint) from export.{view}")
    assert after > before


async def test_every_tenant_owned_table_has_row_security(connection):
    unprotected = await connection.fetch(
        """
        select c.relname from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
        where c.relnamespace = 'mall'::regnamespace and c.relkind = 'r' and not c.relrowsecurity
        """
    )
    assert unprotected == []


async def test_a_mall_from_before_is_live_and_opted_in(postgres_server):
    """As a mall has it that was set up before tenants were taken on step by step."""
    name = "before_onboarding"
    with psycopg.connect(postgres_server.url(), autocommit=True) as server:
        server.execute(f"create database {name}")
    connection = await asyncpg.connect(postgres_server.url(name))
    try:
        earlier = [m for m in known_migrations() if m.version < 44]
        for migration in earlier:
            await connection.execute(migration.sql)
        await connection.execute(
            "create table public.pointmart_migration (version int primary key, name text not null, "
            "digest text not null, applied_at timestamptz not null default now())"
        )
        await connection.executemany(
            "insert into public.pointmart_migration (version, name, digest) values ($1, $2, $3)",
            [(m.version, m.name, m.digest) for m in earlier],
        )
        await connection.execute(
            "with t as (insert into mall.tenant (code, name, industry, recorded_at) "
            "values ('acorn', '橡果', 'retail', '2026-01-31 17:00+00') returning tenant_id), "
            "i as (insert into mall.item (code, name, category, kind, class) "
            "values ('tea', '茶', 'tea', 'physical', 'staple') returning item_id), "
            "m as (insert into mall.member (tenant_id, external_ref, registered_at) select tenant_id, 'E-1', now() from t) "
            "insert into mall.offer (tenant_id, item_id, price_points, handover, opted_in_at, listed_from) "
            "select tenant_id, item_id, 5, 'pickup', '2026-02-01', '2026-02-02' from t, i"
        )
        assert {44, 45, 46, 47} <= {m.version for m in await migrate(connection)}
        assert str(await connection.fetchval("select live_on from mall.tenant")) == "2026-02-01"
        row = await connection.fetchrow(
            "select p.opted_in_at = o.opted_in_at, p.withdrawn_at from mall.offer o "
            "join mall.offer_opt_in p using (tenant_id, item_id)"
        )
        assert tuple(row) == (True, None)
        assert await connection.fetchval("select is_test from mall.member") is False
    finally:
        await connection.close()
        with psycopg.connect(postgres_server.url(), autocommit=True) as server:
            server.execute(f"drop database {name} with (force)")
