"""Seals the ledger: appends blocks of leaves to each tenant's hash chain, a few seconds behind the commits.

What is written down of a row is in `leaf`. Rows are taken in windows of transaction numbers below the oldest
transaction that is still open, as landing does, so that none is missed and none sealed twice.
"""

from collections.abc import Callable

from transactional.database import Connection
from transactional.ledger.block import GENESIS
from transactional.ledger.leaf import MOVED, OPENED_LOT, OUTBOX_LEAF, TRANSFER_LEAF
from transactional.problems import Problem

# A window takes so many entries and outbox rows at most, unless one transaction alone has more.
WINDOW_ROWS = 50_000
# 2.4 MB of identifiers and hashes.
BLOCK_LEAVES = 50_000

# Any constant will do, as long as every Pointmart process uses the same one.
_LOCK = 0x506F696E747365
_ROLE = "pointmart_sealer"

# Estimates from the bounds themselves: those of a generic plan would scan whole tables.
_SETTINGS = (
    "set local plan_cache_mode = force_custom_plan; set local jit = off; set local search_path = pg_catalog"
)

_HORIZON = """
select coalesce(max(to_xid), '0')::text::bigint as sealed_to,
    pg_snapshot_xmin(pg_current_snapshot())::text::bigint as xmin,
    pg_snapshot_xmax(pg_current_snapshot())::text::bigint as xmax
from mall.seal_head
"""

# The first transaction of a window, and the one with which a table would have too many rows.
_NEXT = """
select
    (select xid from mall.{0} where xid >= $1::text::xid8 and xid < $2::text::xid8 order by xid limit 1)
        ::text::bigint as first,
    (select xid from mall.{0} where xid >= $1::text::xid8 and xid < $2::text::xid8
     order by xid offset $3 limit 1)::text::bigint as beyond
"""

# The order of a chain: that of the transactions; within one, by kind and identifier.
_ORDER = 'xid, kind collate "C", id'

# The same bytes as in `block.block_hash`. `b` is the block, `h` the head that it continues.
_BLOCK_HASH = """sha256('\\x4201'::bytea || h.block_hash || uuid_send(b.tenant_id) || int8send(h.seal_no + 1)
        || xid8send($1::text::xid8) || xid8send($2::text::xid8) || boolsend($4)
        || timestamptz_send(statement_timestamp()) || int4send(b.leaf_count) || b.content)"""

_SEAL = """
with recursive {known}moved as materialized (
    select e.tenant_id, e.transfer_id, min(e.xid) as xid, {MOVED}
    from mall.entry e
    where e.xid >= $1::text::xid8 and e.xid < $2::text::xid8 {new_transfer}
    group by e.tenant_id, e.transfer_id
), leaf as materialized (
    select t.tenant_id, m.xid, 'T' as kind, t.transfer_id as id, {TRANSFER_LEAF} as hash
    from moved m
    join mall.transfer t on t.tenant_id = m.tenant_id and t.transfer_id = m.transfer_id
    {OPENED_LOT}
    union all
    select o.tenant_id, o.xid, 'O', o.outbox_id, {OUTBOX_LEAF}
    from mall.outbox o
    where o.xid >= $1::text::xid8 and o.xid < $2::text::xid8 {new_outbox}
), placed as (
    select *, (row_number() over (partition by tenant_id order by {ORDER}) - 1) / $3::int as part
    from leaf
), block as materialized (
    select tenant_id, part, count(*)::int as leaf_count,
        string_agg(kind, '' order by {ORDER}) as kinds,
        array_agg(id order by {ORDER}) as ids,
        string_agg(hash, ''::bytea order by {ORDER}) as hashes,
        sha256(
            convert_to(string_agg(kind, '' order by {ORDER}), 'UTF8')
            || string_agg(uuid_send(id), ''::bytea order by {ORDER})
            || string_agg(hash, ''::bytea order by {ORDER})
        ) as content
    from placed
    group by tenant_id, part
    union all
    select tenant_id, 0, 0, '', '{{}}', '', sha256('')
    from mall.seal_head h
    where $4 and not exists (select from leaf l where l.tenant_id = h.tenant_id)
), begun as (
    select b.tenant_id, coalesce(h.seal_no, 0) as seal_no, coalesce(h.block_hash, $5) as block_hash
    from block b
    left join mall.seal_head h on h.tenant_id = b.tenant_id
    where b.part = 0
), chained as (
    select b.tenant_id, b.part, h.seal_no + 1 as seal_no, h.block_hash as previous_hash,
        {BLOCK_HASH} as block_hash
    from begun h
    join block b on b.tenant_id = h.tenant_id and b.part = 0
    union all
    select b.tenant_id, b.part, h.seal_no + 1, h.block_hash,
        {BLOCK_HASH}
    from chained h
    join block b on b.tenant_id = h.tenant_id and b.part = h.part + 1
), sealed as (
    insert into mall.seal (tenant_id, seal_no, previous_hash, block_hash, from_xid, to_xid, is_restored,
        sealed_at, leaf_count, leaf_kinds, leaf_ids, leaf_hashes)
    select c.tenant_id, c.seal_no, c.previous_hash, c.block_hash, $1::text::xid8, $2::text::xid8, $4,
        statement_timestamp(), b.leaf_count, b.kinds, b.ids, b.hashes
    from chained c
    join block b on b.tenant_id = c.tenant_id and b.part = c.part
), ended as (
    insert into mall.seal_head (tenant_id, seal_no, block_hash, to_xid)
    select distinct on (tenant_id) tenant_id, seal_no, block_hash, $2::text::xid8
    from chained
    order by tenant_id, seal_no desc
    on conflict (tenant_id) do update
        set seal_no = excluded.seal_no, block_hash = excluded.block_hash, to_xid = excluded.to_xid
)
select coalesce(sum(leaf_count), 0)::bigint from block
"""
_FRAGMENTS = {
    "MOVED": MOVED, "TRANSFER_LEAF": TRANSFER_LEAF, "OPENED_LOT": OPENED_LOT, "OUTBOX_LEAF": OUTBOX_LEAF,
    "ORDER": _ORDER, "BLOCK_HASH": _BLOCK_HASH,
}  # fmt: skip
_SEAL_WINDOW = _SEAL.format(known="", new_transfer="", new_outbox="", **_FRAGMENTS)
_NOT_KNOWN = "and not exists (select from known k where k.tenant_id = {0}.tenant_id and k.kind = '{1}' and k.id = {0}.{2})"
_SEAL_RESTORED = _SEAL.format(
    known="""known as materialized (
    select s.tenant_id, leaf.kind, leaf.id
    from mall.seal s, rows from (string_to_table(s.leaf_kinds, null), unnest(s.leaf_ids)) as leaf(kind, id)
), """,
    new_transfer=_NOT_KNOWN.format("e", "T", "transfer_id"),
    new_outbox=_NOT_KNOWN.format("o", "O", "outbox_id"),
    **_FRAGMENTS,
)


class SealedAhead(Problem):
    """The chain was sealed by a server that had numbered more transactions than this one."""

    slug = "sealed-ahead"
    title = "The chain is ahead of the server"
    status = 409

    def __init__(self, sealed_to: int) -> None:
        super().__init__(
            f"the ledger is sealed up to transaction {sealed_to}, which this server has not reached, as after "
            "restoring a dump into a new server; run `pointmart ledger seal --after-restore` once"
        )


async def seal(connection: Connection, *, sealed: Callable[[int], None] | None = None) -> int:
    """Seal all that can be sealed now, window by window, and return how many rows that was.

    Every window is a transaction of its own: what a crash interrupts is done again. A second sealer waits for
    the first. `sealed` is told the rows of each window.

    Raises:
        SealedAhead: the rows come from another server.
    """
    total = 0
    while count := await seal_window(connection):
        total += count
        if sealed is not None:
            sealed(count)
    return total


async def seal_window(
    connection: Connection, *, window_rows: int = WINDOW_ROWS, block_leaves: int = BLOCK_LEAVES
) -> int:
    """Seal the next window in one transaction, and return how many rows it had; 0 if none is to be sealed yet.

    Raises:
        SealedAhead: the rows come from another server.
    """
    async with connection.transaction():
        await _begin(connection)
        horizon = await connection.fetchrow(_HORIZON)
        assert horizon is not None
        start, xmin = horizon["sealed_to"], horizon["xmin"]
        if start > horizon["xmax"]:
            raise SealedAhead(start)
        firsts, ends = [], [xmin]
        for table in ("entry", "outbox"):
            row = await connection.fetchrow(_NEXT.format(table), str(start), str(xmin), window_rows)
            assert row is not None
            firsts += [row["first"]] if row["first"] is not None else []
            ends += [row["beyond"]] if row["beyond"] is not None else []
        if not firsts:
            return 0
        # At least one transaction, however large.
        end = max(min(ends), min(firsts) + 1)
        count: int = await connection.fetchval(
            _SEAL_WINDOW, str(start), str(end), block_leaves, False, GENESIS
        )
        return count


async def seal_restored(connection: Connection, *, block_leaves: int = BLOCK_LEAVES) -> int:
    """Go on with chains that were restored into another server, and return how many rows were sealed.

    Transaction numbers begin anew there, so what is sealed already is told by identifier, once. Each chain gets
    a block that says so.
    """
    async with connection.transaction():
        await _begin(connection)
        horizon = await connection.fetchrow(_HORIZON)
        assert horizon is not None
        count: int = await connection.fetchval(
            _SEAL_RESTORED, "0", str(horizon["xmin"]), block_leaves, True, GENESIS
        )
        return count


async def _begin(connection: Connection) -> None:
    await connection.execute(f"set local role {_ROLE}; {_SETTINGS}")
    # Each later statement sees what the sealer before this one has committed.
    await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
