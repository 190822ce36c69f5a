"""Replaces a tenant's list of tiers."""

from collections.abc import Sequence
from uuid import UUID

from transactional.database import Connection
from transactional.tiers.domain import Tier


async def replace_tiers(connection: Connection, *, tenant_id: UUID, tiers: Sequence[Tier]) -> None:
    """Replace all tiers of a tenant inside the caller's transaction; codes and thresholds are distinct."""
    # Two lists at once would otherwise mix, or meet on the same code.
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('tiers ' || $1::text, 0))", str(tenant_id)
    )
    await connection.execute("delete from mall.tier where tenant_id = $1", tenant_id)
    await connection.execute(
        "insert into mall.tier (tenant_id, code, name, threshold_points) "
        "select $1, * from unnest($2::text[], $3::text[], $4::bigint[])",
        tenant_id,
        [tier.code for tier in tiers],
        [tier.name for tier in tiers],
        [tier.threshold_points for tier in tiers],
    )
