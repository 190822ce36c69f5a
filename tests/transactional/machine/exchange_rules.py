"""Rules about exchange: quotes, both legs, reversals by either tenant, and what the receivers do with points."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.transactional.machine.mall_machine import MallMachine
from tests.transactional.machine.points_rules import AMOUNTS, WHICH, WHO
from tests.transactional.machine.redemption_rules import ALLOWED, CONTEXTS
from tests.transactional.machine.world import AGREED_UNTIL
from tests.transactional.reference.orders import HANDED_OVER
from transactional.exchange.commands import ExchangePoints, ReverseExchange
from transactional.exchange.domain import QUOTE_LASTS
from transactional.exchange.state import in_transfer_of
from transactional.ledger.commands import Adjust, Correct, Earn, ExpireLots, PlaceHold, TakeBack
from transactional.problems import Problem
from transactional.redemption.commands import Cancel, Review

OFFERED = st.integers(1, 50)
PARTS = st.none() | st.integers(1, 12)
knows_trades = precondition(lambda self: self.mall.trades)


class ExchangeRules(MallMachine):
    """What members exchange with the partner.

    Attributes:
        quotes: ids of quotes, used or not.
        partner_acts: ids of the transfers of the partner's members.
    """

    def __init__(self):
        super().__init__()
        self.quotes = []
        self.partner_acts = []

    @rule(who=WHO, offered=OFFERED)
    def take_a_quote(self, who, offered):
        """Ask what points buy; it is answered at once, before what is gathered arrives."""
        member = self.world.members[who]
        answer = self.engine.quote(member=member, points=offered, at=self.now)
        quote, reasons = self.mall.offer(member, offered, self.now)
        if isinstance(answer, Problem):
            assert answer.slug in reasons, (answer, reasons)
            return
        assert quote is not None, answer
        assert not reasons, (answer, reasons)
        quote.ends = self.now + QUOTE_LASTS
        self.mall.quotes[answer] = quote
        self.quotes.append(answer)

    @precondition(lambda self: self.quotes)
    @rule(which=WHICH, context=CONTEXTS, other=st.sampled_from([False] * 9 + [True]))
    def take_it_up(self, which, context, other):
        """Take up a quote, now and then one that was used, is too old or is another member's."""
        quote_id = self.pick(self.quotes, which)
        quote = self.mall.quotes.get(quote_id)
        first, second = self.world.members
        member = first if quote is None else quote.member
        if other:
            member = second if member == first else first
        self.ask(
            ExchangePoints(
                **self.about(), **context, member_id=member, redemption_id=self.fresh(), quote_id=quote_id
            )
        )

    @rule(who=WHO, offered=OFFERED, context=CONTEXTS)
    def exchange(self, who, offered, context):
        known = len(self.quotes)
        self.take_a_quote(who, offered)
        if len(self.quotes) > known:
            self.take_it_up(0, context, other=False)

    @rule(who=WHO, offered=OFFERED, parts=st.lists(PARTS, min_size=1, max_size=3), by_partner=st.booleans())
    def exchange_and_reverse(self, who, offered, parts, by_partner):
        known = len(self.mall.trades)
        self.exchange(who, offered, ALLOWED)
        if len(self.mall.trades) > known:
            for to_points in parts:
                self.reverse(0, to_points, by_partner)

    @rule(
        who=WHO, offered=OFFERED, hours=st.sampled_from([0, 0, 1, 30, 47, 48]),
        verdict=st.sampled_from(["approve", "approve", "reject"]),
    )  # fmt: skip
    def exchange_in_review(self, who, offered, hours, verdict):
        """Exchange what a person looks at, soon or late, perhaps when the points or the lots have ended."""
        known = len(self.mall.trades)
        self.exchange(who, offered, {})
        if len(self.mall.trades) > known:
            self.later(timedelta(hours=hours))
            self._review_newest(verdict)

    @rule(quotes=st.lists(st.tuples(WHO, st.integers(15, 50)), min_size=2, max_size=4), context=CONTEXTS)
    def exchange_up_to_the_limit(self, quotes, context):
        """Have all quotes first: each alone is within the day's limits, all together may not be."""
        known = len(self.quotes)
        for who, offered in quotes:
            self.take_a_quote(who, offered)
        for number in range(len(self.quotes) - known):
            self.take_it_up(number, context, other=False)

    @rule(who=WHO, offered=st.integers(26, 50), is_rejected=st.booleans())
    def exchange_instead(self, who, offered, is_rejected):
        """Let go of an exchange in review: what it counted for the day's limits is free for another one."""
        known = len(self.mall.trades)
        self.exchange(who, offered, {})
        if len(self.mall.trades) > known:
            if is_rejected:
                self._review_newest("reject")
            else:
                name = list(self.mall.trades)[-1]
                self.ask(Cancel(**self.about(), redemption_id=name, transfer_id=self.fresh(), reason="no"))
            self.exchange(who, offered, ALLOWED)

    @precondition(lambda self: timedelta() < AGREED_UNTIL - self.now < timedelta(days=35))
    @rule(who=WHO, offered=OFFERED, seconds=st.integers(-1, 1), is_parked=st.booleans())
    def the_agreement_ends(self, who, offered, seconds, is_parked):
        """Go to its very end with a quote that is not too old, or with an exchange that is in review."""
        self.later(max(timedelta(), AGREED_UNTIL - timedelta(minutes=5) - self.now))
        known = len(self.quotes), len(self.mall.trades)
        self.take_a_quote(who, offered)
        is_parked = is_parked and len(self.quotes) > known[0]
        if is_parked:
            self.take_it_up(0, {}, other=False)
        self.later(AGREED_UNTIL + timedelta(seconds=seconds) - self.now)
        if is_parked and len(self.mall.trades) > known[1]:
            self._review_newest("approve")
        elif len(self.quotes) > known[0]:
            self.take_it_up(0, ALLOWED, other=False)

    def _review_newest(self, verdict):
        name = list(self.mall.trades)[-1]
        self.ask(Review(**self.about(), redemption_id=name, verdict=verdict, reviewer="Li"))

    @knows_trades
    @rule(which=WHICH, to_points=PARTS, by_partner=st.booleans())
    def reverse(self, which, to_points, by_partner):
        """Reverse an exchange or a part of it, mostly one that is not reversed as a whole."""
        trades = self.mall.trades
        likely = [name for name, trade in trades.items() if trade.order.status in HANDED_OVER]
        name = self.pick(likely if which < 25 and likely else list(trades), which)
        # What is approved in the same batch the partner cannot have known of.
        knows = self.together == 1 or name not in trades or trades[name].lot is not None
        about = self._about_partner() if by_partner and knows else self.about()
        self.ask(
            ReverseExchange(
                **about, exchange_id=name, reversal_id=self.fresh(), to_points=to_points, reason="mistake"
            )
        )

    @rule(who=WHO, amount=AMOUNTS, kind=st.sampled_from(["earn", "grant"]))
    def the_partner_credits(self, who, amount, kind):
        about = {**self._about_partner(), "transfer_id": self.fresh()}
        self.ask(Earn(**about, member_id=self.world.partner_members[who], points=amount, kind=kind))

    @rule(who=WHO, offered=OFFERED, left=st.integers(0, 3), by_hold=st.booleans(), to_points=PARTS)
    def exchange_and_use(self, who, offered, left, by_hold, to_points):
        """Reverse an exchange whose points are no longer there."""
        known = len(self.mall.trades)
        self.exchange(who, offered, ALLOWED)
        self.receivers_use_points(who, left, by_hold, 10)
        if len(self.mall.trades) > known:
            self.reverse(0, to_points, by_partner=False)

    @knows_trades
    @rule(who=WHO, left=st.integers(0, 3), by_hold=st.booleans(), minutes=st.sampled_from([10, 60 * 24 * 9]))
    def receivers_use_points(self, who, left, by_hold, minutes):
        """Take or hold all but a few points of a receiver, so that not all can be taken back."""
        member = self.world.partner_members[who]
        wallet = self.mall.wallet(member)
        used = len(wallet.spendable(wallet.moment(self.now))) - left
        about = {**self._about_partner(), "member_id": member}
        if used > 0 and by_hold:
            lasts = timedelta(minutes=minutes)
            self.ask(PlaceHold(**about, hold_id=self.fresh(), points=used, lasts=lasts))
        elif used > 0:
            self.ask(Adjust(**about, transfer_id=self.fresh(), points=-used, reason="by hand"))

    @precondition(lambda self: self.partner_acts)
    @rule(which=WHICH, points=st.none() | AMOUNTS)
    def the_partner_takes_back(self, which, points):
        """Return or correct what the partner credited, or refuse to if it came by an exchange."""
        about = {**self._about_partner(), "transfer_id": self.fresh()}
        about |= {"reversed_id": self.pick(self.partner_acts, which), "reason": "wrong"}
        self.ask(Correct(**about) if points is None else TakeBack(**about, points=points))

    @rule(who=WHO)
    def the_partner_sweeps(self, who):
        about = {**self._about_partner(keyed=False), "member_id": self.world.partner_members[who]}
        oldest = self.earlier(timedelta(days=900)).date()
        self.ask(ExpireLots(**about, transfer_id=self.fresh(), oldest=oldest))

    def learn(self, command, body):
        """Keep the partner's transfers apart; no tenant may take back the other's."""
        if isinstance(command, ExchangePoints):
            self.partner_acts.append(in_transfer_of(command.redemption_id))
        if command.tenant_id == self.world.tenant:
            super().learn(command, body)
        elif isinstance(command, Earn | Adjust):
            self.partner_acts.append(command.transfer_id)

    def _about_partner(self, *, keyed=True):
        return {**self.about(keyed=keyed), "tenant_id": self.world.partner}
