"""Runs the campaigns of a simulated shop, day by day, through the mall's own."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from orchestration.cli.world.catalogue import Catalogue, IntArray, price_effect
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.promotions import BY, Promotion
from orchestration.cli.world.service import DAY, HOUR
from orchestration.cli.world.truth import Truth
from transactional.campaigns.domain import NewCampaign
from transactional.engine.importing.past import PastImport

# So many sales on a day are a festival of their own.
_LINKED_SALES = 4
_DRAFTED_BEFORE = timedelta(hours=12)


class Marketing:
    """The campaigns that a shop plans and runs."""

    def __init__(
        self, past: PastImport, promotions: Sequence[Promotion], start: int, items: list[UUID], catalogue: Catalogue,
        identities: Identities, truth: Truth,
    ) -> None:  # fmt: skip
        """Begin with nothing running.

        Args:
            start: epoch second of the first day's midnight.
        """
        self._past = past
        self._start = start
        self._items = items
        self._catalogue = catalogue
        self._identities = identities
        self._truth = truth
        self._due: defaultdict[int, list[Promotion]] = defaultdict(list)
        for promotion in promotions:
            self._due[promotion.first].append(promotion)
        self._running: dict[UUID, Promotion] = {}

    async def live(self, day: int) -> None:
        """End what was over the day before, and open what begins."""
        for campaign_id in [one for one, promotion in self._running.items() if promotion.last < day]:
            await self._past.campaigns.end(campaign_id)
            del self._running[campaign_id]
        midnight = self._midnight(day)
        for promotion in self._due.pop(day, ()):
            campaign_id = await self._open(promotion.told(midnight, self._items), midnight - _DRAFTED_BEFORE)
            self._running[campaign_id] = promotion
            self._note(campaign_id, promotion)

    def prices(self) -> IntArray:
        """Return what each item costs today, flash sales aside; what is spent lowers nothing from the next day on."""
        prices = self._catalogue.price.copy()
        for campaign_id, promotion in self._running.items():
            if promotion.lowered and self._past.campaigns.left(campaign_id) > 0:
                promotion.lower(prices, self._catalogue.price)
        return prices

    async def link(self, day: int, called: date, sales: Collection[UUID]) -> None:
        """Make a campaign of the sales of a day, if there are many; they were opened just before."""
        if len(sales) < _LINKED_SALES:
            return
        midnight = self._midnight(day)
        new = NewCampaign(
            reference=f"flash_sale {called}",
            kind="flash_sale",
            name_zh=f"{called.month} 月 {called.day} 日限时秒杀",
            name_en=f"Flash sales of {called}",
            starts_at=midnight + timedelta(seconds=HOUR),
            ends_at=midnight + timedelta(seconds=DAY),
            sale_ids=tuple(sales),
            created_by=BY,
        )
        campaign_id = await self._open(new, midnight + timedelta(minutes=3))
        promotion = Promotion("flash_sale", new.name_zh, new.name_en, day, day, 0)
        self._running[campaign_id] = promotion
        self._note(campaign_id, promotion)

    async def _open(self, new: NewCampaign, now: datetime) -> UUID:
        campaign_id = self._identities.at(now)
        await self._past.campaigns.open(campaign_id, new, by=BY, now=now)
        return campaign_id

    def _note(self, campaign_id: UUID, promotion: Promotion) -> None:
        """Note by how much the campaign truly raises what is wanted of the items that it lowers."""
        prices = self._catalogue.price.copy()
        promotion.lower(prices, self._catalogue.price)
        items = [item for item, _ in promotion.lowered]
        factors = price_effect(prices[items].astype(float), self._catalogue.price[items].astype(float))
        self._truth.note(
            "campaigns",
            {
                "campaign_id": str(campaign_id),
                "kind": promotion.kind,
                "items": len(items),
                "demand_factor": float(factors.mean()) if items else None,
            },
        )

    def _midnight(self, day: int) -> datetime:
        return datetime.fromtimestamp(self._start + day * DAY, UTC)
