"""Rules about time and the network: clocks that jump, requests that come twice, late, together, in another order."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.transactional.machine.mall_machine import MallMachine
from tests.transactional.machine.points_rules import WHICH
from tests.transactional.reference.days import beginning_of, day_of

STEPS = st.one_of(
    st.integers(1, 90).map(lambda n: timedelta(seconds=n)),
    st.integers(1, 60).map(lambda n: timedelta(minutes=n)),
    st.integers(1, 60).map(lambda n: timedelta(hours=n)),
    st.integers(1, 45).map(lambda n: timedelta(days=n)),
)


class TimeRules(MallMachine):
    """What nobody decides."""

    @rule(step=STEPS)
    def time_passes(self, step):
        self.later(step)

    @rule(step=STEPS)
    def the_clock_jumps_back(self, step):
        self.later(-step)

    @rule(seconds=st.integers(-1, 1))
    def a_month_ends(self, seconds):
        day = day_of(self.now)
        month = day.month
        while day.month == month:
            day += timedelta(days=1)
        self.later(beginning_of(day) + timedelta(seconds=seconds) - self.now)

    @rule(seconds=st.integers(-1, 1))
    def a_deadline_comes(self, seconds):
        """Go to the very moment at which something ends."""
        ends = [hold.ends for hold in self.mall.ledger.holds.values() if hold.ends > self.now]
        if ends:
            self.later(min(ends) + timedelta(seconds=seconds) - self.now)

    @rule(seconds=st.integers(-1, 1), swept=st.booleans())
    def points_expire(self, seconds, swept):
        """Go to the end of the next lot's last day, which a sweeper may or may not notice."""
        wallets = self.mall.ledger.wallets
        lots = [lot for wallet in wallets.values() for lot in wallet.lots]
        last_days = [
            lot.last_day for lot in lots if lot.last_day is not None and lot.last_day >= day_of(self.now)
        ]
        if last_days:
            ends = beginning_of(min(last_days) + timedelta(days=1))
            self.later(ends + timedelta(seconds=seconds) - self.now)
        for member in wallets if swept else ():
            self.sweep(member)

    @rule(count=st.integers(2, 5), seed=st.integers(0, 9))
    def requests_come_together(self, count, seed):
        self.gather(count, seed)

    @precondition(lambda self: self.sent or self.waiting)
    @rule(which=WHICH, other_body=st.sampled_from([False, False, False, True]))
    def a_client_asks_again(self, which, other_body):
        known = [command for command, _ in self.sent.values()]
        known += [command for command in self.waiting if command.key is not None]
        if known:
            self.ask(self.retried(known[-1 - which % len(known)], other_body=other_body))
