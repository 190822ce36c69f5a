"""Requests top-ups of redeemed lines. They are sent, asked for and refunded by `sending`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.redemption.domain import UnknownOffer, UnknownRedemption
from transactional.redemption.refusals import UnknownLine
from transactional.top_ups.domain import VALID_FOR, NoTopUpProduct, NotToBeToppedUp, ProviderName, TopUpExists
from transactional.vault import Vault

_LINE = """
select r.status, l.item_id, l.quantity - l.refunded_quantity as left_quantity, p.provider, p.product_code
from mall.redemption r
left join mall.redemption_line l on l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id and l.line_no = $3
left join mall.top_up_product p on p.tenant_id = l.tenant_id and p.item_id = l.item_id
where r.tenant_id = $1 and r.redemption_id = $2
"""
_INSERT = """
insert into mall.top_up (tenant_id, top_up_id, redemption_id, line_no, item_id, quantity, provider, product_code,
    request_hash, account, next_attempt_at, expires_at, requested_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $11)
on conflict (tenant_id, redemption_id, line_no) do nothing returning true
"""
# What was refunded before may be topped up no more, what may be topped up is not refunded meanwhile by ourselves.
_COMPLETED = ("completed", "partially_refunded")


@dataclass(frozen=True)
class NewTopUp:
    """A line of a completed redemption to be topped up for an account, such as a telephone number."""

    redemption_id: UUID
    line_no: int
    account: str


def context_of(tenant_id: UUID, top_up_id: UUID) -> bytes:
    """Return what the vault binds an account to."""
    return b"top-up" + tenant_id.bytes + top_up_id.bytes


async def request_top_up(
    connection: Connection,
    vault: Vault,
    *,
    tenant_id: UUID,
    top_up_id: UUID,
    new: NewTopUp,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Request a top-up inside the caller's transaction; return its id and whether this call requested it.

    Raises:
        UnknownRedemption, UnknownLine: it names what is not there.
        NoTopUpProduct: nobody tops up the line's item.
        NotToBeToppedUp: the redemption is not completed, or nothing of the line is left.
        TopUpExists: the line is topped up already, for another account.
    """
    known = await _known(connection, tenant_id, new, request_hash)
    if known is not None:
        return known, False
    row = await connection.fetchrow(_LINE, tenant_id, new.redemption_id, new.line_no)
    if row is None:
        raise UnknownRedemption(f"your tenant has no redemption {new.redemption_id}")
    if row["item_id"] is None:
        raise UnknownLine(new.line_no)
    if row["provider"] is None:
        raise NoTopUpProduct(row["item_id"])
    if row["status"] not in _COMPLETED:
        raise NotToBeToppedUp(new.redemption_id, f"it is {row['status'].replace('_', ' ')}")
    if row["left_quantity"] < 1:
        raise NotToBeToppedUp(new.redemption_id, f"line {new.line_no} was refunded")
    inserted = await connection.fetchval(
        _INSERT,
        tenant_id,
        top_up_id,
        new.redemption_id,
        new.line_no,
        row["item_id"],
        row["left_quantity"],
        row["provider"],
        row["product_code"],
        request_hash,
        vault.seal(new.account.encode(), context=context_of(tenant_id, top_up_id)),
        now,
        now + VALID_FOR,
    )
    if not inserted:
        # Another request of this line was faster.
        known = await _known(connection, tenant_id, new, request_hash)
        assert known is not None
        return known, False
    return top_up_id, True


async def set_product(
    connection: Connection,
    *,
    tenant_id: UUID,
    item_id: UUID,
    provider: ProviderName,
    product_code: str,
    by: str,
    now: datetime,
) -> bool:
    """Let a provider top up an item from now on, under a code of its own; tell whether that is new.

    Raises:
        UnknownOffer: the shop does not have the item.
    """
    try:
        changed: bool | None = await connection.fetchval(
            "insert into mall.top_up_product (tenant_id, item_id, provider, product_code, changed_by, changed_at) "
            "values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, item_id) do update set "
            "provider = excluded.provider, product_code = excluded.product_code, changed_by = excluded.changed_by, "
            "changed_at = excluded.changed_at "
            "where (top_up_product.provider, top_up_product.product_code) "
            "is distinct from (excluded.provider, excluded.product_code) returning true",
            tenant_id,
            item_id,
            provider,
            product_code,
            by,
            now,
        )
    except asyncpg.ForeignKeyViolationError as error:
        raise UnknownOffer(item_id) from error
    return changed is not None


async def _known(connection: Connection, tenant_id: UUID, new: NewTopUp, request_hash: bytes) -> UUID | None:
    row = await connection.fetchrow(
        "select top_up_id, request_hash from mall.top_up "
        "where tenant_id = $1 and redemption_id = $2 and line_no = $3",
        tenant_id,
        new.redemption_id,
        new.line_no,
    )
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise TopUpExists(row["top_up_id"])
    top_up_id: UUID = row["top_up_id"]
    return top_up_id
