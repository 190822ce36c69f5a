"""Rules about points: credits, adjustments, returns, corrections, holds and sweeps."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.transactional.machine.mall_machine import MallMachine
from transactional.ledger.commands import (
    Adjust,
    CaptureHold,
    Correct,
    Earn,
    PlaceHold,
    ReleaseHold,
    SweepHold,
    TakeBack,
)

WHO = st.integers(0, 1)
WHICH = st.integers(0, 30)
AMOUNTS = st.integers(1, 60)
knows_holds = precondition(lambda self: self.holds)
# Nothing, or how long ago.
PAST = st.none() | st.integers(0, 40 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes))


class PointsRules(MallMachine):
    """What tenants do with points."""

    @rule(who=WHO, amount=AMOUNTS, kind=st.sampled_from(["earn", "earn", "grant"]), past=PAST)
    def earn(self, who, amount, kind, past):
        effective_at = None if past is None else self.earlier(past)
        self.ask(
            Earn(
                **self.about(), member_id=self.world.members[who], transfer_id=self.fresh(), points=amount,
                kind=kind, effective_at=effective_at,
            )
        )  # fmt: skip

    @rule(who=WHO, amount=st.integers(-40, 40).filter(bool), past=PAST)
    def adjust(self, who, amount, past):
        effective_at = None if past is None else self.earlier(past)
        self.ask(
            Adjust(
                **self.about(), member_id=self.world.members[who], transfer_id=self.fresh(), points=amount,
                reason="by hand", effective_at=effective_at,
            )
        )  # fmt: skip

    @rule(who=WHO, left=st.integers(0, 3), which=st.integers(0, 9), amount=AMOUNTS)
    def return_what_is_spent(self, who, left, which, amount):
        """Take all but a few points, and then take back what was earned."""
        member = self.world.members[who]
        wallet = self.mall.ledger.wallets[member]
        available = len(wallet.spendable(wallet.moment(self.now)))
        if available > left:
            about = {**self.about(), "member_id": member, "transfer_id": self.fresh()}
            self.ask(Adjust(**about, points=left - available, reason="all of it"))
        self.take_back(which, amount)

    @rule(which=WHICH, amount=AMOUNTS)
    def take_back(self, which, amount):
        self.ask(
            TakeBack(
                **self.about(), transfer_id=self.fresh(), reversed_id=self.pick(self.acts, which), points=amount,
                reason="goods returned",
            )
        )  # fmt: skip

    @rule(which=WHICH)
    def correct(self, which):
        self.ask(
            Correct(
                **self.about(),
                transfer_id=self.fresh(),
                reversed_id=self.pick(self.acts, which),
                reason="wrong",
            )
        )

    @rule(who=WHO, amount=AMOUNTS, minutes=st.sampled_from([10, 600, 60 * 24 * 9]))
    def hold(self, who, amount, minutes):
        self.ask(
            PlaceHold(
                **self.about(), member_id=self.world.members[who], hold_id=self.fresh(), points=amount,
                lasts=timedelta(minutes=minutes),
            )
        )  # fmt: skip

    @knows_holds
    @rule(which=WHICH, amount=st.none() | st.integers(1, 20))
    def capture(self, which, amount):
        self.ask(
            CaptureHold(**self.about(), hold_id=self._hold(which), transfer_id=self.fresh(), points=amount)
        )

    @knows_holds
    @rule(which=WHICH)
    def release(self, which):
        self.ask(ReleaseHold(**self.about(), hold_id=self._hold(which)))

    @knows_holds
    @rule(which=WHICH)
    def sweep_hold(self, which):
        self.ask(SweepHold(**self.about(keyed=False), hold_id=self.pick(self.holds, which)))

    def _hold(self, which):
        """Return a hold, now and then one of a redemption, which only the redemption resolves."""
        return self.pick(list(self.names.holds) if which > 26 else self.holds, which)

    @rule(who=WHO)
    def expire(self, who):
        self.sweep(self.world.members[who])
