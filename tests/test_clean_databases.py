"""What one test leaves in its database is gone for the next one, or the database is."""

import psycopg
import pytest

from tests.clean_databases import CleanDatabases
from tests.small_world import insert_small_world

_STATE = (
    "select (select count(*) from mall.redemption), (select count(*) from mall.member), "
    "(select array_agg(d order by day)::text from mall.working_day_change d), (select count(*) from public.pointmart_migration)"
)


@pytest.mark.parametrize(
    "statement",
    [
        "select 1",
        "delete from mall.working_day_change",
        "update mall.working_day_change set is_working = not is_working",
        "vacuum analyze",
        "create temp table mine (a int)",
        "create table public.mine (a int)",
        "alter table mall.member disable trigger all",
        "alter database {database} set work_mem = '5MB'",
        "grant select on mall.member to public",
        "truncate mall.event cascade",
        "drop table public.pointmart_migration",
    ],
)
def test_the_next_test_finds_what_was_migrated(clean_databases: CleanDatabases, statement: str) -> None:
    with clean_databases.lent() as url, psycopg.connect(url) as connection:
        before = connection.execute(_STATE).fetchall()
        assert before[0][:2] == (0, 0)
    with clean_databases.lent() as url, psycopg.connect(url, autocommit=True) as connection:
        insert_small_world(connection)
        connection.execute(statement.format(database=connection.info.dbname))
        left_open = psycopg.connect(url)
        left_open.execute("lock table mall.event in exclusive mode")
    with clean_databases.lent() as url, psycopg.connect(url) as connection:
        assert connection.execute(_STATE).fetchall() == before
        assert connection.execute("select to_regclass('public.mine')").fetchall() == [(None,)]
        assert connection.execute("show work_mem").fetchall() == [("4MB",)]
        assert connection.execute(
            "select has_table_privilege('public', 'mall.member', 'select'), "
            "(select count(*) from pg_trigger where tgrelid = 'mall.member'::regclass and tgenabled = 'D')"
        ).fetchall() == [(False, 0)]
    left_open.close()


def test_a_database_with_rows_alone_is_used_again(clean_databases: CleanDatabases) -> None:
    used = set()
    for _ in range(2):
        with clean_databases.lent() as url, psycopg.connect(url) as connection:
            insert_small_world(connection)
            used.add(url)
    assert len(used) == 1
