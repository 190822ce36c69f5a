"""Knows acts on stock again by the tenant's own names of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Literal, NamedTuple, Protocol, TypeVar
from uuid import UUID

from transactional.database import Connection
from transactional.problems import Problem
from transactional.together import attempt
from transactional.warehouses.domain import ActExists

Kind = Literal["relocation", "stock_correction"]
_KEYS = {"relocation": "relocation_id", "stock_correction": "correction_id"}


class Act(Protocol):
    """What is to be done; the same reference and hash are a retry."""

    @property
    def reference(self) -> str: ...

    @property
    def request_hash(self) -> bytes: ...


One = TypeVar("One", bound=Act)


class Done(NamedTuple):
    """An act that was done."""

    act_id: UUID
    request_hash: bytes


async def acts_done(
    connection: Connection, kind: Kind, *, tenant_id: UUID, acts: Sequence[Act]
) -> dict[str, Done]:
    """Return what was done under the references of acts."""
    rows = await connection.fetch(
        f"select reference, {_KEYS[kind]} as act_id, request_hash from mall.{kind} "
        "where tenant_id = $1 and reference = any($2::text[])",
        tenant_id,
        [act.reference for act in acts],
    )
    return {row["reference"]: Done(row["act_id"], row["request_hash"]) for row in rows}


async def done_once(
    acts: Sequence[One],
    done: Mapping[str, Done],
    kind: Kind,
    *,
    require: Callable[[One], None],
    do: Callable[[Sequence[One]], Awaitable[Mapping[str, UUID]]],
) -> list[tuple[UUID, bool] | Problem]:
    """Do the acts that were not done before and are found right, and return of each its id and whether it was done now.

    Or why it is refused: its reference names another act, or what `require` said.

    Args:
        done: what was done before, by their references.
        require: refuses an act that cannot be done.
        do: does acts and returns the ids of those that it did, by their references.
    """
    known = [attempt(partial(_done_or_right, done, kind, require, act)) for act in acts]
    noted = await do([act for act, one in zip(acts, known, strict=True) if one is None])
    return [_became(act, one, kind, noted) for act, one in zip(acts, known, strict=True)]


def _done_or_right(
    done: Mapping[str, Done], kind: Kind, require: Callable[[One], None], act: One
) -> UUID | None:
    """Return the id of an act that was done before, and None of one that can be done."""
    known = done.get(act.reference)
    if known is None:
        require(act)
        return None
    if known.request_hash != act.request_hash:
        raise ActExists(act.reference, kind)
    return known.act_id


def _became(
    act: Act, known: UUID | Problem | None, kind: Kind, noted: Mapping[str, UUID]
) -> tuple[UUID, bool] | Problem:
    if isinstance(known, Problem):
        return known
    if known is not None:
        return known, False
    # Who does the same waits for its locks and knows it then: so what came between is another act.
    return (noted[act.reference], True) if act.reference in noted else ActExists(act.reference, kind)
