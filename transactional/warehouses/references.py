"""Knows acts on stock again by the tenant's own names of them."""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple, Protocol
from uuid import UUID

from transactional.database import Connection
from transactional.problems import Problem
from transactional.warehouses.domain import ActExists

Kind = Literal["relocation", "stock_correction"]
_KEYS = {"relocation": "relocation_id", "stock_correction": "correction_id"}


class Act(Protocol):
    """What is to be done; the same reference and hash are a retry."""

    @property
    def reference(self) -> str: ...

    @property
    def request_hash(self) -> bytes: ...


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


def done_before(done: Mapping[str, Done], kind: Kind, act: Act) -> UUID | None:
    """Return the id of an act that was done before, and None of one that was not.

    Raises:
        ActExists: its reference names another one.
    """
    known = done.get(act.reference)
    if known is None:
        return None
    if known.request_hash != act.request_hash:
        raise ActExists(act.reference, kind)
    return known.act_id


def became(
    acts: Sequence[Act], known: Sequence[UUID | Problem | None], kind: Kind, noted: Mapping[str, UUID]
) -> list[tuple[UUID, bool] | Problem]:
    """Return of each act its id and whether it was done now, or why it is refused.

    Args:
        known: the id of each that was done before, or why it is refused.
        noted: the ids of those that were done now, by their references.
    """
    return [_became(act, one, kind, noted) for act, one in zip(acts, known, strict=True)]


def _became(
    act: Act, known: UUID | Problem | None, kind: Kind, noted: Mapping[str, UUID]
) -> tuple[UUID, bool] | Problem:
    if isinstance(known, Problem):
        return known
    if known is not None:
        return known, False
    # Who does the same waits for its locks and knows it then: so what came between is another act.
    return (noted[act.reference], True) if act.reference in noted else ActExists(act.reference, kind)
