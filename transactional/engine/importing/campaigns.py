"""Campaigns of the past that are for everybody, beside a book that stays in memory."""

from datetime import datetime
from uuid import UUID

from transactional.campaigns.domain import NewCampaign
from transactional.campaigns.importing import end_past_campaign, import_campaign
from transactional.changes import Change
from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.commands import Needs, Slot
from transactional.engine.importing.refusals import CannotBeImported
from transactional.engine.reading.shared import read_shared

_OFFERED = """
select i.item_id, x.price_points
from mall.offer o
join mall.item i using (item_id)
join mall.campaign c on c.tenant_id = o.tenant_id and c.campaign_id = $2
left join mall.campaign_item x
    on x.tenant_id = c.tenant_id and x.campaign_id = c.campaign_id and x.item_id = i.item_id and not x.is_struck
where o.tenant_id = $1 and (x.item_id is not null or i.category = any(c.categories))
"""


class PastCampaigns:
    """Opens and ends campaigns in the database and in a book alike."""

    def __init__(self, connection: Connection, tenant_id: UUID, book: Book):
        """Begin without a campaign."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._book = book
        self._ended: set[Slot] = set()

    async def open(self, campaign_id: UUID, new: NewCampaign, *, by: str, now: datetime) -> None:
        """Draft and approve a campaign for everybody, and let what is decided from its start on heed it.

        Raises:
            CannotBeImported: it is for some members only.
            InvalidRequest, UnknownOffer, UnknownSale: as `import_campaign` says.
        """
        if new.audience != "everybody":
            raise CannotBeImported(f"a campaign for {new.audience} cannot be imported")
        await import_campaign(
            self._connection, tenant_id=self._tenant_id, campaign_id=campaign_id, new=new, by=by, now=now
        )
        if new.budget_points is not None:
            await _add_for_everybody(self._connection, self._tenant_id, campaign_id, self._book)

    async def end(self, campaign_id: UUID) -> None:
        """Note that a campaign is over; what comes back of it still goes into its budget."""
        await end_past_campaign(self._connection, tenant_id=self._tenant_id, campaign_id=campaign_id)
        if (self._tenant_id, campaign_id) in self._book.campaigns.campaigns:
            _end_for_everybody(self._tenant_id, campaign_id, self._book, self._ended)

    def left(self, campaign_id: UUID) -> int:
        """Return the points left of a campaign's budget."""
        campaign = self._book.campaigns.campaigns[self._tenant_id, campaign_id]
        return campaign.budget - campaign.used


async def _add_for_everybody(connection: Connection, tenant_id: UUID, campaign_id: UUID, book: Book) -> None:
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


def _end_for_everybody(tenant_id: UUID, campaign_id: UUID, book: Book, ended: set[Slot]) -> None:
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
