"""Makes quotes: what a member's points would buy of another tenant's, good for ten minutes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.exchange.consent_refusals import LinkWithdrawn, NoAgreement, UnknownLink
from transactional.exchange.domain import QUOTE_LASTS, Terms
from transactional.exchange.in_force import agreement_in_force
from transactional.exchange.refusals import DailyLimitReached, TooFewPoints, UnknownQuote
from transactional.identifiers import uuid7
from transactional.members.queries import require_member

_LINK = """
select link_id, partner_id, partner_code, withdrawn_at
from mall.member_link
where tenant_id = $1 and member_id = $2 and (link_id = $3 or partner_code = $4)
order by withdrawn_at is not null, link_id desc
limit 1
"""
_USED = """
select
    coalesce((select points from mall.exchange_day
        where tenant_id = $1 and to_tenant_id = $2 and day = $4), 0)::bigint as pair,
    coalesce((select sum(points) from mall.exchange
        where tenant_id = $1 and partner_id = $2 and member_id = $3 and asked_on = $4 and direction = 'out'
            and status <> 'released'), 0)::bigint as member
"""
_INSERT = """
insert into mall.exchange_quote (tenant_id, quote_id, member_id, agreement_id, link_id, partner_id, points, fee_points,
    to_points, quoted_at, expires_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""


async def make_quote(
    connection: Connection,
    *,
    tenant_id: UUID,
    member_id: UUID,
    link_id: UUID | None,
    to_code: str | None,
    points: int,
    now: datetime,
) -> dict[str, Any]:
    """Offer a member what points would buy, by a link or by the other tenant's code; return the quote.

    Raises:
        UnknownMember: the tenant has no such member.
        UnknownLink, LinkWithdrawn: the member is not linked, or no longer.
        NoAgreement: nothing is agreed with the other tenant now.
        TooFewPoints: the points buy nothing.
        DailyLimitReached: they are more than may be exchanged today.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    link = await connection.fetchrow(_LINK, tenant_id, member_id, link_id, to_code)
    if link is None:
        raise UnknownLink
    if link["withdrawn_at"] is not None:
        raise LinkWithdrawn
    agreement = await agreement_in_force(
        connection, tenant_id=tenant_id, partner_id=link["partner_id"], now=now
    )
    if agreement is None:
        raise NoAgreement(link["partner_code"])
    terms = Terms(agreement["from_points"], agreement["to_points"], agreement["fee_bp"])
    bought = terms.convert(points)
    if not bought.to_points:
        raise TooFewPoints(offered=points, least=terms.least_for(1))
    used = await connection.fetchrow(_USED, tenant_id, link["partner_id"], member_id, business_date(now))
    assert used is not None
    member_left = max(0, agreement["member_daily_points"] - used["member"])
    pair_left = max(0, agreement["pair_daily_points"] - used["pair"])
    if bought.points > min(member_left, pair_left):
        raise DailyLimitReached(asked=bought.points, member_left=member_left, pair_left=pair_left)
    quote_id = uuid7(now)
    await connection.execute(
        _INSERT, tenant_id, quote_id, member_id, agreement["agreement_id"], link["link_id"], link["partner_id"],
        bought.points, bought.fee_points, bought.to_points, now, now + QUOTE_LASTS,
    )  # fmt: skip
    return {
        "quote_id": quote_id,
        "member_id": member_id,
        "link_id": link["link_id"],
        "partner": link["partner_code"],
        "points": bought.points,
        "fee_points": bought.fee_points,
        "to_points": bought.to_points,
        "remainder_points": bought.remainder,
        "rate": {"from_points": terms.from_points, "to_points": terms.to_points, "fee_bp": terms.fee_bp},
        "member_points_left": member_left,
        "pair_points_left": pair_left,
        "expires_at": now + QUOTE_LASTS,
    }


async def member_of_quote(connection: Connection, *, tenant_id: UUID, quote_id: UUID) -> UUID:
    """Return the member that a quote was made for.

    Raises:
        UnknownQuote: the tenant has none with this id.
    """
    member_id: UUID | None = await connection.fetchval(
        "select member_id from mall.exchange_quote where tenant_id = $1 and quote_id = $2",
        tenant_id,
        quote_id,
    )
    if member_id is None:
        raise UnknownQuote(quote_id)
    return member_id
