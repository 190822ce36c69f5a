"""What every request of the pipeline has, and what it is answered."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from transactional.request_types import ReleaseId

MAX_ITEMS = 5000


class WriteBackRequest(BaseModel):
    """A part of what a release says of a tenant; the same part again changes nothing."""

    model_config = ConfigDict(extra="forbid")

    release_id: ReleaseId
    as_of_date: date = Field(description="The business day up to which facts are in it.")
    is_last: bool = Field(
        False, description="The last part: what only older releases said goes; send it also without items."
    )


class ItemResult(BaseModel):
    """What became of an item of the request, in its order."""

    id: UUID
    result: Literal["stored", "unchanged", "unknown_member", "unknown_item", "decided"] = Field(
        description="`unknown_…`: not the tenant's, or erased. `decided`: a person's decision stays."
    )


class WriteBackResults(BaseModel):
    """A result per item; everything was kept together or, after a refusal, nothing."""

    stored: int
    removed: int = Field(description="What older releases said and this one does not.")
    results: list[ItemResult]


def require_distinct(ids: Iterable[UUID]) -> None:
    """Make sure that nothing is told twice in one request; for validators of bodies.

    Raises:
        ValueError: naming the first that is.
    """
    for one, count in Counter(ids).items():
        if count > 1:
            raise ValueError(f"{one} is there {count} times; say one thing of each")


def results_of(rows: Iterable[tuple[UUID, str]], removed: int) -> WriteBackResults:
    """Return the answer for (id, result) pairs."""
    results = [ItemResult.model_validate({"id": one, "result": result}) for one, result in rows]
    stored = sum(result.result == "stored" for result in results)
    return WriteBackResults(stored=stored, removed=removed, results=results)
