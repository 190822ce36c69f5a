"""Questions to the marts of a release, always on behalf of one tenant."""

import json
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import duckdb
import pandas as pd
import streamlit as st

from dashboards.release import NoRelease, Release
from dashboards.visitor import Visitor

# A release never changes, so an answer stays right; the limits only give memory back.
_ANSWER_SECONDS = 900
_ANSWERS = 500
_OPEN_RELEASES = 2
PLATFORM_ROLE = "platform_admin"


Record = dict[str, Any]


def records(rows: pd.DataFrame) -> list[Record]:
    """Return rows one by one, each by the names of its columns."""
    return cast(list[Record], rows.to_dict("records"))


@dataclass(frozen=True)
class TenantMarts:
    """The marts of a release as one tenant may see them."""

    release: Release
    tenant_id: UUID

    def check(self) -> None:
        """Make sure the release can be opened.

        Raises:
            NoRelease: its file is broken.
        """
        _opened(str(self.release.file))

    def cards(self) -> list[dict[str, Any]]:
        """Return the cards of this tenant's models; a release from before there were cards has none.

        Raises:
            NoRelease: the manifest cannot be read.
        """
        path = self.release.file.with_name("manifest.json")
        try:
            cards = json.loads(path.read_text(encoding="utf-8"))["models"].get("cards", [])
        except (OSError, ValueError, KeyError) as error:
            raise NoRelease(f"{path} cannot be read") from error
        return [card for card in cards if card["tenant_id"] == str(self.tenant_id)]

    def lacks(self, *tables: str) -> bool:
        """Tell whether the release is from before one of these tables of the marts."""
        return _lacks(self.release, tables)

    def rows(self, sql: str, **values: Any) -> pd.DataFrame:
        """Return the rows of a query whose `$tenant_id` is always this tenant.

        Raises:
            ValueError: the query does not name `$tenant_id` and would show everybody's rows.
        """
        if "$tenant_id" not in sql:
            raise ValueError("a query of the screens must be limited by $tenant_id")
        return _answer(str(self.release.file), sql, {**values, "tenant_id": str(self.tenant_id)})


class NotOfThePlatform(Exception):
    """Somebody of an enterprise asked for what only the platform's own people see."""


@dataclass(frozen=True)
class PlatformMarts:
    """The marts of a release as the platform's own people see them: the rows of every tenant.

    Raises:
        NotOfThePlatform: the visitor is none of them.
    """

    release: Release
    visitor: Visitor

    def __post_init__(self) -> None:
        if self.visitor.role != PLATFORM_ROLE:
            raise NotOfThePlatform(self.visitor.username)

    def check(self) -> None:
        """Make sure the release can be opened.

        Raises:
            NoRelease: its file is broken.
        """
        _opened(str(self.release.file))

    def lacks(self, *tables: str) -> bool:
        """Tell whether the release is from before one of these tables of the marts."""
        return _lacks(self.release, tables)

    def rows(self, sql: str, **values: Any) -> pd.DataFrame:
        """Return the rows of a query, of whichever tenants it asks for."""
        return _answer(str(self.release.file), sql, values)


def _lacks(release: Release, tables: tuple[str, ...]) -> bool:
    cursor = _opened(str(release.file)).cursor()
    found = cursor.execute(
        "select table_name from information_schema.tables "
        "where table_catalog = 'release' and table_schema = 'marts'"
    ).fetchall()
    return not {*tables} <= {name for (name,) in found}


@st.cache_data(ttl=_ANSWER_SECONDS, max_entries=_ANSWERS, show_spinner=False)
def _answer(file: str, sql: str, values: dict[str, Any]) -> pd.DataFrame:
    # A cursor is a connection of its own, for this thread, and starts without the database's settings.
    cursor = _opened(file).cursor()
    cursor.execute("use release")
    return cursor.execute(sql, values).df()


@st.cache_resource(max_entries=_OPEN_RELEASES, show_spinner=False)
def _opened(file: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1, "memory_limit": "512MB"})
    quoted = file.replace("'", "''")
    try:
        # Under the file's own name `marts.x` could mean the database or the schema.
        connection.execute(f"attach '{quoted}' as release (read_only)")
    except duckdb.Error as error:
        raise NoRelease(f"{file} cannot be opened") from error
    return connection
