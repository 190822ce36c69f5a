"""Lives through the days of one simulated tenant."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from orchestration.cli.world import calendar
from orchestration.cli.world.catalogue import Catalogue, IntArray, category_factors
from orchestration.cli.world.day import Asked
from orchestration.cli.world.founding import Founded
from orchestration.cli.world.makings import Makings
from orchestration.cli.world.newcomers import NEWCOMERS
from orchestration.cli.world.plan import TenantSummary, WorldPlan
from orchestration.cli.world.planner import Seen
from orchestration.cli.world.service import DAY
from orchestration.cli.world.supply import Sent
from orchestration.cli.world.terms import SUPPLIERS
from orchestration.cli.world.truth import MEASURES
from orchestration.cli.world.visits import look_around
from orchestration.cli.world.wishes import browse, draw_wishes, item_weights
from transactional.database import Connection

# Commands between two writes: enough that an order's steps are mostly written once, few enough to keep in memory.
_WRITE_EVERY = 12_000
# More is wanted on a day with flash sales.
_SALES_DRAW = 1.15
_SUPPLIER_CODES = tuple(one.code for one in (*SUPPLIERS, *NEWCOMERS))


class TenantLife:
    """The state of a tenant from day to day."""

    def __init__(self, connection: Connection, plan: WorldPlan, made: Makings, founded: Founded) -> None:
        """Begin before the first day of a tenant that has been founded."""
        self._connection = connection
        self._plan = plan
        self._made = made
        self._has = founded
        self._waiting = 0

    async def live(self, lived: Callable[[int], None]) -> TenantSummary:
        """Live through all days and write them; `lived` is told the number of days after each."""
        plan, has = self._plan, self._has
        for day in range(plan.days):
            await self._live_day(day)
            if self._waiting >= _WRITE_EVERY:
                await self._write(day)
            lived(day + 1)
        await self._write(plan.days - 1)
        end = _moment(plan.start + plan.days * DAY - 1)
        await has.past.finish()
        await has.purchases.finish()
        await has.office.finish(end)
        await has.feedback.finish(end)
        done = has.outcome
        return TenantSummary(
            self._made.preset.code, len(self._made.members), done.earns, done.redemptions, done.refusals, has.events.count,
            has.feedback.answered,
        )  # fmt: skip

    async def _live_day(self, day: int) -> None:
        made, has = self._made, self._has
        midnight = self._plan.start + day * DAY
        calendar_day = made.days[day]
        if calendar_day.day == 1:
            # Points last until the end of a month.
            has.outcome.refresh_members(has.past.expire(_moment(midnight)), midnight)
            made.purse.begin_month()
        shown = await self._shown(day, midnight)
        on_hand = self._on_hand()
        sales = await has.sales.run(day, midnight, shown, on_hand)
        await has.marketing.link(day, calendar_day, has.sales.ids.values())
        prices = has.marketing.prices()
        weights = item_weights(
            shown, prices.astype(float), category_factors(calendar.felt(calendar_day)), day
        )
        rates = made.purse.wish_rates(day, made.factors[day] * (_SALES_DRAW if sales else 1.0))
        wishes = draw_wishes(
            made.members, replace(shown, price=prices), rates, has.outcome.balance, weights, sales, made.wish_rng
        )  # fmt: skip
        look_around(
            has.events, midnight, browse(wishes, weights, made.wish_rng), rates, weights, made.wish_rng
        )
        asked: list[Asked] = [
            *has.asker.earnings(day, midnight, calendar_day),
            *has.asker.wishes(wishes, on_hand == 0, midnight, has.sales.ids, has.outcome.unasked(day)),
        ]
        for burst in made.bursts.get(day, ()):
            asked += has.asker.burst(burst, midnight, shown, day, on_hand)
        due = has.care.due(day)
        has.outcome.settle_day(day, asked, due)
        await has.feedback.live(day, has.care.answers(day))
        self._waiting += len(asked) + len(due)
        self._order(day)

    async def _shown(self, day: int, midnight: int) -> Catalogue:
        """Live through what suppliers and marketers do before the shop opens, and return the goods that it shows."""
        made, has = self._made, self._has
        if day and made.sourcing.judges(day):
            await self._write(day - 1)
        has_changed, came = await made.sourcing.live(day)
        if has_changed:
            await has.past.reread_offers()
        came += has.buyer.receive(midnight, made.supply.arriving(day))
        if came:
            await has.past.receive(came)
        await has.marketing.live(day)
        return made.sourcing.shown

    def _order(self, day: int) -> None:
        made, has = self._made, self._has
        on_hand = self._on_hand()
        pieces = {name: has.truth.daily(name, day) for name in MEASURES}
        refused = pieces["lost_refused"]
        sold = pieces["demand"] - refused - pieces["lost_unasked"] - pieces["lost_blocked"]
        made.planner.note(day, Seen(sold, (on_hand == 0) | (refused > 0), on_hand, pieces["demand"]))
        wanted = made.planner.wanted(day, on_hand, made.supply.on_order)
        sellers = made.sourcing.sellers(day)
        ordered = made.sourcing.orderable(made.terms.orderable(wanted), sellers)
        has.buyer.order(day, self._plan.start + day * DAY, ordered, sellers)
        delays = made.sourcing.trouble.delays(day, sellers)
        made.planner.told(day, made.supply.place(day, ordered, delays))
        for sent in made.supply.sent():
            has.truth.note("deliveries", self._truth_of(sent, int(sellers[sent.item])))

    def _truth_of(self, sent: Sent, seller: int) -> dict[str, object]:
        told = sent._asdict()
        del told["ordered"], told["item"]
        return {
            "item_id": str(self._has.setting.items[sent.item]),
            "ordered_on": self._plan.first + timedelta(days=sent.ordered),
            "supplier": _SUPPLIER_CODES[seller],
            **told,
        }

    def _on_hand(self) -> IntArray:
        return np.array(self._has.past.on_hand(self._has.setting.items), dtype=np.int64)

    async def _write(self, day: int) -> None:
        """Write all that happened until the end of a day."""
        has, end = self._has, _moment(self._plan.start + (day + 1) * DAY - 1)
        await has.past.flush()
        await has.purchases.put_away(has.setting.items, end)
        await has.events.flush(self._connection)
        await has.office.write(end)
        await has.feedback.write(end)
        self._waiting = 0


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
