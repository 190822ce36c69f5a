"""Whatever the database's owner changes behind the ledger's back, with triggers off, verification names it."""

import re

import asyncpg
import pytest

from transactional.ledger.block import block_hash
from transactional.ledger.broken import LedgerBroken
from transactional.ledger.chain import seal
from transactional.ledger.verify import HeadNotFound, verify

from .literal_ledger import Ledger, write_ledger


@pytest.fixture
async def ledger(owner) -> Ledger:
    """A ledger sealed in three blocks."""
    ledger = await write_ledger(owner)
    await owner.execute("select pg_current_xact_id()")
    await seal(owner)
    for status in ("shipped", "completed"):
        await change_status(owner, ledger, status)
        await seal(owner)
    assert [chain.blocks for chain in await verify(owner)] == [3]
    return ledger


async def change_status(owner: asyncpg.Connection, ledger: Ledger, status: str) -> None:
    async with owner.transaction():
        await owner.execute("update mall.redemption set status = $1", status)
        await owner.execute(
            "insert into mall.outbox (tenant_id, topic, subject_id, payload) "
            "select tenant_id, 'redemption.' || $1, subject_id, payload || jsonb_build_object('status', $1::text) "
            "from mall.outbox where outbox_id = $2",
            status, ledger.completed,
        )  # fmt: skip


async def tamper(owner: asyncpg.Connection, statements: str, ledger: Ledger) -> None:
    await owner.execute("set session_replication_role = replica")
    values = {name: f"'{value}'" for name, value in vars(ledger).items()}
    for statement in filter(str.strip, statements.split(";")):
        await owner.execute(statement.format(**values))
    await owner.execute("reset session_replication_role")


CHANGES = {
    "an amount": (
        "update mall.entry set amount = sign(amount) * 9999 where transfer_id = {grant}",
        "transfer", "grant", "was changed",
    ),
    "an amount together with what is derived from it": (
        "update mall.entry set amount = amount * 2 where transfer_id = {grant};"
        "update mall.lot set issued_points = 2000, remaining_points = 1550; update mall.account set balance = 1550"
        " where kind = 'member'",
        "transfer", "grant", "was changed",
    ),
    "a balance afterwards": (
        "update mall.entry set balance_after = 701 where balance_after = 700",
        "transfer", "redemption", "was changed",
    ),
    "the account of an entry": (
        "update mall.entry set account_id = (select account_id from mall.account where kind = 'fee')"
        " where transfer_id = {grant} and entry_no = 0",
        "transfer", "grant", "was changed",
    ),
    "the kind of a transfer": (
        "update mall.transfer set kind = 'expire' where transfer_id = {capture}",
        "transfer", "capture", "was changed",
    ),
    "the reference of a transfer": (
        "update mall.transfer set reference = '单号 2' where transfer_id = {capture}",
        "transfer", "capture", "was changed",
    ),
    "a reference that became a reason": (
        "update mall.transfer set reason = reference, reference = null where transfer_id = {capture}",
        "transfer", "capture", "was changed",
    ),
    "a reason": (
        "update mall.transfer set reason = 'because' where transfer_id = {grant}",
        "transfer", "grant", "was changed",
    ),
    "words taken away": (
        "update mall.transfer set salt = null, reference = null, words_hash = sha256('x') where transfer_id = {grant}",
        "transfer", "grant", "was changed",
    ),
    "words taken away as an erasure does": (
        "update mall.transfer set salt = null, reference = null, words_hash = sha256(uuid_send(salt) || '\\x01'"
        " || int4send(octet_length(reference)) || convert_to(reference, 'UTF8') || '\\x00') where transfer_id = {grant}",
        "transfer", "grant", "has lost its words",
    ),
    "a business time": (
        "update mall.transfer set effective_at = effective_at - interval '1 microsecond' where transfer_id = {grant}",
        "transfer", "grant", "was changed",
    ),
    "a recording time": (
        "update mall.transfer set recorded_at = recorded_at + interval '1 microsecond' where transfer_id = {grant}",
        "transfer", "grant", "was changed",
    ),
    "the last day of a lot": (
        "update mall.lot set expires_on = expires_on + 365",
        "transfer", "grant", "was changed",
    ),
    "the status in an event": (
        "update mall.outbox set payload = payload || '{{\"status\": \"cancelled\"}}' where outbox_id = {created}",
        "outbox", "created", "was changed",
    ),
    "metadata of an event": (
        "update mall.outbox set payload = payload || '{{\"note\": 1}}' where outbox_id = {captured}",
        "outbox", "captured", "was changed",
    ),
    "the topic of an event": (
        "update mall.outbox set topic = 'redemption.paid' where outbox_id = {created}",
        "outbox", "created", "was changed",
    ),
    "the time of an event": (
        "update mall.outbox set recorded_at = recorded_at - interval '1 day' where outbox_id = {created}",
        "outbox", "created", "was changed",
    ),
    "a deleted event": ("delete from mall.outbox where outbox_id = {created}", "outbox", "created", "was deleted"),
    "a deleted transfer": (
        "delete from mall.entry where transfer_id = {capture}; delete from mall.transfer where transfer_id = {capture}",
        "transfer", "capture", "was deleted",
    ),
    "deleted entries": (
        "delete from mall.entry where transfer_id = {capture}", "transfer", "capture", "was deleted, or all its entries",
    ),
    "a deleted entry": (
        "delete from mall.entry where transfer_id = {capture} and entry_no = 0", "transfer", "capture", "was changed",
    ),
    "a deleted lot": ("delete from mall.lot", "transfer", "grant", "was changed"),
    "all rows": ("truncate mall.entry, mall.transfer, mall.outbox, mall.lot cascade", "transfer", "grant", "was deleted"),
    "entries slipped into a transfer": (
        "insert into mall.entry select tenant_id, transfer_id, entry_no + 2, account_id, lot_id, amount, balance_after,"
        " xid from mall.entry where transfer_id = {capture}",
        "transfer", "capture", "was changed",
    ),
    "a transfer slipped in among the sealed": (
        "insert into mall.transfer select tenant_id, '00000000-0000-7000-8000-000000000001', kind, member_id,"
        " redemption_id, reference, effective_at, recorded_at from mall.transfer where transfer_id = {capture};"
        "insert into mall.entry select tenant_id, '00000000-0000-7000-8000-000000000001', entry_no, account_id, lot_id,"
        " amount, balance_after, xid from mall.entry where transfer_id = {capture}",
        "transfer", "00000000-0000-7000-8000-000000000001", "was inserted behind the chain",
    ),
    "an event slipped in among the sealed": (
        "insert into mall.outbox select tenant_id, '00000000-0000-7000-8000-000000000001', topic, subject_id, payload,"
        " recorded_at, xid from mall.outbox where outbox_id = {created}",
        "outbox", "00000000-0000-7000-8000-000000000001", "was inserted behind the chain",
    ),
    "a transfer without entries": (
        "insert into mall.transfer select tenant_id, '00000000-0000-7000-8000-000000000001', kind, member_id,"
        " redemption_id, reference, effective_at, recorded_at from mall.transfer where transfer_id = {capture}",
        "transfer", "00000000-0000-7000-8000-000000000001", "has no entries",
    ),
    "an entry without a transfer": (
        "insert into mall.entry select tenant_id, '00000000-0000-7000-8000-000000000001', entry_no, account_id, lot_id,"
        " amount, balance_after, xid from mall.entry where transfer_id = {capture} and entry_no = 1",
        "entry", "00000000-0000-7000-8000-000000000001 no. 1", "belongs to no transfer",
    ),
    "unbalanced entries that are not sealed yet": (
        "insert into mall.transfer select tenant_id, '00000000-0000-7000-8000-000000000001', kind, member_id,"
        " redemption_id, reference, effective_at, recorded_at from mall.transfer where transfer_id = {capture};"
        "insert into mall.entry select tenant_id, '00000000-0000-7000-8000-000000000001', entry_no, account_id, lot_id,"
        " amount, balance_after from mall.entry where transfer_id = {capture} and entry_no = 1",
        "transfer", "00000000-0000-7000-8000-000000000001", "has 1 entries that sum to -150",
    ),
    "two events with their content swapped": (
        "update mall.outbox a set topic = b.topic, subject_id = b.subject_id, payload = b.payload from mall.outbox b"
        " where (a.outbox_id, b.outbox_id) in (({created}, {completed}), ({completed}, {created}))",
        "outbox", "created", "was changed",
    ),
    "two transfers with their entries swapped": (
        "update mall.entry set transfer_id = '00000000-0000-7000-8000-000000000001' where transfer_id = {redemption};"
        "update mall.entry set transfer_id = {redemption} where transfer_id = {capture};"
        "update mall.entry set transfer_id = {capture} where transfer_id = '00000000-0000-7000-8000-000000000001'",
        "transfer", "redemption", "was changed",
    ),
    "two events in another order": (
        "update mall.outbox a set xid = b.xid from mall.outbox b"
        " where (a.outbox_id, b.outbox_id) in (({created}, {completed}), ({completed}, {created}))",
        "outbox", "created", "was reordered",
    ),
    "an event moved behind the last block": (
        "update mall.outbox set xid = pg_current_xact_id() where outbox_id = {created}",
        "outbox", "created", "was moved",
    ),
    "one entry moved behind the last block": (
        "update mall.entry set xid = pg_current_xact_id() where transfer_id = {grant} and entry_no = 1",
        "transfer", "grant", "of different transactions",
    ),
    "the hash of a leaf": (
        "update mall.seal set leaf_hashes = overlay(leaf_hashes placing '\\x00' from 1) where seal_no = 2",
        "seal", "2", "was changed after it was sealed",
    ),
    "two leaves in another order": (
        "update mall.seal set leaf_ids[1] = leaf_ids[3], leaf_ids[3] = leaf_ids[1] where seal_no = 1",
        "seal", "1", "was changed after it was sealed",
    ),
    "the hash of a block": (
        "update mall.seal set block_hash = sha256('') where seal_no = 2", "seal", "2", "was changed after it was sealed",
    ),
    "the time of a block": (
        "update mall.seal set sealed_at = sealed_at - interval '1 day' where seal_no = 1",
        "seal", "1", "was changed after it was sealed",
    ),
    "the bounds of a block": (
        "update mall.seal set from_xid = '0' where seal_no = 3", "seal", "3", "was changed after it was sealed",
    ),
    "two blocks swapped": (
        "update mall.seal set seal_no = 15 - seal_no where seal_no > 1;"
        "update mall.seal set seal_no = seal_no - 10 where seal_no > 10",
        "seal", "2", "does not continue the block before",
    ),
    "the first block deleted": ("delete from mall.seal where seal_no = 1", "seal", "1", "is missing from the chain"),
    "a block deleted": ("delete from mall.seal where seal_no = 2", "seal", "2", "is missing from the chain"),
    "the last block deleted": ("delete from mall.seal where seal_no = 3", "seal", "2", "its end was cut off"),
    "the whole chain deleted": ("truncate mall.seal", "seal", "0", "its end was cut off"),
    "the status of a redemption": (
        "update mall.redemption set status = 'shipped'", "redemption", "redemption", "its newest event says .completed",
    ),
    "the points of a redemption": (
        "update mall.redemption set points = 30", "redemption", "redemption", "30 points.*300 points",
    ),
    "a redemption deleted": (
        "delete from mall.redemption_line; delete from mall.redemption; update mall.stock set on_hand = 10",
        "redemption", "redemption", "does not exist, but has events",
    ),
    "a redemption slipped in": (
        "insert into mall.redemption (tenant_id, redemption_id, member_id, status, points, effective_at)"
        " select tenant_id, '00000000-0000-7000-8000-000000000001', member_id, status, points, effective_at"
        " from mall.redemption",
        "redemption", "00000000-0000-7000-8000-000000000001", "has no event that told of it",
    ),
    "a balance": (
        "update mall.account set balance = balance + 1 where kind = 'member'", "account", "member_id",
        "has a balance of 551, but its entries sum to 550",
    ),
    "a deleted account": ("delete from mall.account where kind = 'member'", "account", "member_id", "does not exist"),
    "a debt": (
        "update mall.account set owed_points = 5 where kind = 'member'", "account", "member_id", "owes 5 points, but .* 0",
    ),
    "what is left of a lot": (
        "update mall.lot set remaining_points = 1000", "lot", "grant", "has 1000 points left, but its entries sum to 550",
    ),
    "a lot slipped in": (
        "insert into mall.lot select tenant_id, account_id, '00000000-0000-7000-8000-000000000001', 7, 0, active_from"
        " from mall.lot",
        "lot", "00000000-0000-7000-8000-000000000001", "was issued with 7 points, but by its transfer with 0",
    ),
    "a captured hold set free": (
        "update mall.hold set status = 'released', captured_points = 0", "hold", "hold", "its newest event says captured",
    ),
    "what a hold took": (
        "update mall.hold set captured_points = 100", "hold", "hold", "captured 100 points, but no transfer took them",
    ),
    "stock": ("update mall.stock set on_hand = 8", "stock", "item_id", "8 pieces on hand .* 10 were received and 1 issued"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_behind_the_back_is_named(owner, ledger, change):
    statements, table, row, what = CHANGES[change]
    await tamper(owner, statements, ledger)
    with pytest.raises(LedgerBroken) as broken:
        await verify(owner)
    assert broken.value.table == f"mall.{table}"
    assert broken.value.row_id == str(getattr(ledger, row, row))
    assert re.search(what, broken.value.what)
    assert "tenant acorn" in broken.value.detail


async def test_a_block_with_a_hash_made_to_fit_breaks_the_next_one(owner, ledger):
    await rewrite(owner, ledger, seal_no=2)
    with pytest.raises(LedgerBroken, match=r"mall\.seal 3 .* does not continue the block before it"):
        await verify(owner)


async def test_a_last_block_with_a_hash_made_to_fit_is_not_the_head(owner, ledger):
    await rewrite(owner, ledger, seal_no=3)
    with pytest.raises(LedgerBroken, match="its end was cut off or rewritten"):
        await verify(owner)


async def test_only_a_head_noted_earlier_shows_that_the_end_was_rewritten_as_a_whole(owner, ledger):
    (chain,) = await verify(owner)
    await rewrite(owner, ledger, seal_no=3)
    await tamper(
        owner,
        "update mall.seal_head h set block_hash = s.block_hash from mall.seal s where s.seal_no = h.seal_no",
        ledger,
    )
    await verify(owner)
    with pytest.raises(HeadNotFound, match=chain.head.hex()):
        await verify(owner, heads=frozenset([chain.head]))


async def test_only_a_head_noted_earlier_shows_that_the_end_was_cut_as_a_whole(owner, ledger):
    (chain,) = await verify(owner)
    await tamper(
        owner,
        "delete from mall.seal where seal_no = 3;"
        "update mall.seal_head h set (seal_no, block_hash, to_xid) = (s.seal_no, s.block_hash, s.to_xid)"
        " from mall.seal s where s.seal_no = 2",
        ledger,
    )
    assert [c.unsealed_rows for c in await verify(owner)] == [1]
    with pytest.raises(HeadNotFound):
        await verify(owner, heads=frozenset([chain.head]))


async def test_a_head_noted_earlier_stays_on_the_growing_chain(owner, ledger):
    (before,) = await verify(owner)
    await change_status(owner, ledger, "refunded")
    await seal(owner)
    (after,) = await verify(owner, heads=frozenset([before.head]))
    assert after.head != before.head


async def rewrite(owner: asyncpg.Connection, ledger: Ledger, seal_no: int) -> None:
    """Change a block and give it the hash of what it has now."""
    await tamper(owner, f"update mall.seal set sealed_at = '2026-01-01' where seal_no = {seal_no}", ledger)
    b = await owner.fetchrow(
        "select *, from_xid::text::bigint as first, to_xid::text::bigint as beyond from mall.seal where seal_no = $1",
        seal_no,
    )
    fitting = block_hash(
        previous_hash=b["previous_hash"], tenant_id=b["tenant_id"], seal_no=seal_no, from_xid=b["first"],
        to_xid=b["beyond"], is_restored=False, sealed_at=b["sealed_at"], kinds=b["leaf_kinds"], ids=b["leaf_ids"],
        hashes=b["leaf_hashes"],
    )  # fmt: skip
    await tamper(
        owner, f"update mall.seal set block_hash = '\\x{fitting.hex()}' where seal_no = {seal_no}", ledger
    )
