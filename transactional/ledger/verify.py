"""Verifies the ledger: every chain, that nothing outside the chains looks as if it were in them, and agreement.

All is read in one snapshot, so a mall at work can be verified.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.ledger.agreement import require_agreement
from transactional.ledger.unsealed import count_rows, horizon, raise_unsealed, require_balanced_tail
from transactional.ledger.walk import CHUNK_LEAVES, Walk, walk_chain
from transactional.problems import Problem

# Sums over all entries by account and lot; and no function of the database stands in for a built-in one.
_SETTINGS = """
set local search_path = pg_catalog; set local work_mem = '128MB'; set local jit = off;
set local plan_cache_mode = force_custom_plan
"""

Progress = Callable[[str, int, int | None], None]


class HeadNotFound(Problem):
    """A hash that was noted earlier is on no chain."""

    slug = "head-not-found"
    title = "The head is not on the chain"
    status = 409

    def __init__(self, head: bytes) -> None:
        super().__init__(
            f"the head {head.hex()} is on no chain that was verified: the chain was cut or rewritten after it was "
            "noted, or it is another tenant's"
        )


class UnknownTenant(Problem):
    """There is no tenant with this code."""

    slug = "unknown-tenant"
    title = "No such tenant"
    status = 404

    def __init__(self, code: str) -> None:
        super().__init__(f"there is no tenant with the code {code}")


@dataclass(frozen=True)
class Chain:
    """A tenant's chain that holds.

    Attributes:
        rows: the sealed transfers, entries and outbox rows.
        head: the hash of the last block; None without one.
        is_restored: it was carried over from another server.
        unsealed_rows: rows that are in no block yet.
        unsealed_since: when the oldest of them was recorded.
    """

    code: str
    rows: int
    blocks: int
    head: bytes | None
    is_restored: bool
    unsealed_rows: int
    unsealed_since: datetime | None


def _silent(words: str, done: int, total: int | None) -> None:
    """Show nothing."""


async def verify(
    connection: Connection,
    *,
    code: str | None = None,
    heads: frozenset[bytes] = frozenset(),
    progress: Progress = _silent,
    chunk_leaves: int = CHUNK_LEAVES,
) -> list[Chain]:
    """Verify the chain of a tenant, None: of all of them; `progress` is told (words, done, of how many or None).

    Raises:
        LedgerBroken: naming the first row that is broken.
        HeadNotFound: one of `heads` is on no chain.
        SealedAhead: the rows come from another server.
        UnknownTenant: there is none with this code.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        await connection.execute(_SETTINGS)
        sealed_to = await horizon(connection)
        rows = await connection.fetch("select tenant_id, code from mall.tenant order by code")
        codes: dict[UUID, str] = {row["tenant_id"]: row["code"] for row in rows}
        tenant_id = None
        if code is not None:
            tenant_id = next((t for t, c in codes.items() if c == code), None)
            if tenant_id is None:
                raise UnknownTenant(code)
        walks = await _walk_all(connection, codes, tenant_id, progress, chunk_leaves)
        progress("rows outside the chain", 0, None)
        counts = await count_rows(connection, sealed_to=sealed_to, tenant_id=tenant_id)
        for walk in walks:
            count = counts[walk.tenant_id]
            if (count.transfers, count.entries, count.messages) != (
                walk.transfers,
                walk.entries,
                walk.messages,
            ):
                await raise_unsealed(
                    connection, code=walk.code, tenant_id=walk.tenant_id, sealed_to=sealed_to
                )
        await require_balanced_tail(connection, codes=codes, sealed_to=sealed_to, tenant_id=tenant_id)
        await require_agreement(
            connection, codes=codes, tenant_id=tenant_id, checking=lambda words: progress(words, 0, None)
        )
        await _require_heads(connection, heads, tenant_id)
    return [
        Chain(
            walk.code,
            walk.rows,
            walk.seal_no,
            walk.head if walk.seal_no else None,
            walk.last_restored > 0,
            counts[walk.tenant_id].unsealed_rows,
            counts[walk.tenant_id].unsealed_since,
        )
        for walk in walks
    ]


async def _walk_all(
    connection: Connection,
    codes: dict[UUID, str],
    tenant_id: UUID | None,
    progress: Progress,
    chunk_leaves: int,
) -> list[Walk]:
    total = await connection.fetchval(
        "select coalesce(sum(leaf_count), 0)::bigint from mall.seal where $1::uuid is null or tenant_id = $1",
        tenant_id,
    )
    done = 0

    def walked(leaves: int) -> None:
        nonlocal done
        done += leaves
        progress("chain", done, total)

    progress("chain", 0, total)
    return [
        await walk_chain(connection, tenant_id=t, code=c, walked=walked, chunk_leaves=chunk_leaves)
        for t, c in codes.items()
        if tenant_id in (None, t)
    ]


async def _require_heads(connection: Connection, heads: frozenset[bytes], tenant_id: UUID | None) -> None:
    found = await connection.fetch(
        "select block_hash from mall.seal where block_hash = any($1::bytea[]) and ($2::uuid is null or tenant_id = $2)",
        list(heads),
        tenant_id,
    )
    for head in sorted(heads - {row[0] for row in found}):
        raise HeadNotFound(head)
