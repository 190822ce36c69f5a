"""A tenant's tiers, and what a member has earned towards them."""

from uuid import UUID

from transactional.database import Connection
from transactional.tiers.domain import Period, Tier

# Points of the member's own acts in the period, less what returns and corrections took back of these very
# acts by its end. What was spent or expired does not matter, nor do gifts.
_EARNED = """
select coalesce(sum(p.points), 0)::bigint
from mall.transfer t
cross join lateral (
    select -sum(e.amount) as points
    from mall.transfer c
    join mall.entry e on e.tenant_id = c.tenant_id and e.transfer_id = c.transfer_id
    join mall.account a on a.tenant_id = e.tenant_id and a.account_id = e.account_id
    where a.kind = 'issuance' and c.tenant_id = t.tenant_id and c.effective_at < $4
        and (c.transfer_id = t.transfer_id or c.transfer_id in (
            select r.transfer_id from mall.transfer r
            where r.tenant_id = t.tenant_id and r.reverses_id = t.transfer_id))
) p
where t.tenant_id = $1 and t.member_id = $2 and t.kind = 'earn' and t.effective_at >= $3 and t.effective_at < $4
    and t.redemption_id is distinct from t.transfer_id
"""


async def tiers_of(connection: Connection, *, tenant_id: UUID) -> list[Tier]:
    """Return the tiers of a tenant, lowest first."""
    rows = await connection.fetch(
        "select code, name, threshold_points from mall.tier where tenant_id = $1 order by threshold_points",
        tenant_id,
    )
    return [Tier(*row) for row in rows]


async def earned_in(connection: Connection, *, tenant_id: UUID, member_id: UUID, period: Period) -> int:
    """Return the points a member has earned in a period, less what was taken back of them by its end."""
    earned: int = await connection.fetchval(_EARNED, tenant_id, member_id, period.begins, period.ends)
    return earned
