"""Applies the SQL migrations: forward only, in order, each once, under an advisory lock."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

import asyncpg

# Any constant will do, as long as every Pointmart process uses the same one.
_LOCK = 0x506F696E746D
# uuidv7() came with it.
_NEEDED_SERVER = 18


class MigrationChanged(Exception):
    """An applied migration's text is no longer what was applied."""


class ServerTooOld(Exception):
    """The server is older than the SQL needs."""


class DatabaseAhead(Exception):
    """The database has migrations this version of Pointmart does not know."""


@dataclass(frozen=True)
class Migration:
    """One SQL file, named `0001_words.sql`."""

    version: int
    name: str
    sql: str

    @property
    def digest(self) -> str:
        """Return the SHA-256 of the text, in hex."""
        return sha256(self.sql.encode()).hexdigest()


def known_migrations() -> Iterator[Migration]:
    """Yield the migrations shipped with this version, in order."""
    folder = files("transactional") / "migrations"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if matched := re.fullmatch(r"(\d{4})_(\w+)\.sql", file.name):
            yield Migration(int(matched[1]), matched[2], file.read_text(encoding="utf-8"))


async def migrate(connection: asyncpg.Connection) -> list[Migration]:
    """Apply what is missing and return it.

    Raises:
        ServerTooOld: the server lacks what the migrations use.
        MigrationChanged: an applied file was edited afterwards.
        DatabaseAhead: the database was migrated by a newer version.
    """
    version = connection.get_server_version()
    if version.major < _NEEDED_SERVER:
        raise ServerTooOld(
            f"the server is PostgreSQL {version.major}.{version.minor}; Pointmart needs {_NEEDED_SERVER} or newer"
        )
    known = {m.version: m for m in known_migrations()}
    async with connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        await connection.execute(
            "create table if not exists public.pointmart_migration ("
            "version int primary key, name text not null, digest text not null, "
            "applied_at timestamptz not null default now())"
        )
        applied = {
            row["version"]: row["digest"]
            for row in await connection.fetch("select version, digest from public.pointmart_migration")
        }
        if unknown := sorted(applied.keys() - known.keys()):
            raise DatabaseAhead(
                f"the database has migration {unknown[-1]:04d}, which this version does not know; "
                "start a newer version of Pointmart"
            )
        for version, digest in applied.items():
            if known[version].digest != digest:
                raise MigrationChanged(
                    f"migration {version:04d}_{known[version].name} was edited after it was "
                    "applied; restore its text and add a new migration instead"
                )
        missing = [m for v, m in sorted(known.items()) if v not in applied]
        for migration in missing:
            await connection.execute(migration.sql)
            await connection.execute(
                "insert into public.pointmart_migration (version, name, digest) values ($1, $2, $3)",
                migration.version,
                migration.name,
                migration.digest,
            )
    return missing
