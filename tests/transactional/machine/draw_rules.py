"""Rules about draws: tickets that are bought, draws that end, tickets that go on."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.transactional.machine.mall_machine import MallMachine
from tests.transactional.machine.points_rules import WHICH, WHO
from tests.transactional.machine.redemption_rules import ALLOWED, CONTEXTS
from tests.transactional.machine.world import DRAWS
from transactional.draws.commands import BuyTicket, CancelDraw, SettleTicket
from transactional.problems import Problem
from transactional.redemption.commands import Cancel, Refund

# Which draw: one of those there are, now and then none.
DRAW = st.integers(0, 9).map(lambda number: 30 if number == 9 else number)


def draws_are(*ends):
    """Let a rule run only while there is a draw that has ended so, or, for None, has not."""
    return precondition(lambda self: any(draw.end in ends for draw in self.mall.draws.values()))


knows_tickets = precondition(lambda self: any(draw.tickets for draw in self.mall.draws.values()))


class DrawRules(MallMachine):
    """What members, tenants and the worker do with draws."""

    @draws_are(None)
    @rule(who=WHO, which=DRAW, context=CONTEXTS)
    def buy_ticket(self, who, which, context):
        self._buy(who, self.pick(list(DRAWS), which), context)

    @draws_are(None)
    @rule(
        buyers=st.lists(WHO, min_size=2, max_size=6), which=DRAW, together=st.booleans(), seed=st.integers(0, 9)
    )  # fmt: skip
    def sell_tickets(self, buyers, which, together, seed):
        """Sell so many that limits are met and some tickets lose."""
        if together:
            self.gather(len(buyers), seed)
        for who in buyers:
            self._buy(who, self.pick(list(DRAWS), which), ALLOWED)

    def _buy(self, who, draw_id, context):
        self.ask(
            BuyTicket(
                **self.about(), **context, member_id=self.world.members[who], redemption_id=self.fresh(),
                draw_id=draw_id,
            )
        )  # fmt: skip

    @knows_tickets
    @rule(which=DRAW, settled=st.booleans())
    def cancel_draw(self, which, settled):
        draw_id = self.pick(list(DRAWS), which)
        draw = self.mall.draws.get(draw_id)
        self.ask(CancelDraw(**self.about(), draw_id=draw_id, reason="printer broke"))
        if draw is not None and settled:
            self._settle_all(draw)

    @knows_tickets
    @rule(which=DRAW)
    def reveal(self, which):
        self._reveal(self.pick(list(DRAWS), which))

    @draws_are(None)
    @knows_tickets
    @rule(which=st.integers(0, 1), seconds=st.integers(-1, 1), settled=st.booleans())
    def a_draw_ends(self, which, seconds, settled):
        """Go to the very moment at which a draw is over, which the worker may notice at once."""
        draw_id = self.pick(list(DRAWS), which)
        draw = self.mall.draws[draw_id]
        if draw.end is None and draw.tickets:
            self.later(max(timedelta(0), draw.ends + timedelta(seconds=seconds) - self.now))
            self._reveal(draw_id)
            if settled:
                self._settle_all(draw)

    def _reveal(self, draw_id):
        """Let the worker reveal a draw; what waits to be delivered comes after it."""
        reasons = self.mall.may_reveal(name=draw_id, at=self.now)
        refused = None
        try:
            won = self.engine.reveal(draw_id, now=self.now)
        except Problem as problem:
            refused = problem.slug
        assert refused in (reasons or {None}), (draw_id, refused, reasons)
        if refused is None:
            self.mall.reveal(name=draw_id, won=won)
        self.compare()

    @draws_are("revealed", "cancelled")
    @knows_tickets
    @rule(which=st.integers(0, 1))
    def settle_tickets(self, which):
        """Let all tickets of a draw go on, as the worker does; it finds them again if it crashed."""
        self._settle_all(self.mall.draws[self.pick(list(DRAWS), which)])

    def _settle_all(self, draw):
        for ticket in list(draw.tickets):
            self._settle(ticket)

    @knows_tickets
    @rule(which=WHICH, any_order=st.sampled_from([False] * 4 + [True]))
    def settle_ticket(self, which, any_order):
        tickets = [ticket for draw in self.mall.draws.values() for ticket in draw.tickets]
        self._settle(self.pick(self.orders if any_order else tickets, which))

    @draws_are("revealed")
    @rule(which=WHICH, restock=st.booleans(), amount=st.none() | st.integers(1, 4), cancels=st.booleans())
    def give_a_ticket_back(self, which, restock, amount, cancels):
        """Give back some points of a ticket, or cancel it; a prize that was not shipped goes back."""
        tickets = [t for draw in self.mall.draws.values() if draw.end == "revealed" for t in draw.tickets]
        if tickets:
            # Those that have won something come first.
            tickets.sort(key=lambda ticket: len(self.mall.orders[ticket].lines))
            about = {**self.about(), "redemption_id": self.pick(tickets, which), "transfer_id": self.fresh()}
            if cancels:
                self.ask(Cancel(**about, reason="changed my mind"))
            else:
                self.ask(Refund(**about, lines=None, points=amount, restock=restock, reason="goodwill"))

    def _settle(self, ticket):
        self.ask(SettleTicket(**self.about(keyed=False), redemption_id=ticket))
