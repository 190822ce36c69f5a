"""Walks one tenant's chain from its first block: every block by its hash, every leaf by the row there is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from struct import unpack
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.ledger.block import GENESIS, block_hash
from transactional.ledger.broken import LedgerBroken
from transactional.ledger.leaf import MOVED, OPENED_LOT, OUTBOX_LEAF, TRANSFER_LEAF

# One query recomputes so many leaves, of so many blocks at most.
CHUNK_LEAVES = 50_000
CHUNK_BLOCKS = 2_000

# Rows are looked up by identifier, unlike in sealing, so one counts wherever it is found.
_PRESENT = f"""
with named as materialized (
    select row_number() over (order by s.seal_no, leaf.place) as place, leaf.kind, leaf.id
    from mall.seal s, rows from (string_to_table(s.leaf_kinds, null), unnest(s.leaf_ids))
        with ordinality as leaf(kind, id, place)
    where s.tenant_id = $1 and s.seal_no between $2 and $3
    limit $4
), moved as (
    select n.place, e.transfer_id, min(e.xid) as xid, max(e.xid) as last_xid, sum(e.amount)::bigint as amount,
        {MOVED}
    from named n
    join mall.entry e on e.tenant_id = $1 and e.transfer_id = n.id
    where n.kind = 'T'
    group by n.place, e.transfer_id
), present as (
    select m.place, m.xid, m.entry_count, m.amount = 0 and m.entry_count > 1 and m.xid = m.last_xid as is_sound,
        {TRANSFER_LEAF} as hash
    from moved m
    join mall.transfer t on t.tenant_id = $1 and t.transfer_id = m.transfer_id
    {OPENED_LOT}
    union all
    select n.place, o.xid, 0, true, {OUTBOX_LEAF}
    from named n
    join mall.outbox o on o.tenant_id = $1 and o.outbox_id = n.id
    where n.kind = 'O'
)
"""
_CHUNK = f"""{_PRESENT}
select coalesce(sum(entry_count), 0)::bigint as entries, coalesce(bool_and(is_sound), true) as are_sound,
    coalesce(string_agg(hash, ''::bytea order by place), '') as hashes,
    coalesce(string_agg(xid8send(xid), ''::bytea order by place), '') as xids
from present
"""
_ROWS = f"""{_PRESENT}
select place, xid::text::bigint as xid, is_sound, hash from present
"""
_BLOCKS = """
select seal_no, previous_hash, block_hash, from_xid::text::bigint as from_xid, to_xid::text::bigint as to_xid,
    is_restored, sealed_at, leaf_count, leaf_kinds, leaf_ids, leaf_hashes
from mall.seal
where tenant_id = $1 and seal_no between $2 and $3
order by seal_no
"""
_TABLES = {"T": "mall.transfer", "O": "mall.outbox"}
# Lookups by identifier, chunk after chunk: reading whole tables for each would take longer.
_PLANNING = (
    "set local enable_hashjoin = {0}; set local enable_mergejoin = {0}; set local enable_seqscan = {0}"
)


@dataclass
class Walk:
    """How far a tenant's chain has been walked, and what it held.

    Attributes:
        last_restored: the block up to which transaction numbers are another server's, so that the bounds of
            the blocks before it say nothing of their rows.
    """

    tenant_id: UUID
    code: str
    last_restored: int
    seal_no: int = 0
    head: bytes = GENESIS
    bounds: tuple[int, int] = (0, 0)
    transfers: int = 0
    entries: int = 0
    messages: int = 0

    @property
    def rows(self) -> int:
        """Return how many sealed rows were met."""
        return self.transfers + self.entries + self.messages

    def broken_block(self, seal_no: int, what: str) -> LedgerBroken:
        """Return the refusal of a block."""
        return LedgerBroken(self.code, "mall.seal", str(seal_no), what)


async def walk_chain(
    connection: Connection,
    *,
    tenant_id: UUID,
    code: str,
    walked: Callable[[int], None],
    chunk_leaves: int = CHUNK_LEAVES,
) -> Walk:
    """Walk a tenant's chain to its end in the caller's transaction; `walked` is told the leaves of each chunk.

    Raises:
        LedgerBroken: a block or a row is not as it was sealed.
    """
    restored = await connection.fetchval(
        "select coalesce(max(seal_no), 0) from mall.seal where tenant_id = $1 and is_restored", tenant_id
    )
    walk = Walk(tenant_id, code, restored)
    await connection.execute(_PLANNING.format("off"))
    while last := await _end_of_chunk(connection, walk, chunk_leaves):
        blocks = await connection.fetch(_BLOCKS, tenant_id, walk.seal_no + 1, last)
        first = walk.seal_no + 1
        for block in blocks:
            _follow(walk, block)
        await _compare_rows(connection, walk, blocks, first)
        walked(sum(block["leaf_count"] for block in blocks))
    await connection.execute(_PLANNING.format("on"))
    head = await connection.fetchrow(
        "select seal_no, block_hash from mall.seal_head where tenant_id = $1", tenant_id
    )
    if (head or (0, GENESIS)) != (walk.seal_no, walk.head):
        raise walk.broken_block(
            walk.seal_no,
            f"ends the chain, but it was sealed up to block {head['seal_no'] if head else 0}: "
            "its end was cut off or rewritten",
        )
    return walk


async def _end_of_chunk(connection: Connection, walk: Walk, chunk_leaves: int) -> int:
    """Return the last block of the next chunk, 0 after the last one; a chunk has at least one block."""
    rows = await connection.fetch(
        "select seal_no, leaf_count from mall.seal where tenant_id = $1 and seal_no > $2 order by seal_no limit $3",
        walk.tenant_id,
        walk.seal_no,
        CHUNK_BLOCKS,
    )
    last, leaves = 0, 0
    for seal_no, leaf_count in rows:
        leaves += leaf_count
        if last and leaves > chunk_leaves:
            break
        last = seal_no
    return last


def _follow(walk: Walk, block: asyncpg.Record) -> None:
    """Take one step along the chain by the blocks alone."""
    seal_no = block["seal_no"]
    if seal_no != walk.seal_no + 1:
        raise walk.broken_block(walk.seal_no + 1, "is missing from the chain")
    if block["previous_hash"] != walk.head:
        raise walk.broken_block(
            seal_no,
            "does not continue the block before it: one of the two was rewritten or they were swapped",
        )
    computed = block_hash(
        previous_hash=walk.head,
        tenant_id=walk.tenant_id,
        seal_no=seal_no,
        from_xid=block["from_xid"],
        to_xid=block["to_xid"],
        is_restored=block["is_restored"],
        sealed_at=block["sealed_at"],
        kinds=block["leaf_kinds"],
        ids=block["leaf_ids"],
        hashes=block["leaf_hashes"],
    )
    if computed != block["block_hash"] or len(block["leaf_kinds"]) != block["leaf_count"]:
        raise walk.broken_block(
            seal_no, "was changed after it was sealed: its hash is not that of its content"
        )
    bounds = block["from_xid"], block["to_xid"]
    if bounds[0] < walk.bounds[1] and bounds != walk.bounds and not block["is_restored"]:
        raise walk.broken_block(seal_no, "overlaps the transactions of the block before it")
    walk.seal_no, walk.head, walk.bounds = seal_no, computed, bounds
    transfers = block["leaf_kinds"].count("T")
    walk.transfers += transfers
    walk.messages += block["leaf_count"] - transfers


async def _compare_rows(
    connection: Connection, walk: Walk, blocks: Sequence[asyncpg.Record], first: int
) -> None:
    """Compare the leaves of consecutive blocks with the rows there are."""
    leaves = sum(block["leaf_count"] for block in blocks)
    arguments = walk.tenant_id, first, walk.seal_no, leaves
    chunk = await connection.fetchrow(_CHUNK, *arguments)
    assert chunk is not None
    walk.entries += chunk["entries"]
    sealed = b"".join(block["leaf_hashes"] for block in blocks)
    in_order = len(chunk["xids"]) == 8 * leaves and _in_order(walk, blocks, chunk["xids"])
    if chunk["hashes"] == sealed and chunk["are_sound"] and in_order:
        return
    rows = {row["place"]: row for row in await connection.fetch(_ROWS, *arguments)}
    places = [(block, n) for block in blocks for n in range(block["leaf_count"])]
    for place, (block, n) in enumerate(places, start=1):
        what = _what_is_wrong(walk, block, n, rows.get(place), rows.get(place + 1))
        if what is not None:
            raise LedgerBroken(walk.code, _TABLES[block["leaf_kinds"][n]], str(block["leaf_ids"][n]), what)


def _in_order(walk: Walk, blocks: Sequence[asyncpg.Record], stamps: bytes) -> bool:
    """Tell whether rows are numbered within the bounds of their blocks and in ascending order."""
    xids = unpack(f">{len(stamps) // 8}Q", stamps)
    begin = 0
    for block in blocks:
        end = begin + block["leaf_count"]
        own = xids[begin:end]
        begin = end
        if own and block["seal_no"] >= walk.last_restored:
            if own[0] < block["from_xid"] or own[-1] >= block["to_xid"]:
                return False
            if any(a > b for a, b in pairwise(own)):
                return False
    return True


def _what_is_wrong(
    walk: Walk, block: asyncpg.Record, n: int, row: asyncpg.Record | None, following: asyncpg.Record | None
) -> str | None:
    """Say what is wrong with a row that was sealed as leaf `n` of a block, or None; `following` is the next row."""
    sealed_in = f"sealed in block {block['seal_no']} as row {n + 1}"
    is_transfer = block["leaf_kinds"][n] == "T"
    if row is None:
        return f"was deleted{', or all its entries were' if is_transfer else ''}: it was {sealed_in}"
    if row["hash"] != block["leaf_hashes"][32 * n : 32 * n + 32]:
        with_it = ", or one of its entries or the lot it opened" if is_transfer else ""
        return f"was changed{with_it}: it is not what was {sealed_in}"
    if not row["is_sound"]:
        return "has entries that do not sum to zero, or not two, or of different transactions"
    if block["seal_no"] >= walk.last_restored:
        if not block["from_xid"] <= row["xid"] < block["to_xid"]:
            return f"was moved: its transaction {row['xid']} is not one of block {block['seal_no']}"
        if n + 1 < block["leaf_count"] and following is not None and following["xid"] < row["xid"]:
            return f"was reordered: it was {sealed_in}, but the row after it is of an older transaction"
    return None
