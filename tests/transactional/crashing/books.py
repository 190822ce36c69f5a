"""What the books must say after crashes, given what the clients were told."""

import json
from uuid import UUID

import asyncpg

from tests.transactional.conftest import Shop
from tests.transactional.crashing.clients import Journal
from transactional.engine.words import together
from transactional.ledger.chain import seal
from transactional.ledger.verify import verify


async def require_what_was_told(connection: asyncpg.Connection, shop: Shop, journal: Journal) -> None:
    """Every answer is in the books as it was told, and nothing else is."""
    kept = {
        row["key"]: (row["response_status"], json.loads(together(row["response_body"], row["words"])))
        for row in await connection.fetch("select * from mall.idempotency_key")
    }
    # Clients asked until they knew, so there is no request that only the books know of.
    assert kept.keys() == journal.told.keys()
    for key, (status, body) in journal.told.items():
        # Codes are told to the client and kept sealed.
        told = {name: value for name, value in body.items() if name != "codes"}
        assert {n: v for n, v in kept[key][1].items() if n != "sealed_codes"} == told, key
        assert kept[key][0] == status, key
    made = [
        UUID(body["redemption_id"])
        for status, body in journal.told.values()
        if status == 201 and "redemption_id" in body
    ]
    assert len(made) == len(set(made))
    exist = await connection.fetch("select redemption_id from mall.redemption")
    assert sorted(row["redemption_id"] for row in exist) == sorted(made)
    twice = await connection.fetch(
        "select redemption_id from mall.transfer where kind = 'redeem' and redemption_id is not null "
        "group by redemption_id having count(*) <> 1"
    )
    assert twice == []
    deducted = await connection.fetchval(
        "select count(*) from mall.transfer where kind = 'redeem' and redemption_id is not null"
    )
    assert deducted == len(made)


async def require_points(connection: asyncpg.Connection, journal: Journal) -> None:
    """Each member has exactly the points that the answers leave."""
    rows = await connection.fetch("select account_id, balance from mall.account where kind = 'member'")
    assert {row["account_id"]: row["balance"] for row in rows} == {
        row["account_id"]: journal.points[row["account_id"]] for row in rows
    }
    unbalanced = await connection.fetch(
        "select transfer_id from mall.entry group by tenant_id, transfer_id having sum(amount) <> 0"
    )
    assert unbalanced == []


async def require_codes(connection: asyncpg.Connection, journal: Journal) -> None:
    """No code was told to two redemptions, and each that was told is issued."""
    told = [code["code"] for _, body in journal.told.values() for code in body.get("codes", ())]
    assert len(told) == len(set(told))
    issued = await connection.fetchval(
        "select count(*) from mall.voucher_code where redemption_id is not null"
    )
    assert issued == len(told)


async def require_stock(connection: asyncpg.Connection) -> None:
    """On hand and issued make up what was received."""
    wrong = await connection.fetch(
        """
        select s.item_id
        from mall.stock s
        where s.on_hand + s.allotted <> (
            select sum(m.quantity) from mall.stock_movement m
            where m.tenant_id = s.tenant_id and m.item_id = s.item_id
        ) - (
            select coalesce(sum(l.quantity), 0) from mall.redemption_line l
            where l.tenant_id = s.tenant_id and l.item_id = s.item_id
        )
        """
    )
    assert wrong == []


async def require_sealed(connection: asyncpg.Connection) -> int:
    """Seal what is left and verify every chain; return how many rows are in them."""
    await seal(connection)
    chains = await verify(connection)
    assert [chain.unsealed_rows for chain in chains] == [0] * len(chains)
    return sum(chain.rows for chain in chains)
