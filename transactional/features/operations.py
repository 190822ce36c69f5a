"""Switches features, and tells which are on. Everything runs inside the caller's transaction."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.features.domain import FEATURES, Feature, FeatureOff


async def switched_off(connection: Connection, *, tenant_id: UUID) -> set[str]:
    """Return the features that a tenant does not use."""
    rows = await connection.fetch(
        "select feature from mall.feature_switch where tenant_id = $1 and not is_on", tenant_id
    )
    return {row["feature"] for row in rows}


async def require_feature(connection: Connection, *, tenant_id: UUID, feature: Feature) -> None:
    """Make sure that a tenant uses a feature.

    Raises:
        FeatureOff: it does not.
    """
    if feature in await switched_off(connection, tenant_id=tenant_id):
        raise FeatureOff(feature)


async def switch(
    connection: Connection, *, tenant_id: UUID, feature: Feature, is_on: bool, by: str, now: datetime
) -> None:
    """Switch a feature; what has begun with it goes on. Switched as it is, it keeps who switched it."""
    await connection.execute(
        "insert into mall.feature_switch (tenant_id, feature, is_on, changed_by, changed_at) values ($1, $2, $3, $4, $5) "
        "on conflict (tenant_id, feature) do update set is_on = excluded.is_on, changed_by = excluded.changed_by, "
        "changed_at = excluded.changed_at where feature_switch.is_on <> excluded.is_on",
        tenant_id,
        feature,
        is_on,
        by,
        now,
    )


async def switch_off_all_but(
    connection: Connection, *, tenant_id: UUID, kept: Collection[Feature], by: str, now: datetime
) -> None:
    """Switch every feature as a preset has it."""
    for feature in FEATURES:
        await switch(connection, tenant_id=tenant_id, feature=feature, is_on=feature in kept, by=by, now=now)
