"""Rules about campaigns. What they give shows in the rules about points and redemptions."""

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.transactional.machine.mall_machine import MallMachine
from tests.transactional.machine.points_rules import WHO
from tests.transactional.machine.world import CAMPAIGNS
from transactional.ledger.commands import Adjust, Earn, TakeBack


class CampaignRules(MallMachine):
    """What people and the clock do to campaigns."""

    # Stopped rarely, for a campaign that is stopped gives nothing any more.
    @rule(which=st.integers(0, 3), decided=st.sampled_from([False] * 9 + [True]))
    def stop_a_campaign(self, which, decided):
        name = list(CAMPAIGNS)[which]
        campaign = self.mall.ledger.campaigns[which]
        if decided and not campaign.is_stopped and self.now < campaign.ends:
            self.deliver()
            self.engine.stop(name, now=self.now)
            campaign.is_stopped = True

    @rule(who=WHO, amount=st.integers(1, 20), left=st.integers(0, 40), part=st.integers(1, 20))
    def return_what_was_multiplied(self, who, amount, left, part):
        """Earn, spend all but a few points, and return some of what was earned."""
        member, earned = self.world.members[who], self.fresh()
        self.ask(Earn(**self.about(), member_id=member, transfer_id=earned, points=amount, kind="earn"))
        self.deliver()
        wallet = self.mall.ledger.wallets[member]
        available = len(wallet.spendable(wallet.moment(self.now)))
        if available > left:
            about = {**self.about(), "member_id": member, "transfer_id": self.fresh()}
            self.ask(Adjust(**about, points=left - available, reason="all of it"))
        about = {**self.about(), "transfer_id": self.fresh(), "reversed_id": earned}
        self.ask(TakeBack(**about, points=min(part, amount), reason="goods returned"))

    @rule(which=st.integers(0, 3), seconds=st.integers(-1, 1), ends=st.booleans())
    def a_campaign_begins_or_ends(self, which, seconds, ends):
        """Go to the edge of a window, if it is still to come."""
        terms = list(CAMPAIGNS.values())[which]
        edge = terms.ends if ends else terms.starts
        if edge > self.now:
            self.later(edge + timedelta(seconds=seconds) - self.now)
