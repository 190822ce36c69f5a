"""Which members a campaign is for."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.campaigns.domain import Audience
from transactional.clock import business_date
from transactional.database import Connection
from transactional.pilot.domain import Pilot, is_chosen
from transactional.tiers.domain import Qualification, qualification_period, standing
from transactional.tiers.queries import earned_in, tiers_of

_SEGMENTS = """
select s.member_id
from unnest($2::uuid[]) as wanted(member_id)
join mall.member_segment s on s.tenant_id = $1 and s.member_id = wanted.member_id and s.scheme = $3
where s.segment = any($4::text[])
"""
_PILOT = "select salt, share_bp, starts_on, ends_on from mall.pilot where tenant_id = $1"


@dataclass(frozen=True, slots=True)
class Group:
    """Whom a campaign is for: everybody, segments of a scheme as written back, the pilot's share, or tiers."""

    audience: Audience
    scheme: str | None
    groups: tuple[str, ...]


async def members_among(
    connection: Connection,
    tenant_id: UUID,
    group: Group,
    members: Set[UUID],
    *,
    at: datetime,
    qualification: Qualification,
) -> set[UUID]:
    """Return those of some members whom a campaign is for, as of what is stored now.

    Args:
        at: the moment whose tier counts: what was earned in the qualification period up to its day.
    """
    if not members or group.audience == "everybody":
        return set(members)
    if group.audience == "segments":
        rows = await connection.fetch(_SEGMENTS, tenant_id, sorted(members), group.scheme, list(group.groups))
        return {row["member_id"] for row in rows}
    if group.audience == "pilot":
        row = await connection.fetchrow(_PILOT, tenant_id)
        return set() if row is None else {one for one in members if is_chosen(Pilot(*row), one)}
    tiers = await tiers_of(connection, tenant_id=tenant_id)
    period = qualification_period(business_date(at), qualification)
    chosen = set()
    for member_id in members:
        points = await earned_in(connection, tenant_id=tenant_id, member_id=member_id, period=period)
        tier = standing(points, tiers).tier
        if tier is not None and tier.code in group.groups:
            chosen.add(member_id)
    return chosen
