"""Finds the campaigns that a batch may use, whom they are for and what they lower; locks them; reads what members had.

A tenant's rules name its live campaigns, so a batch of tenants that have none asks nothing here.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from transactional.campaigns.audience import Group, members_among
from transactional.campaigns.benefit import Campaign
from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.commands import Command, Needs, Slot
from transactional.engine.reading.slots import columns

# The days as text, for the driver decodes no arrays within a row.
CAMPAIGN = """
select s.tenant_id, s.campaign_id, s.starts_at, s.ends_at, s.approved_at is not null and s.stopped_at is null as is_live,
    coalesce(s.budget_points, 0) as budget, s.used_points, s.member_limit_points, s.earn_numerator, s.earn_denominator,
    array_to_string(s.member_days, ',') as member_days, s.discount_bp
from mall.campaign s
where s.tenant_id = wanted.tenant_id and s.campaign_id = wanted.campaign_id
"""
# What is not given out of a budget is no matter of the committer.
_LIVE = """
select c.tenant_id, c.campaign_id, c.audience, c.scheme, c.audience_groups, c.earn_numerator is not null as multiplies
from unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, campaign_id)
cross join lateral (
    select c.* from mall.campaign c
    where c.tenant_id = wanted.tenant_id and c.campaign_id = wanted.campaign_id and c.budget_points is not null
        and c.starts_at <= $3 and c.ends_at > $4
    offset 0
) c
"""
_OFFERED = """
select wanted.tenant_id, wanted.item_id, c.campaign_id, x.price_points
from unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, item_id)
join mall.item i on i.item_id = wanted.item_id
join mall.campaign c on c.tenant_id = wanted.tenant_id and c.campaign_id = any($3::uuid[])
left join mall.campaign_item x
    on x.tenant_id = c.tenant_id and x.campaign_id = c.campaign_id and x.item_id = wanted.item_id and not x.is_struck
where x.item_id is not null or i.category = any(c.categories)
"""
_EXTRAS = """
select u.tenant_id, u.cause_id, u.campaign_id
from unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, transfer_id)
join mall.campaign_use u on u.tenant_id = wanted.tenant_id and u.cause_id = wanted.transfer_id and u.kind = 'extra'
"""
_HAD = """
select h.*
from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as wanted(tenant_id, campaign_id, member_id)
cross join lateral (
    select h.tenant_id, h.campaign_id, h.member_id, h.used_points
    from mall.campaign_member h
    where h.tenant_id = wanted.tenant_id and h.campaign_id = wanted.campaign_id and h.member_id = wanted.member_id
    offset 0
) h
"""


async def resolve_extras(connection: Connection, needs: Needs, book: Book) -> None:
    """Add the campaigns of transfers that are extra points to what is needed."""
    if needs.transfers:
        for tenant_id, transfer_id, campaign_id in await connection.fetch(_EXTRAS, *columns(needs.transfers)):
            book.campaigns.extras[tenant_id, transfer_id] = campaign_id
            needs.campaigns.add((tenant_id, campaign_id))


async def find_campaigns(
    connection: Connection, commands: Sequence[Command], needs: Needs, book: Book
) -> None:
    """Add the live campaigns that are for members of the batch and about what they do to what is needed."""
    live = [(tenant_id, one) for tenant_id, program in book.programs.items() for one in program.campaigns]
    if live and (needs.items or needs.earners):
        earliest, latest = _span(commands, book)
        rows = await connection.fetch(_LIVE, *columns(live), latest, earliest)
        if rows:
            await _add_relevant(connection, rows, needs, book, latest)


async def read_had(connection: Connection, needs: Needs, book: Book) -> None:
    """Read what the members of the batch have had of the campaigns it needs; their accounts' locks guard it."""
    members = [
        (tenant_id, campaign_id, member_id)
        for tenant_id, campaign_id in needs.campaigns
        for its_tenant, member_id in needs.members
        if its_tenant == tenant_id
    ]
    if members:
        for *member, used in await connection.fetch(_HAD, *columns(members, 3)):
            book.campaigns.had[member[0], member[1], member[2]] = used


def add_campaign(book: Book, row: tuple[Any, ...]) -> None:
    """Add a campaign, as `CAMPAIGN` selects it."""
    (
        tenant_id,
        campaign_id,
        starts,
        ends,
        is_live,
        budget,
        used,
        limit,
        numerator,
        denominator,
        days,
        discount,
    ) = row
    book.campaigns.campaigns[tenant_id, campaign_id] = Campaign(
        campaign_id, starts, ends, is_live, budget, used, limit,
        None if numerator is None else (numerator, denominator),
        frozenset(date.fromisoformat(day) for day in days.split(",") if day), discount,
    )  # fmt: skip


async def _add_relevant(
    connection: Connection, rows: Sequence[Any], needs: Needs, book: Book, latest: datetime
) -> None:
    offered: dict[Slot, list[tuple[UUID, int | None]]] = {}
    lowers: set[Slot] = set()
    if needs.items:
        ids = [row["campaign_id"] for row in rows]
        for tenant_id, item_id, campaign_id, price in await connection.fetch(
            _OFFERED, *columns(needs.items), ids
        ):
            offered.setdefault((tenant_id, item_id), []).append((campaign_id, price))
            lowers.add((tenant_id, campaign_id))
    book.campaigns.offered = offered
    for row in rows:
        slot = (row["tenant_id"], row["campaign_id"])
        members = [member for owner, member in needs.members if owner == slot[0]] if slot in lowers else []
        if row["multiplies"]:
            members += [member for owner, member in needs.earners if owner == slot[0]]
        group = Group(row["audience"], row["scheme"], tuple(row["audience_groups"]))
        qualification = book.programs[slot[0]].qualification
        among = await members_among(
            connection, slot[0], group, set(members), at=latest, qualification=qualification
        )
        book.campaigns.audience |= {(*slot, member) for member in among}
        if among:
            needs.campaigns.add(slot)
    for item, cheaper in list(offered.items()):
        kept = [
            (campaign_id, price)
            for campaign_id, price in cheaper
            if (item[0], campaign_id) in needs.campaigns
        ]
        offered[item] = kept


def _span(commands: Sequence[Command], book: Book) -> tuple[datetime, datetime]:
    """Return the earliest and the latest moment at which something of the batch may take effect."""
    asked = [command.at for command in commands]
    changed = [account.changed_at for account in book.accounts.values() if account.changed_at is not None]
    return min(asked), max(asked + changed)
