"""The partner of the little world in the database: a tenant, an agreement, members who are linked."""

from datetime import datetime
from uuid import UUID

import asyncpg

from tests.transactional.machine.world import AGREED_UNTIL, LONG_AGO, PARTNER_RULES, World, terms_of
from tests.transactional.reference.program import Rules
from transactional.exchange import agreements, links
from transactional.exchange.agreements import NewAgreement
from transactional.exchange.domain import Terms
from transactional.exchange.quotes import make_quote
from transactional.members.link_codes import issue_code
from transactional.members.operations import register_members
from transactional.problems import Problem
from transactional.tenants.operations import NewTenant, create_tenant


async def create_partner(
    owner: asyncpg.Connection, *, code: str, tenant: UUID, members: tuple[UUID, UUID], rules: Rules
) -> tuple[UUID, tuple[UUID, UUID]]:
    """Return a tenant that has agreed with another, and its members, each linked with one of the other's."""
    r = PARTNER_RULES
    partner = await create_tenant(owner, NewTenant(code, "鹤", "airline", lot_validity_months=r.months))
    await owner.execute(
        "update mall.program set pending_days = $2, expiry_rounding = $3, return_policy = $4, "
        "refund_grace_days = $5 where tenant_id = $1",
        partner, r.pending_days, r.rounding, r.policy, r.grace_days,
    )  # fmt: skip
    known = await register_members(
        owner, tenant_id=partner, external_refs=["P-1", "P-2"], registered_at=[LONG_AGO] * 2
    )
    terms = terms_of(rules)
    new = NewAgreement(
        terms=Terms(terms.from_points, terms.to_points, terms.fee_bp), member_daily_points=terms.a_member_a_day,
        pair_daily_points=terms.all_a_day, settlement_fen_per_100=terms.fen_per_100, valid_from=LONG_AGO,
        valid_until=AGREED_UNTIL,
    )  # fmt: skip
    made = await agreements.propose(owner, tenant_id=tenant, to_code=code, new=new, now=LONG_AGO)
    await agreements.accept(owner, tenant_id=partner, agreement_id=made["agreement_id"], now=LONG_AGO)
    partner_members = (known["P-1"], known["P-2"])
    for member, other in zip(members, partner_members, strict=True):
        issued = await issue_code(owner, tenant_id=partner, member_id=other, purpose="exchange", now=LONG_AGO)
        await links.redeem_code(owner, tenant_id=tenant, member_id=member, code=issued["code"], now=LONG_AGO)
    return partner, partner_members


async def quote(
    owner: asyncpg.Connection, world: World, *, partner_code: str, member: UUID, points: int, at: datetime
) -> UUID | Problem:
    """Return a quote's id, or why there is none."""
    try:
        made = await make_quote(
            owner, tenant_id=world.tenant, member_id=member, link_id=None, to_code=partner_code, points=points,
            now=at,
        )  # fmt: skip
    except Problem as problem:
        return problem
    quote_id: UUID = made["quote_id"]
    return quote_id
