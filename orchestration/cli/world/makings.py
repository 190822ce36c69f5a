"""What a simulated tenant is made of, all drawn from its seed before anything is written."""

from datetime import timedelta

import numpy as np

from orchestration.cli.world import calendar
from orchestration.cli.world.abuse import plan_bursts
from orchestration.cli.world.brands import draw_brands
from orchestration.cli.world.catalogue import make_catalogue
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.members import make_members
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.planner import Hire, LookBack, Planner, Shop
from orchestration.cli.world.presets import preset_of
from orchestration.cli.world.promotions import plan_promotions
from orchestration.cli.world.purse import Purse
from orchestration.cli.world.sourcing import Sourcing
from orchestration.cli.world.supply import Supply
from orchestration.cli.world.terms import make_terms
from orchestration.cli.world.wishes import expected_shares


class Makings:
    """A tenant's goods, members and what will befall them, and the streams from which each day is drawn.

    Every part has a stream of its own, so that one that is added or changed leaves the others as they are.
    """

    def __init__(self, plan: WorldPlan, number: int, hire: Hire | None = None) -> None:
        """Make the `number`-th tenant of a world.

        Args:
            hire: makes the planner who orders goods; without it, it is the one of the last four weeks.
        """
        streams = np.random.SeedSequence([plan.seed, number]).spawn(19)
        (
            goods,
            people,
            supply,
            abuse,
            purse,
            self.wish_rng,
            self.care_rng,
            ids,
            event_ids,
            terms,
            order_ids,
            self.parcel_rng,
            parcel_ids,
            self.word_rng,
            word_ids,
            sourcing,
            self.consent_rng,
            campaign_ids,
            self.bill_rng,
        ) = map(np.random.default_rng, streams)
        self.preset = preset_of(number)
        self.catalogue = make_catalogue(self.preset, plan.days, goods)
        self.members = make_members(self.preset, plan.members, plan.days, people)
        self.days = [plan.first + timedelta(days=n) for n in range(plan.days)]
        self.factors = calendar.demand_factors(self.days, self.preset.member_day)
        self.identities = Identities(ids)
        self.event_identities = Identities(event_ids)
        self.order_identities = Identities(order_ids)
        self.parcel_identities = Identities(parcel_ids)
        self.campaign_identities = Identities(campaign_ids)
        self.word_identities = Identities(word_ids)
        self.purse = Purse(self.preset, self.members, purse)
        self.purse.begin_month()
        daily = self.purse.wish_rates(0, 1.0).sum() * expected_shares(self.members, self.catalogue, goods)
        shop = Shop(self.catalogue, tuple(self.days), self.preset.member_day)
        look_back = LookBack(shop, daily, self.factors)
        self.opening = look_back.opening
        self.planner: Planner = hire(shop, look_back) if hire else look_back
        self.terms = make_terms(self.catalogue, daily, terms)
        self.brands = draw_brands(self.catalogue, sourcing)
        self.sourcing = Sourcing(self.catalogue, self.terms, plan, sourcing)
        self.supply = Supply(len(self.catalogue), supply)
        self.bursts = plan_bursts(self.members, self.factors, abuse)
        self.promotions = plan_promotions(
            self.days, self.preset.member_day, self.catalogue, float(self.purse.monthly_points.sum())
        )
