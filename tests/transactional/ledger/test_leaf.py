"""What is hashed, written down a second time: from the description alone, in another language."""

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from struct import pack
from uuid import UUID

from transactional.ledger.block import GENESIS, block_hash
from transactional.ledger.chain import seal

from .literal_ledger import write_ledger

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def text(value: str) -> bytes:
    return pack(">i", len(value.encode())) + value.encode()


def moment(value: datetime) -> bytes:
    return pack(">q", (value - EPOCH) // timedelta(microseconds=1))


def optional(value, written) -> bytes:
    return b"\x00" if value is None else b"\x01" + written(value)


def identifier(value: UUID) -> bytes:
    return value.bytes


def number(value: int) -> bytes:
    return pack(">q", value)


def day(value: date) -> bytes:
    return pack(">i", (value - EPOCH.date()).days)


def lot_bytes(lot) -> bytes:
    return (
        number(lot["issued_points"])
        + moment(lot["active_from"])
        + optional(lot["expires_on"], day)
        + moment(lot["recorded_at"])
    )


def entry_bytes(e) -> bytes:
    return (
        pack(">h", e["entry_no"])
        + e["account_id"].bytes
        + optional(e["lot_id"], identifier)
        + number(e["amount"])
        + optional(e["balance_after"], number)
    )


def transfer_leaf(t, lot, entries) -> bytes:
    form = b"T\x01" if t["salt"] is None and t["words_hash"] is None else b"T\x02"
    written = form + t["tenant_id"].bytes + t["transfer_id"].bytes + text(t["kind"]) + t["member_id"].bytes
    written += optional(t["redemption_id"], identifier)
    if form == b"T\x01":
        written += optional(t["reference"], text) + optional(t["reverses_id"], identifier)
        written += optional(t["reason"], text)
    else:
        written += t["words_hash"] or transfer_words(t)
        written += optional(t["reverses_id"], identifier)
    written += moment(t["effective_at"]) + moment(t["recorded_at"]) + optional(lot, lot_bytes)
    return sha256(written + pack(">i", len(entries)) + b"".join(map(entry_bytes, entries))).digest()


def transfer_words(t) -> bytes:
    said = optional(t["reference"], text) + optional(t["reason"], text)
    return sha256(t["salt"].bytes + said).digest()


def outbox_leaf(o) -> bytes:
    form = b"O\x01" if o["salt"] is None and o["words_hash"] is None else b"O\x02"
    written = form + o["tenant_id"].bytes + o["outbox_id"].bytes + text(o["topic"]) + o["subject_id"].bytes
    written += text(o["payload"])
    if form == b"O\x02":
        written += o["words_hash"] or sha256(o["salt"].bytes + text(o["words"])).digest()
    return sha256(written + moment(o["recorded_at"])).digest()


TENANT = UUID("018f0000-0000-7000-8000-000000000001")
TRANSFER = UUID("018f0000-0000-7000-8000-000000000002")
OTHER = UUID("018f0000-0000-7000-8000-000000000003")
NOON = datetime(2026, 3, 1, 4, 0, 0, 1, tzinfo=UTC)


def test_the_hash_of_a_literal_block_never_changes():
    digest = block_hash(
        previous_hash=GENESIS, tenant_id=TENANT, seal_no=1, from_xid=0, to_xid=1000, is_restored=False,
        sealed_at=NOON, kinds="T", ids=[TRANSFER], hashes=bytes(32),
    )  # fmt: skip
    assert digest.hex() == "f52a2db60de6a091a3e866e44792042b27f00dfb1a8b6d378bb870ad49926ac2"


async def test_the_leaves_of_literal_rows_never_change(owner):
    await owner.execute("set session_replication_role = replica")
    await owner.execute(
        "insert into mall.transfer (tenant_id, transfer_id, kind, member_id, reference, effective_at, recorded_at) "
        "values ($1, $2, 'grant', $1, '单号', $3, $3)", TENANT, TRANSFER, NOON,
    )  # fmt: skip
    await owner.execute(
        "insert into mall.lot (tenant_id, account_id, lot_id, issued_points, remaining_points, active_from, "
        "expires_on, recorded_at) values ($1, $1, $2, 5, 5, $3, '2027-03-01', $3)", TENANT, TRANSFER, NOON,
    )  # fmt: skip
    await owner.execute(
        "insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, lot_id, amount, balance_after) "
        "values ($1, $2, 0, $3, null, -5, null), ($1, $2, 1, $1, $2, 5, 5)", TENANT, TRANSFER, OTHER,
    )  # fmt: skip
    await owner.execute(
        "insert into mall.outbox (tenant_id, outbox_id, topic, subject_id, payload, recorded_at) "
        "values ($1, $2, 'points.grant', $3, '{\"points\": 5, \"name\": \"茶\"}', $4)", TENANT, TRANSFER, OTHER, NOON,
    )  # fmt: skip
    await seal(owner)
    kinds, hashes = await owner.fetchrow("select leaf_kinds, leaf_hashes from mall.seal")
    leaves = {kind: hashes[32 * n : 32 * n + 32].hex() for n, kind in enumerate(kinds)}
    assert leaves == {
        "T": "04270a4cdf0d81b7ad4c544e82e28524e6dc3b2e88469cc9e2b8f616898872c5",
        "O": "bde02d71a02ec2810cd148723f1786b844cfc595f6a0720747d6b32ffab111a2",
    }


async def test_the_server_seals_what_the_description_says(owner):
    ledger = await write_ledger(owner)
    # Every field that may be missing is there once and missing once.
    await owner.execute("set session_replication_role = replica")
    await owner.execute(
        "update mall.transfer set reason = E'a\\n\"b\\\\', reverses_id = $1, reference = null where transfer_id = $2",
        ledger.grant,
        ledger.capture,
    )
    await owner.execute(
        'update mall.outbox set payload = payload || \'{"note": "茶\\n", "b": null}\' where outbox_id = $1',
        ledger.created,
    )
    # Words as an erasure leaves them, and words that are still there.
    forgotten = await owner.fetchrow("select * from mall.transfer where transfer_id = $1", ledger.grant)
    await owner.execute(
        "update mall.transfer set salt = null, reference = null, words_hash = $1 where transfer_id = $2",
        transfer_words(forgotten),
        ledger.grant,
    )
    for words, row in (('{"reason": "茶"}', ledger.completed), ('{"reason": "b"}', ledger.captured)):
        await owner.execute(
            "update mall.outbox set words = $1, salt = gen_random_uuid(), member_id = $2 where outbox_id = $3",
            words,
            ledger.member_id,
            row,
        )
    await owner.execute(
        "update mall.outbox set words = null, salt = null, words_hash = sha256('x') where outbox_id = $1",
        ledger.captured,
    )
    await owner.execute("reset session_replication_role")
    await seal(owner)
    (sealed,) = await owner.fetch("select * from mall.seal")
    hashes = [sealed["leaf_hashes"][n : n + 32] for n in range(0, len(sealed["leaf_hashes"]), 32)]
    expected = []
    for kind, id_ in zip(sealed["leaf_kinds"], sealed["leaf_ids"], strict=True):
        if kind == "T":
            t = await owner.fetchrow("select * from mall.transfer where transfer_id = $1", id_)
            lot = await owner.fetchrow("select * from mall.lot where lot_id = $1", id_)
            entries = await owner.fetch(
                "select * from mall.entry where transfer_id = $1 order by entry_no", id_
            )
            expected.append(transfer_leaf(t, lot, entries))
        else:
            expected.append(
                outbox_leaf(await owner.fetchrow("select * from mall.outbox where outbox_id = $1", id_))
            )
    assert hashes == expected
    assert sealed["leaf_kinds"] == "TOTOOT"
    assert list(sealed["leaf_ids"]) == [
        ledger.grant, ledger.created, ledger.redemption, ledger.completed, ledger.captured, ledger.capture,
    ]  # fmt: skip
