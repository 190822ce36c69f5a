"""What a book that stays in memory knows of campaigns that are for everybody."""

from uuid import UUID

from transactional.changes import Change
from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.commands import Needs, Slot
from transactional.engine.reading.shared import read_shared

_OFFERED = """
select i.item_id, x.price_points
from mall.offer o
join mall.item i using (item_id)
join mall.campaign c on c.tenant_id = o.tenant_id and c.campaign_id = $2
left join mall.campaign_item x
    on x.tenant_id = c.tenant_id and x.campaign_id = c.campaign_id and x.item_id = i.item_id
where o.tenant_id = $1 and (x.item_id is not null or i.category = any(c.categories))
"""


async def add_for_everybody(connection: Connection, tenant_id: UUID, campaign_id: UUID, book: Book) -> None:
    """Add a campaign with all members and with what it lowers."""
    needs = Needs()
    needs.campaigns.add((tenant_id, campaign_id))
    await read_shared(connection, needs, book, lock=False)
    state = book.campaigns
    state.audience.update(
        (tenant_id, campaign_id, member_id) for owner, member_id in book.accounts if owner == tenant_id
    )
    for item_id, price in await connection.fetch(_OFFERED, tenant_id, campaign_id):
        state.offered.setdefault((tenant_id, item_id), []).append((campaign_id, price))


def end_for_everybody(tenant_id: UUID, campaign_id: UUID, book: Book, ended: set[Slot]) -> None:
    """Let a campaign be for nobody and lower nothing any more; what may come back still goes into its budget.

    Those that ended and are written, and into which nothing can come back, are forgotten: an earning does not look at
    all campaigns that there ever were.

    Args:
        ended: those that are still kept; this one is added.
    """
    state = book.campaigns
    state.audience.difference_update(
        (tenant_id, campaign_id, member_id) for owner, member_id in book.accounts if owner == tenant_id
    )
    state.offered = {
        item: kept
        for item, cheaper in state.offered.items()
        if (kept := [one for one in cheaper if one[0] != campaign_id])
    }
    ended.add((tenant_id, campaign_id))
    lowering = {
        (owner, line.campaign_id)
        for (owner, _), redemption in book.redemptions.items()
        for line in redemption.lines
        if line.campaign_id is not None
    }
    for slot in [slot for slot in ended - lowering if state.campaigns[slot].change is Change.READ]:
        del state.campaigns[slot]
        ended.remove(slot)
