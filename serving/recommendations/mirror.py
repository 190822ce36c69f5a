"""What the live database holds beyond a release, kept in memory and brought up to date before every answer.

An answer waits for a look that began after it was asked for; all who wait share the next one. So nothing that was
committed before a request is missing from its answer, and the database is asked once for all who ask at once. Of a
member who did nothing since the landing the release says everything; the others are read.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from serving.database import Database, DatabaseAway
from serving.recommendations.arrays import RecommendedFrom
from serving.recommendations.gathering import Gathering
from serving.recommendations.live import LiveMembers
from serving.recommendations.live_shop import LiveSales, LiveShop, LiveShops
from serving.recommendations.news import changed_since, news_since

# The release in use, the next one, and two that are still being finished on.
_REMEMBERED_LANDINGS = 4


@dataclass
class _Since:
    """Who changed since a landing; not `is_whole` until those of the time before the first look are among them."""

    members: set[UUID]
    is_whole: bool = False


class Mirror:
    """The live database as answers need it.

    Args:
        database: where a member or a shop is read.
        looking: the same by connections that look only at what is new (`news.BY_INDEX`).
    """

    def __init__(self, database: Database, looking: Database) -> None:
        self.members = LiveMembers(database)
        self.sales = LiveSales(database)
        self._looking_at = looking
        self._shops = LiveShops(database)
        self._snapshot: str | None = None
        self._since: OrderedDict[str, _Since] = OrderedDict()
        self._following: set[asyncio.Task[None]] = set()
        # One after another: each look goes on from the snapshot of the one before.
        self._looks: Gathering[UUID, LiveShop] = Gathering(self._look, at_once=1)

    async def shop(self, tenant_id: UUID) -> LiveShop:
        """Return a shop as it is after the call; `is_as_landed` then knows of all that was committed before it.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        return await self._looks.get(tenant_id)

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

        Before the first look at any shop nothing can be kept up to date.

        Raises:
            DatabaseAway: the database cannot be reached.
        """
        if landed in self._since or self._snapshot is None:
            return
        # Before it is asked: the looks to come tell of what this question comes too early for.
        since = self._since[landed] = _Since(set())
        while len(self._since) > _REMEMBERED_LANDINGS:
            self._since.popitem(last=False)
        try:
            since.members |= await changed_since(self._looking_at, landed)
            since.is_whole = True
        finally:
            if not since.is_whole and self._since.get(landed) is since:
                del self._since[landed]

    def know(self, known: RecommendedFrom) -> None:
        """Find the items of a release in all shops before the first answer needs them; may run in a thread."""
        self._shops.know(known)

    async def _look(self, tenant_ids: Sequence[UUID]) -> Mapping[UUID, LiveShop]:
        try:
            news = await news_since(self._looking_at, self._snapshot, self._shops.tenant_ids)
            await self._shops.apply(news)
            for since in self._since.values():
                since.members.update(news.members)
            self._snapshot = news.snapshot
            return {tenant_id: await self._shops.shop(tenant_id) for tenant_id in tenant_ids}
        except BaseException:
            # What came meanwhile is lost, and another server may be there when it is back, with another count of
            # transactions.
            self._snapshot = None
            self._since.clear()
            self._shops.forget()
            raise

    def _follow_beside(self, landed: str) -> None:
        async def follow() -> None:
            with suppress(DatabaseAway):
                await self.follow(landed)

        task = asyncio.create_task(follow())
        self._following.add(task)
        task.add_done_callback(self._following.discard)
