"""Campaigns of a mall in memory."""

from uuid import UUID

from tests.transactional.machine.books import Books
from tests.transactional.machine.world import CAMPAIGNS, World
from transactional.campaigns.benefit import Campaign
from transactional.engine.book import Book


def add_campaigns(book: Book, tenant: UUID, world: World) -> None:
    """Put the campaigns of the world into a book, as a reader of rows would."""
    state = book.campaigns
    for name, terms in CAMPAIGNS.items():
        state.campaigns[tenant, name] = Campaign(
            name,
            terms.starts,
            terms.ends,
            True,
            terms.budget,
            0,
            terms.limit,
            terms.earning,
            terms.days,
            terms.off_bp,
        )
        members = world.members[:1] if terms.first_only else world.members
        state.audience |= {(tenant, name, member) for member in members}
        for item in (*terms.prices, *terms.cheaper):
            offered = state.offered.setdefault((tenant, world.items[item]), [])
            offered.append((name, terms.prices.get(item)))


def read_extras(book: Book) -> None:
    """Tell which transfers are extra points."""
    extras = [use for use in book.campaigns.uses if use.kind == "extra"]
    book.campaigns.extras = {(use.tenant_id, use.cause_id): use.campaign_id for use in extras}


def campaign_books(book: Book, books: Books) -> None:
    """Add what is used of campaigns."""
    for (_, name), campaign in book.campaigns.campaigns.items():
        books.campaigns[name] = campaign.used
    for (_, name, member), points in book.campaigns.had.items():
        books.had[name, member] = points
    for use in book.campaigns.uses:
        books.campaign_uses[use.campaign_id, use.member_id] += use.points
