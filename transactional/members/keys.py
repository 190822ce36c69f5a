"""Each member's own key: what is personal is sealed with it, and an erasure throws it away."""

import os
from collections.abc import Collection
from uuid import UUID

from transactional.database import Connection
from transactional.vault import Vault, VaultKeyMissing

_KEY_BYTES = 32
_INSERT = """
insert into mall.member_key (tenant_id, member_id, sealed_key) select $1, * from unnest($2::uuid[], $3::bytea[])
on conflict (tenant_id, member_id) do nothing
"""


async def member_vaults(
    connection: Connection, vault: Vault | None, *, tenant_id: UUID, member_ids: Collection[UUID], makes: bool
) -> dict[UUID, Vault]:
    """Return the vault of each member's key; with `makes`, those who have none get one.

    Raises:
        VaultKeyMissing: there is a key to make or to open, and this installation cannot keep secrets.
    """
    if not member_ids:
        return {}
    wanted = sorted(set(member_ids))
    if makes:
        if vault is None:
            raise VaultKeyMissing
        new = [vault.seal(os.urandom(_KEY_BYTES), context=_context(tenant_id, one)) for one in wanted]
        await connection.execute(_INSERT, tenant_id, wanted, new)
    rows = await connection.fetch(
        "select member_id, sealed_key from mall.member_key where tenant_id = $1 and member_id = any($2::uuid[])",
        tenant_id,
        wanted,
    )
    if not rows:
        return {}
    if vault is None:
        raise VaultKeyMissing
    return {
        row["member_id"]: Vault(vault.open(row["sealed_key"], context=_context(tenant_id, row["member_id"])))
        for row in rows
    }


def _context(tenant_id: UUID, member_id: UUID) -> bytes:
    return b"member key" + tenant_id.bytes + member_id.bytes
