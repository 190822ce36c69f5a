"""What a reader finds of exchanges, and how a quote is made, on a book in memory."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from tests.transactional.machine.books import Books, ExchangeRow
from tests.transactional.machine.world import AGREED_UNTIL, LONG_AGO, World, terms_of
from tests.transactional.reference.program import Rules
from transactional.clock import business_date
from transactional.engine.book import Book
from transactional.engine.commands import Command
from transactional.exchange.consent_refusals import NoAgreement
from transactional.exchange.domain import QUOTE_LASTS, Agreement, Link, Terms
from transactional.exchange.refusals import DailyLimitReached, TooFewPoints
from transactional.exchange.state import Day, Exchange, Quote
from transactional.problems import Problem


class ExchangesInMemory:
    """An agreement with the partner, links and quotes in a book."""

    def __init__(self, book: Book, world: World, rules: Rules) -> None:
        self.book, self.world = book, world
        terms = terms_of(rules)
        self._agreement = Agreement(
            UUID(int=800), "oak", "crane", Terms(terms.from_points, terms.to_points, terms.fee_bp),
            terms.a_member_a_day, terms.all_a_day, LONG_AGO, AGREED_UNTIL, accepted_at=LONG_AGO, ended_at=None,
        )  # fmt: skip
        self._links = {
            member: Link(UUID(int=810 + number), world.tenant, member, world.partner, partner, None)
            for number, (member, partner) in enumerate(zip(world.members, world.partner_members, strict=True))
        }

    def quote(self, name: UUID, *, member: UUID, points: int, at: datetime) -> Problem | None:
        """Put what a quote's request would insert into the book."""
        terms = self._agreement.terms
        bought = terms.convert(points)
        if not self._agreement.in_force(at):
            return NoAgreement("crane")
        if not bought.to_points:
            return TooFewPoints(offered=points, least=terms.least_for(1))
        state, pair = self.book.exchange, (self.world.tenant, self.world.partner)
        day = state.days.get((*pair, business_date(at)))
        used = state.used[pair[0], member, pair[1], business_date(at)]
        member_left = self._agreement.member_daily_points - used
        pair_left = self._agreement.pair_daily_points - (0 if day is None else day.points)
        if bought.points > min(member_left, pair_left):
            return DailyLimitReached(asked=bought.points, member_left=member_left, pair_left=pair_left)
        state.quotes[self.world.tenant, name] = Quote(
            name, self._agreement, self._links[member], bought.points, bought.fee_points, bought.to_points,
            at + QUOTE_LASTS,
        )  # fmt: skip
        return None

    def read(self, commands: Sequence[Command]) -> None:
        """Fill in what a reader finds for a batch: the days, and who knows of which exchange."""
        state, pair = self.book.exchange, (self.world.tenant, self.world.partner)
        for command in commands:
            state.days.setdefault((*pair, business_date(command.at)), Day(0, is_stated=False))
        for name, exchange in _copies(self.book, self.world.tenant):
            state.givers[self.world.tenant, name] = exchange.link.from_tenant
        for name, exchange in _copies(self.book, self.world.partner):
            state.givers[self.world.partner, name] = exchange.link.from_tenant

    def add_to(self, books: Books, tenant: UUID) -> None:
        """Add a tenant's rows."""
        for name, x in _copies(self.book, tenant):
            is_giver = tenant == x.link.from_tenant
            books.exchanges[name] = ExchangeRow(
                x.link.from_member if is_giver else x.link.to_member,
                name if is_giver else x.in_transfer_id,
                (x.points, x.reversed_points),
                (x.fee_points, x.reversed_fee_points),
                (x.to_points, x.reversed_to_points),
                x.status,
                business_date(x.asked_at),
                x.settled_at and business_date(x.settled_at),
            )
        for (giver, _, day), total in self.book.exchange.days.items():
            if giver == tenant:
                books.exchanged[day] = total.points


def _copies(book: Book, tenant: UUID) -> list[tuple[UUID, Exchange]]:
    """Return the exchanges a tenant knows of: the receiver those that credited points."""
    return [
        (name, x)
        for (_, name), x in book.exchange.exchanges.items()
        if tenant == x.link.from_tenant or (tenant == x.link.to_tenant and x.status == "executed")
    ]
