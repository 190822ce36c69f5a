"""Locks and reads the rows a batch touches: accounts first, then stock, each in sorted order."""

from collections.abc import Sequence
from uuid import UUID

from transactional.database import Connection
from transactional.engine.commands import Command, Redeem
from transactional.engine.decide import Answer, State
from transactional.ledger.domain import Account, Lot
from transactional.redemption.domain import Offer

# One order for every process, so that two batches never wait for each other in a circle.
_LOCK_ACCOUNTS = """
select a.tenant_id, a.account_id, a.balance, a.version
from mall.account a
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, account_id) using (tenant_id, account_id)
join mall.member m on m.tenant_id = a.tenant_id and m.member_id = a.account_id
where a.kind = 'member' and m.erased_at is null
order by a.tenant_id, a.account_id
for update of a
"""
_LOTS = """
select l.tenant_id, l.account_id, l.lot_id, l.issued_points, l.remaining_points, l.active_from, l.expires_on
from mall.lot l
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, account_id) using (tenant_id, account_id)
where l.remaining_points > 0
"""
_LOCK_STOCK = """
select s.tenant_id, s.item_id, s.on_hand
from mall.stock s
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, item_id) using (tenant_id, item_id)
order by s.tenant_id, s.item_id
for update of s
"""
_OFFERS = """
select o.tenant_id, o.item_id, o.price_points, o.handover, o.listed_from, o.listed_until
from mall.offer o
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, item_id) using (tenant_id, item_id)
"""
_ANSWERS = """
select k.tenant_id, k.key, k.response_status, k.response_body, k.body_hash
from mall.idempotency_key k
join unnest($1::uuid[], $2::text[]) as wanted(tenant_id, key) using (tenant_id, key)
"""
_VALIDITY = "select tenant_id, lot_validity_months from mall.program where tenant_id = any($1::uuid[])"


async def load_state(connection: Connection, commands: Sequence[Command]) -> State:
    """Lock and read what the commands touch, inside the caller's transaction.

    The answers given before are read after the locks, so that a retry which waited for its first try sees it.
    """
    state = State()
    members = sorted({(c.tenant_id, c.member_id) for c in commands})
    items = sorted(
        {(c.tenant_id, item_id) for c in commands if isinstance(c, Redeem) for item_id, _ in c.asked}
    )
    member_columns = _columns(members)
    for row in await connection.fetch(_LOCK_ACCOUNTS, *member_columns):
        state.accounts[row["tenant_id"], row["account_id"]] = Account(row["balance"], row["version"])
    for row in await connection.fetch(_LOTS, *member_columns):
        account = state.accounts.get((row["tenant_id"], row["account_id"]))
        if account is not None:
            account.lots.append(
                Lot(
                    row["lot_id"],
                    row["issued_points"],
                    row["remaining_points"],
                    row["active_from"],
                    row["expires_on"],
                )
            )
    if items:
        item_columns = _columns(items)
        for row in await connection.fetch(_LOCK_STOCK, *item_columns):
            state.on_hand.setdefault(row["tenant_id"], {})[row["item_id"]] = row["on_hand"]
        for row in await connection.fetch(_OFFERS, *item_columns):
            state.offers.setdefault(row["tenant_id"], {})[row["item_id"]] = Offer(
                row["price_points"], row["handover"], row["listed_from"], row["listed_until"]
            )
    keys = [(c.tenant_id, c.key) for c in commands]
    for row in await connection.fetch(_ANSWERS, [t for t, _ in keys], [k for _, k in keys]):
        state.answers[row["tenant_id"], row["key"]] = Answer(
            row["response_status"], row["response_body"].encode(), row["body_hash"]
        )
    for row in await connection.fetch(_VALIDITY, list({c.tenant_id for c in commands})):
        state.validity_months[row["tenant_id"]] = row["lot_validity_months"]
    return state


def _columns(pairs: list[tuple[UUID, UUID]]) -> tuple[list[UUID], list[UUID]]:
    return [first for first, _ in pairs], [second for _, second in pairs]
