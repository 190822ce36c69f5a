"""The resource every asset takes: where to work, on which database, with which clock and seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

import dagster as dg

from orchestration import lock
from orchestration.refusal import Refusal
from orchestration.settings import CHOICE_DAYS, DataFolder
from orchestration.write_back.sending import Mall


class NoDatabase(Refusal):
    """No PostgreSQL was named."""


@dataclass(frozen=True)
class Platform:
    """What an asset needs from outside; `clock` returns UTC."""

    folder: DataFolder
    database_url: str | None
    clock: Callable[[], datetime]
    seed: int
    code_version: str
    # Where releases are written back to; None writes nothing back.
    mall: Mall | None = None
    # So long holds what the ranking contests chose; with 0 each training holds them and makes all lists anew.
    choice_days: int = CHOICE_DAYS
    # What the orders of all tenants before one holiday may cost to buy together; None is no limit.
    holiday_budget_fen: int | None = None

    def source(self) -> str:
        """Return the URL of the database to land from.

        Raises:
            NoDatabase: none was named.
        """
        if self.database_url is None:
            raise NoDatabase(
                "no database is named; set POINTMART_DATABASE_URL, or start with `pointmart pipeline run`"
            )
        return self.database_url


def locked(platform: Platform) -> dg.ResourceDefinition:
    """Return the platform as a resource that holds the pipeline's lock for the length of a run."""

    @dg.resource(description="The platform, held by one run at a time.")
    def held_platform() -> Iterator[Platform]:
        platform.folder.create()
        with lock.held(platform.folder.lock, patience_seconds=lock.REFRESH_SECONDS):
            yield platform

    return held_platform
