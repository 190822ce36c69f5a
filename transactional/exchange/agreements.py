"""Proposes, accepts and ends agreements. Each act is written to the copies of both tenants in one transaction.

Needs a connection that may write for both: the committer's, or the owner's.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.exchange.consent_refusals import (
    AgreementEnded,
    AgreementOverlaps,
    UnknownAgreement,
    UnknownPartner,
)
from transactional.exchange.domain import Agreement, Terms
from transactional.identifiers import uuid7
from transactional.problems import InvalidRequest

_COLUMNS = """agreement_id, direction, partner_code as partner, partner_name, from_points, to_points, fee_bp,
    member_daily_points, pair_daily_points, settlement_fen_per_100, valid_from, valid_until, proposed_at, accepted_at,
    ended_at"""
_INSERT = """
insert into mall.exchange_agreement (tenant_id, agreement_id, direction, partner_id, partner_code, partner_name,
    from_points, to_points, fee_bp, member_daily_points, pair_daily_points, settlement_fen_per_100, valid_from,
    valid_until, proposed_at)
select t.tenant_id, $1, t.direction, p.tenant_id, p.code, p.name, $4, $5, $6, $7, $8, $9, $10, $11, $12
from (values ($2::uuid, 'out', $3::uuid), ($3, 'in', $2)) as t(tenant_id, direction, partner_id)
join mall.tenant p on p.tenant_id = t.partner_id
"""
# Both tenants' copies in one order, so that two acts on the same pair wait for each other.
_OF_PAIR = """
select a.tenant_id, a.agreement_id, a.from_points, a.to_points, a.fee_bp, a.member_daily_points, a.pair_daily_points,
    a.valid_from, a.valid_until, a.accepted_at, a.ended_at
from mall.exchange_agreement a
join mall.exchange_agreement mine on mine.tenant_id = $1 and mine.agreement_id = $2
where a.tenant_id = mine.tenant_id and a.partner_id = mine.partner_id and a.direction = mine.direction
    or a.tenant_id = mine.partner_id and a.partner_id = mine.tenant_id and a.direction <> mine.direction
order by a.agreement_id, a.tenant_id
for update of a
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgreement:
    """What one tenant proposes to another; see `Agreement`.

    Attributes:
        settlement_fen_per_100: what the giving tenant owes for 100 points that the receiving one credits.
    """

    terms: Terms
    member_daily_points: int
    pair_daily_points: int
    settlement_fen_per_100: int
    valid_from: datetime
    valid_until: datetime | None = None


async def propose(
    connection: Connection, *, tenant_id: UUID, to_code: str, new: NewAgreement, now: datetime
) -> dict[str, Any]:
    """Propose that a tenant's points can become those of the tenant with a code; return the proposal.

    Raises:
        UnknownPartner: no other tenant has the code.
        InvalidRequest: the dates leave no time.
    """
    if new.valid_until is not None and new.valid_until <= max(new.valid_from, now):
        raise InvalidRequest("valid_until: it must lie ahead, after valid_from")
    partner_id = await connection.fetchval("select tenant_id from mall.tenant where code = $1", to_code)
    if partner_id is None or partner_id == tenant_id:
        raise UnknownPartner(to_code)
    agreement_id = uuid7(now)
    async with connection.transaction():
        await connection.execute(
            _INSERT,
            agreement_id,
            tenant_id,
            partner_id,
            new.terms.from_points,
            new.terms.to_points,
            new.terms.fee_bp,
            new.member_daily_points,
            new.pair_daily_points,
            new.settlement_fen_per_100,
            new.valid_from,
            new.valid_until,
            now,
        )
    return await agreement_by_id(connection, tenant_id=tenant_id, agreement_id=agreement_id)


async def accept(
    connection: Connection, *, tenant_id: UUID, agreement_id: UUID, now: datetime
) -> dict[str, Any]:
    """Accept, as the receiving tenant, what was proposed; accepting twice changes nothing.

    Raises:
        UnknownAgreement: nothing like it was proposed to the tenant.
        AgreementEnded: it was ended, or its dates have passed.
        AgreementOverlaps: another accepted one of the pair counts at the same time.
    """
    async with connection.transaction():
        rows = await connection.fetch(_OF_PAIR, tenant_id, agreement_id)
        found = await agreement_by_id(connection, tenant_id=tenant_id, agreement_id=agreement_id)
        if found["direction"] != "in":
            raise UnknownAgreement(agreement_id)
        known = {row["agreement_id"]: _agreement(row) for row in rows if row["tenant_id"] == tenant_id}
        proposed = known.pop(agreement_id)
        if proposed.accepted_at is not None:
            return found
        if proposed.last_moment is not None and proposed.last_moment <= now:
            raise AgreementEnded
        for other in known.values():
            if other.accepted_at is not None and other.overlaps(proposed):
                raise AgreementOverlaps(other.agreement_id)
        await _date(connection, agreement_id, "accepted_at", now)
    return await agreement_by_id(connection, tenant_id=tenant_id, agreement_id=agreement_id)


async def end(connection: Connection, *, tenant_id: UUID, agreement_id: UUID, now: datetime) -> None:
    """End an agreement or a proposal, as either tenant; what was exchanged stays. Ending twice changes nothing.

    Raises:
        UnknownAgreement: the tenant is no party to it.
    """
    async with connection.transaction():
        await connection.fetch(_OF_PAIR, tenant_id, agreement_id)
        found = await agreement_by_id(connection, tenant_id=tenant_id, agreement_id=agreement_id)
        if found["ended_at"] is None:
            await _date(connection, agreement_id, "ended_at", now)


async def agreement_by_id(connection: Connection, *, tenant_id: UUID, agreement_id: UUID) -> dict[str, Any]:
    """Return a tenant's copy of an agreement.

    Raises:
        UnknownAgreement: the tenant is no party to it.
    """
    row = await connection.fetchrow(
        f"select {_COLUMNS} from mall.exchange_agreement where tenant_id = $1 and agreement_id = $2",
        tenant_id,
        agreement_id,
    )
    if row is None:
        raise UnknownAgreement(agreement_id)
    return dict(row)


async def agreements_of(connection: Connection, *, tenant_id: UUID) -> list[dict[str, Any]]:
    """Return all agreements and proposals of a tenant, newest first."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from mall.exchange_agreement where tenant_id = $1 order by agreement_id desc",
        tenant_id,
    )
    return [dict(row) for row in rows]


async def _date(connection: Connection, agreement_id: UUID, column: str, now: datetime) -> None:
    """Date both copies; the caller has made sure that the tenant is a party."""
    await connection.execute(
        f"update mall.exchange_agreement a set {column} = $2 where a.agreement_id = $1 and a.tenant_id in "
        "(select unnest(array[b.tenant_id, b.partner_id]) from mall.exchange_agreement b where b.agreement_id = $1)",
        agreement_id,
        now,
    )


def _agreement(row: Any) -> Agreement:
    names = (
        "agreement_id", "member_daily_points", "pair_daily_points", "valid_from", "valid_until", "accepted_at",
        "ended_at",
    )  # fmt: skip
    terms = Terms(row["from_points"], row["to_points"], row["fee_bp"])
    return Agreement(from_code="", to_code="", terms=terms, **{name: row[name] for name in names})
