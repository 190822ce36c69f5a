"""Pools of voucher codes: encrypted at rest, one code to one redemption."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from transactional.database import Connection
from transactional.problems import Problem
from transactional.redemption.codes import context_of
from transactional.redemption.domain import UnknownOffer
from transactional.vault import Vault, VaultKeyMissing

MAX_CODES = 10_000
MAX_CODE_LENGTH = 500


# What was set aside without a code could never be issued with one.
_AWAITED = """
select exists (
    select from mall.redemption r
    join mall.redemption_line l using (tenant_id, redemption_id)
    where r.status in ('created', 'in_review') and r.tenant_id = $1 and l.item_id = $2
)
"""


class NotACodedOffer(Problem):
    """The offer has pieces without codes in stock, or is not issued at once."""

    slug = "not-a-coded-offer"
    title = "The offer cannot have codes"
    status = 409

    def __init__(self, item_id: UUID, why: str) -> None:
        super().__init__(f"item {item_id} {why}", item_id=str(item_id))


async def import_codes(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    item_id: UUID,
    codes: Sequence[str],
    at: datetime,
) -> int:
    """Add codes to an offer's pool and as many pieces to its stock; codes that are known change nothing.

    Runs inside the caller's transaction and needs the committer's role, since it moves stock.

    Returns:
        How many codes were new.

    Raises:
        VaultKeyMissing: nothing can be kept encrypted here.
        UnknownOffer: the shop does not offer the item.
        NotACodedOffer: it is not issued at once, or has pieces in stock that have no codes.
    """
    if vault is None:
        raise VaultKeyMissing
    offer = await connection.fetchrow(
        "select o.handover, o.is_coded, s.on_hand + s.allotted as pieces from mall.stock s "
        "join mall.offer o using (tenant_id, item_id) where s.tenant_id = $1 and s.item_id = $2 for update of s",
        tenant_id,
        item_id,
    )
    if offer is None:
        raise UnknownOffer(item_id)
    if offer["handover"] != "instant":
        raise NotACodedOffer(item_id, "is not issued at once, so it cannot have codes")
    if not offer["is_coded"] and offer["pieces"]:
        raise NotACodedOffer(
            item_id, f"has {offer['pieces']} pieces in stock without codes; book them out first"
        )
    if not offer["is_coded"] and await connection.fetchval(_AWAITED, tenant_id, item_id):
        raise NotACodedOffer(
            item_id, "has pieces without codes in redemptions that wait; add codes once they have ended"
        )
    context = context_of(tenant_id, item_id)
    wanted = {code_digest(vault, tenant_id, item_id, code): code for code in codes}
    known = await connection.fetch(
        "select digest from mall.voucher_code where tenant_id = $1 and item_id = $2 and digest = any($3::bytea[])",
        tenant_id,
        item_id,
        list(wanted),
    )
    for row in known:
        del wanted[row["digest"]]
    if not wanted:
        return 0
    await connection.execute(
        "insert into mall.voucher_code (tenant_id, item_id, sealed, digest) "
        "select $1, $2, c.sealed, c.digest from unnest($3::bytea[], $4::bytea[]) as c(sealed, digest)",
        tenant_id,
        item_id,
        [vault.seal(code.encode(), context=context) for code in wanted.values()],
        list(wanted),
    )
    await connection.execute(
        "with offer as (update mall.offer set is_coded = true "
        "where tenant_id = $1 and item_id = $2 and not is_coded), "
        "movement as (insert into mall.stock_movement (tenant_id, item_id, quantity, reason, effective_at) "
        "values ($1, $2, $3, 'receipt', $4)) "
        "update mall.stock set on_hand = on_hand + $3 where tenant_id = $1 and item_id = $2",
        tenant_id,
        item_id,
        len(wanted),
        at,
    )
    return len(wanted)


def code_digest(vault: Vault, tenant_id: UUID, item_id: UUID, code: str) -> bytes:
    """Return a keyed digest of a code, which finds it again but, without the key, cannot be guessed."""
    return sha256(vault.subkey(b"voucher_code") + context_of(tenant_id, item_id) + code.encode()).digest()
