"""What the dbt tests take for granted about the writers of the database, read from their statements."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
_UPDATE = re.compile(
    r"\bupdate\s+mall\.(\w+)|\bgrant\s[^;]*\bupdate\b[^;]*?\bon\s+mall\.(\w+)", re.IGNORECASE
)
_UPSERT = re.compile(r"\binsert\s+into\s+mall\.(\w+)(?:(?!\binsert\s+into\b).)*?\bdo\s+update\b", re.I | re.S)
# Each update of a row renews the stamp it is landed by; a test that joins it to what refers to it must know.
REFERRED_TO = {"tenant", "member", "item", "offer", "redemption"}


def updated_tables(statements: str) -> set[str]:
    found = {name for names in _UPDATE.findall(statements) for name in names if name}
    return found | set(_UPSERT.findall(statements))


def test_no_statement_updates_a_row_that_landed_rows_refer_to() -> None:
    paths = [
        path for folder in ("transactional", "orchestration") for suffix in ("py", "sql")
        for path in (ROOT / folder).rglob(f"*.{suffix}")
    ]  # fmt: skip
    updated = {path.name: updated_tables(path.read_text(encoding="utf-8")) for path in paths}
    assert {"stock", "account"} <= updated["write.py"]
    # The trigger of a tenant's program restamps the tenant; programs are only inserted, with their tenant.
    updated["0001_tenants.sql"] -= {"tenant"}
    held_back = {name: tables & (REFERRED_TO | {"program"}) for name, tables in updated.items()}
    assert {name: tables for name, tables in held_back.items() if tables} == {}


def test_updates_upserts_and_grants_are_recognised() -> None:
    assert updated_tables("update mall.member set erased_at = now()") == {"member"}
    assert updated_tables("insert into mall.offer values (1) on conflict (a) do update set b = 1") == {
        "offer"
    }
    assert updated_tables("grant select, update (status) on mall.redemption to r; select") == {"redemption"}
    assert updated_tables("insert into mall.item values (1) on conflict do nothing; insert into a") == set()
