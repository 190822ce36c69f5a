"""What the live database holds beyond a release, kept in memory and brought up to date before every answer.

An answer waits for a look that began after it was asked for; all of a tenant who wait share the next one, which asks
for news only if anything was committed. So nothing that was committed before a request is missing from its answer, but
stocks, which are looked at ten times a second; and the database is asked once for all who ask at once. Of a member who
did nothing since the landing the release says everything; the others are read.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from uuid import UUID

from serving.database import Database, DatabaseAway
from serving.recommendations.arrays import RecommendedFrom
from serving.recommendations.domain import Shop
from serving.recommendations.gathering import Gathering
from serving.recommendations.live import LiveMembers
from serving.recommendations.news import Terms, changed_since, news_since, shop_of, snapshot_of, stocks_since
from serving.recommendations.sales import LiveSales
from serving.recommendations.turns import Turns
from serving.recommendations.window import Window, window_of

_REMEMBERED_TENANTS = 64
# The release in use, the next one, and two that are still being finished on.
_REMEMBERED_LANDINGS = 4


@dataclass(frozen=True)
class LiveShop:
    """A shop as of a snapshot of the database, and its stocks as of another one.

    Attributes:
        stocked_at: when that was asked for, by a monotonic clock.
    """

    snapshot: str
    window: Window
    terms: Terms
    stock_snapshot: str
    stocked_at: float


@dataclass
class _Since:
    """Who changed since a landing; not `is_whole` until those of the time before it was followed are among them."""

    members: set[UUID]
    is_whole: bool = False


class Mirror:
    """The live database as answers need it.

    Args:
        database: where shops and members are read.
        looking: the same by connections that look only at what is new (`news.BY_INDEX`).
        stock_seconds: how old stocks may be.
    """

    def __init__(self, database: Database, looking: Database, *, stock_seconds: float) -> None:
        self.members = LiveMembers(database)
        self.sales = LiveSales(database)
        self._databases = database, looking
        self._stock_seconds = stock_seconds
        self._turns = Turns()
        self._tenants: OrderedDict[UUID, MirroredTenant] = OrderedDict()

    def tenant(self, tenant_id: UUID) -> "MirroredTenant":
        """Return what is mirrored of a tenant; nothing is read before its shop is asked for."""
        if tenant_id not in self._tenants:
            self._tenants[tenant_id] = MirroredTenant(
                tenant_id, *self._databases, self._turns, stock_seconds=self._stock_seconds
            )
            while len(self._tenants) > _REMEMBERED_TENANTS:
                self._tenants.popitem(last=False)
        self._tenants.move_to_end(tenant_id)
        return self._tenants[tenant_id]


class MirroredTenant:
    """A tenant's shop, and who of its members did anything since a landing."""

    def __init__(
        self, tenant_id: UUID, database: Database, looking: Database, turns: Turns, *, stock_seconds: float
    ) -> None:
        self._tenant_id = tenant_id
        self._database = database
        self._looking_at = looking
        self._stock_seconds = stock_seconds
        self._shop: LiveShop | None = None
        self._since: OrderedDict[str, _Since] = OrderedDict()
        self._following: set[asyncio.Task[None]] = set()
        # One after another: each look goes on from the snapshot of the one before.
        self._looks: Gathering[None, LiveShop] = Gathering(self._look, at_once=1, when=turns.few)
        self._turns = turns

    async def shop(self) -> LiveShop:
        """Return the shop as it is after the call, when it is the caller's turn to be answered.

        `is_as_landed` then knows of all that was committed before the call.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        shop = await self._looks.get(None)
        await self._turns.take()
        return shop

    @property
    def terms(self) -> Terms:
        """Return the terms as the last look found them; none before the first."""
        return Terms() if self._shop is None else self._shop.terms

    def is_as_landed(self, landed: str, member_id: UUID) -> bool:
        """Return whether a release that ends with a snapshot says everything of a member it knows.

        False of everybody as long as that is not known.
        """
        since = self._since.get(landed)
        if since is None:
            self._follow_beside(landed)
            return False
        return since.is_whole and member_id not in since.members

    async def follow(self, landed: str) -> None:
        """Find out who changed since a landing, and keep that up to date; until it is known everybody may have.

        Nothing can be kept up to date before the shop was asked for.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        if landed in self._since or self._shop is None:
            return
        # Before it is asked: the looks to come tell of what this question comes too early for.
        since = self._since[landed] = _Since(set())
        while len(self._since) > _REMEMBERED_LANDINGS:
            self._since.popitem(last=False)
        try:
            since.members |= await changed_since(self._looking_at, self._tenant_id, landed)
            since.is_whole = True
        finally:
            if not since.is_whole and self._since.get(landed) is since:
                del self._since[landed]

    def know(self, known: RecommendedFrom, shop: Shop, explorable: frozenset[UUID]) -> None:
        """Find the items of a release in the live shop before the first answer needs them; may run in a thread."""
        if self._shop is not None:
            shelf = self._shop.window.shelf
            shelf.places(known.no_items)
            shelf.places(explorable)
            shelf.lasting(shop.daily_demand)

    async def _look(self, _: Sequence[None]) -> Mapping[None, LiveShop]:
        try:
            self._shop = await (self._read() if self._shop is None else self._updated(self._shop))
        except BaseException:
            # What came meanwhile is lost, and another server may be there when it is back, with another count of
            # transactions.
            self._shop = None
            self._since.clear()
            raise
        return {None: self._shop}

    async def _updated(self, shop: LiveShop) -> LiveShop:
        current = await snapshot_of(self._looking_at)
        if current == shop.snapshot:
            return shop if current == shop.stock_snapshot else await self._restocked(shop)
        news, shop = await asyncio.gather(
            news_since(self._looking_at, self._tenant_id, shop.snapshot), self._restocked(shop)
        )
        for since in self._since.values():
            since.members.update(news.members)
        window = shop.window.changed(news.offers)
        if window is None:
            # It offers what it never did before. Read anew it is newer than the news, from which the next look goes
            # on all the same.
            return replace(await self._read(), snapshot=news.snapshot)
        return replace(shop, snapshot=news.snapshot, window=window, terms=news.terms)

    async def _restocked(self, shop: LiveShop) -> LiveShop:
        now = time.monotonic()
        if now - shop.stocked_at < self._stock_seconds:
            return shop
        snapshot, stocks = await stocks_since(self._database, self._tenant_id, shop.stock_snapshot)
        return replace(shop, window=shop.window.restocked(stocks), stock_snapshot=snapshot, stocked_at=now)

    async def _read(self) -> LiveShop:
        now = time.monotonic()
        snapshot, offers, terms = await shop_of(self._database, self._tenant_id)
        # In a thread, since a large shop takes a tenth of a second, in which others are answered.
        return LiveShop(snapshot, await asyncio.to_thread(window_of, offers), terms, snapshot, now)

    def _follow_beside(self, landed: str) -> None:
        async def follow() -> None:
            with suppress(DatabaseAway):
                await self.follow(landed)

        task = asyncio.create_task(follow())
        self._following.add(task)
        task.add_done_callback(self._following.discard)
