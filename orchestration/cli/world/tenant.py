"""Lives through the days of one simulated tenant."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import numpy as np

from orchestration.cli.world import calendar
from orchestration.cli.world.abuse import plan_bursts
from orchestration.cli.world.aftercare import Aftercare
from orchestration.cli.world.back_office import BackOffice
from orchestration.cli.world.buyer import Buyer
from orchestration.cli.world.campaigns import MEMBER_LIMIT, sales_of_day, window
from orchestration.cli.world.catalogue import FloatArray, IntArray, category_factors, make_catalogue
from orchestration.cli.world.complaints import Complaints
from orchestration.cli.world.day import Asked, Asker
from orchestration.cli.world.events import KINDS, NO_ITEM, EventWriter
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.members import make_members
from orchestration.cli.world.outcome import Outcome
from orchestration.cli.world.parcels import Parcels
from orchestration.cli.world.plan import TenantSummary, WorldPlan
from orchestration.cli.world.planner import Hire, LookBack, Planner, Seen, Shop
from orchestration.cli.world.presets import preset_of
from orchestration.cli.world.purse import Purse
from orchestration.cli.world.service import DAY, late_shares
from orchestration.cli.world.setting import set_up
from orchestration.cli.world.supply import Supply
from orchestration.cli.world.terms import make_terms
from orchestration.cli.world.truth import MEASURES, Truth
from orchestration.cli.world.wishes import (
    IDLE_VISITS,
    Sale,
    browse,
    draw_wishes,
    expected_shares,
    item_weights,
    seconds_of_day,
)
from transactional.behaviour.importing import PastAnswer, import_feedback
from transactional.database import Connection
from transactional.engine.importing.past import PastImport
from transactional.flash_sales.domain import NewSale
from transactional.purchasing.importing import PastPurchases

# Commands between two writes: enough that an order's steps are mostly written once, few enough to keep in memory.
_WRITE_EVERY = 12_000


class TenantLife:
    """The state of a tenant from day to day."""

    def __init__(self, plan: WorldPlan, number: int, hire: Hire | None = None) -> None:
        """Make goods, members and what will befall them; nothing is written yet.

        Args:
            hire: makes the planner who orders goods; without it, it is the one of the last four weeks.
        """
        streams = np.random.SeedSequence([plan.seed, number]).spawn(13)
        (
            goods,
            people,
            supply,
            abuse,
            purse,
            self._wish_rng,
            self._care_rng,
            ids,
            event_ids,
            terms,
            order_ids,
            self._parcel_rng,
            parcel_ids,
        ) = map(np.random.default_rng, streams)
        self.plan = plan
        self.preset = preset_of(number)
        self.catalogue = make_catalogue(self.preset, plan.days, goods)
        self.members = make_members(self.preset, plan.members, plan.days, people)
        self._days = [plan.first + timedelta(days=n) for n in range(plan.days)]
        self._factors = calendar.demand_factors(self._days, self.preset.member_day)
        self._identities = Identities(ids)
        self._event_identities = Identities(event_ids)
        self._order_identities = Identities(order_ids)
        self._parcel_identities = Identities(parcel_ids)
        self._purse = Purse(self.preset, self.members, purse)
        self._purse.begin_month()
        daily = self._purse.wish_rates(0, 1.0).sum() * expected_shares(self.members, self.catalogue, goods)
        shop = Shop(self.catalogue, tuple(self._days), self.preset.member_day)
        look_back = LookBack(shop, daily, self._factors)
        self._opening = look_back.opening
        self._planner: Planner = hire(shop, look_back) if hire else look_back
        self._terms = make_terms(self.catalogue, daily, terms)
        self._supply = Supply(len(self.catalogue), supply)
        self._bursts = plan_bursts(self.members, self._factors, abuse)
        self._sales: dict[int, UUID] = {}

    async def begin(self, connection: Connection) -> None:
        """Create the tenant with what it has before its first day."""
        plan = self.plan
        self._connection = connection
        until = plan.start + plan.days * DAY - 1
        setting = await set_up(
            connection, self.preset, self.catalogue, self.members, self._opening, self._terms,
            start=plan.start, until=until, identities=self._identities,
        )  # fmt: skip
        self._setting = setting
        self._past = await PastImport.begin(
            connection,
            tenant_id=setting.tenant_id,
            first=datetime.fromtimestamp(plan.start, UTC),
            last=datetime.fromtimestamp(until, UTC),
            new_id=self._identities.at,
        )
        self._purchases = await PastPurchases.begin(connection, tenant_id=setting.tenant_id)
        self._buyer = Buyer(
            self._purchases, self._terms, setting.suppliers, setting.items, self._order_identities
        )
        self.truth = Truth(setting.tenant_id, plan.days, len(self.catalogue))
        self._office = await BackOffice.begin(
            connection, tenant_id=setting.tenant_id, first=plan.first, identities=self._parcel_identities
        )
        self._care = self._make_care()
        self._events = EventWriter(
            setting.tenant_id, setting.members, setting.items, until, self._event_identities
        )
        self._asker = Asker(
            self.preset.code, setting, self.members, self._purse, self._identities, self._wish_rng
        )
        self._outcome = Outcome(self._past, self._care, self.truth, setting, self.catalogue, self.members)
        self._answers: list[PastAnswer] = []
        self._waiting = self._answered = 0

    def _make_care(self) -> Aftercare:
        setting, office, rng = self._setting, self._office, self._parcel_rng
        parcels = Parcels(
            office.parcels, setting.items, len(self.members), self._parcel_identities, self.truth, rng
        )
        defects, slowness = self._terms.defects, self._terms.slowness
        complaints = Complaints(office.cases, setting.items, defects, self._parcel_identities, rng)
        return Aftercare(
            setting.tenant_id, self.plan.start, late_shares(self._factors), slowness, parcels, complaints,
            self._identities, self.truth, self._care_rng,
        )  # fmt: skip

    async def live(self, lived: Callable[[int], None]) -> TenantSummary:
        """Live through all days and write them; `lived` is told the number of days after each."""
        for day in range(self.plan.days):
            await self._live_day(day)
            if self._waiting >= _WRITE_EVERY:
                await self._write(day)
            lived(day + 1)
        await self._write(self.plan.days - 1)
        await self._past.finish()
        await self._purchases.finish()
        await self._office.finish(_moment(self.plan.start + self.plan.days * DAY - 1))
        done = self._outcome
        return TenantSummary(
            self.preset.code, len(self.members), done.earns, done.redemptions, done.refusals, self._events.count,
            self._answered,
        )  # fmt: skip

    @property
    def setting(self) -> tuple[list[UUID], list[UUID]]:
        """Return the identifiers of members and items, in the order of their numbers."""
        return self._setting.members, self._setting.items

    async def _live_day(self, day: int) -> None:
        midnight = self.plan.start + day * DAY
        calendar_day = self._days[day]
        outcome = self._outcome
        if calendar_day.day == 1:
            # Points last until the end of a month.
            outcome.refresh_members(self._past.expire(_moment(midnight)), midnight)
            self._purse.begin_month()
        await self._receive(day, midnight)
        on_hand = np.array([self._past.on_hand(item) for item in self._setting.items], dtype=np.int64)
        sales = await self._run_sales(day, midnight, on_hand)
        weights = item_weights(
            self.catalogue,
            self.catalogue.price.astype(float),
            category_factors(calendar.felt(calendar_day)),
            day,
        )
        rates = self._purse.wish_rates(day, self._factors[day] * (1.15 if sales else 1.0))
        wishes = draw_wishes(
            self.members, self.catalogue, rates, outcome.balance, weights, sales, self._wish_rng
        )
        self._look_around(
            midnight, wishes=browse(wishes, weights, self._wish_rng), rates=rates, weights=weights
        )
        asked: list[Asked] = [
            *self._asker.earnings(day, midnight, calendar_day),
            *self._asker.wishes(wishes, on_hand == 0, midnight, self._sales, outcome.unasked(day)),
        ]
        for burst in self._bursts.get(day, ()):
            asked += self._asker.burst(burst, midnight, self.catalogue, day, on_hand)
        due = self._care.due(day)
        outcome.settle_day(day, asked, due)
        self._answers += self._care.answers(day)
        self._waiting += len(asked) + len(due)
        self._order(day)

    def _order(self, day: int) -> None:
        on_hand = np.array([self._past.on_hand(item) for item in self._setting.items], dtype=np.int64)
        pieces = {name: self.truth.daily(name, day) for name in MEASURES}
        refused = pieces["lost_refused"]
        sold = pieces["demand"] - refused - pieces["lost_unasked"] - pieces["lost_blocked"]
        self._planner.note(day, Seen(sold, (on_hand == 0) | (refused > 0), on_hand, pieces["demand"]))
        wanted = self._planner.wanted(day, on_hand, self._supply.on_order)
        ordered = self._terms.orderable(wanted)
        self._buyer.order(day, self.plan.start + day * DAY, ordered)
        self._planner.told(day, self._supply.place(day, ordered))

    async def _receive(self, day: int, midnight: int) -> None:
        came = self._buyer.receive(midnight, self._supply.arriving(day))
        if came:
            await self._past.receive(came)

    async def _run_sales(self, day: int, midnight: int, on_hand: IntArray) -> list[Sale]:
        """Close yesterday's sales and open today's; `on_hand` loses what is set aside."""
        for sale_id in self._sales.values():
            await self._past.close_sale(sale_id, _moment(midnight + 60))
        self._sales.clear()
        planned = sales_of_day(
            self._days[day], day, self.preset.member_day, self.catalogue, on_hand, self._wish_rng
        )
        for plan in planned:
            now = _moment(midnight + 120)
            opens, closes = window(plan.sale, _moment(midnight))
            reference = f"{self._days[day]}-{plan.sale.item}"
            sale_id = self._identities.at(now)
            new = NewSale(
                reference, self._setting.items[plan.sale.item], plan.sale.price, opens, closes, plan.pieces,
                MEMBER_LIMIT,
            )  # fmt: skip
            await self._past.open_sale(sale_id, new, sha256(reference.encode()).digest(), now)
            self._sales[plan.sale.item] = sale_id
            on_hand[plan.sale.item] -= plan.pieces
        return [plan.sale for plan in planned]

    def _look_around(
        self,
        midnight: int,
        *,
        wishes: tuple[IntArray, IntArray, IntArray, IntArray],
        rates: FloatArray,
        weights: FloatArray,
    ) -> None:
        """Add the events of a day: those before a wish, and visits that lead to none."""
        kind, member, item, second = wishes
        self._events.add(kind, member, item, second + midnight)
        total = rates.sum()
        if not total or not weights.sum():
            return
        count = int(self._wish_rng.poisson(total * IDLE_VISITS))
        visitors = self._wish_rng.choice(len(rates), count, p=rates / total)
        seen = self._wish_rng.choice(len(weights), count, p=weights / weights.sum())
        seconds = midnight + seconds_of_day(count, self._wish_rng)
        self._events.add(np.full(count, KINDS.index("visit")), visitors, np.full(count, NO_ITEM), seconds)
        looks = self._wish_rng.random(count) < 0.8
        last = midnight + DAY - 1
        self._events.add(
            np.full(int(looks.sum()), KINDS.index("view")), visitors[looks], seen[looks],
            np.minimum(seconds[looks] + 40, last),
        )  # fmt: skip

    async def _write(self, day: int) -> None:
        """Write all that happened until the end of a day."""
        await self._past.flush()
        await self._purchases.put_away(self._setting.items, _moment(self.plan.start + (day + 1) * DAY - 1))
        await self._events.flush(self._connection)
        await import_feedback(self._connection, tenant_id=self._setting.tenant_id, answers=self._answers)
        await self._office.write(_moment(self.plan.start + (day + 1) * DAY - 1))
        self._answered += len(self._answers)
        self._answers.clear()
        self._waiting = 0


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
