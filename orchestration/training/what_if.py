"""What a campaign would change: a tenant's items over some days ahead, with a flash sale on them and without."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from orchestration.refusal import Refusal
from orchestration.training.inputs import TrainingInputs
from orchestration.training.item_panel import item_panel
from orchestration.training.mall_calendar import mall_calendar
from orchestration.training.supply import Supply, supply_of
from recommender.bootstrap import Floats
from recommender.demand.asked import Asked
from recommender.demand.model import Forecast
from recommender.demand.panel import History
from recommender.demand.recipe import learn
from recommender.demand.sale_effect import NothingLearned, SaleEffect, days_on_sale, effect_of
from recommender.demand.training import NIGHTLY
from recommender.replenishment.demand_paths import Draws, demand_paths
from recommender.replenishment.learned_correlation import learned_correlation
from recommender.replenishment.plan import plan_holiday

# Forecasts further ahead are hardly more than last year.
_FURTHEST_DAYS = 120
_PATHS = 1024
_LEVELS = (0.05, 0.5, 0.95)


class UnusableDays(Refusal):
    """The days of the campaign cannot be forecast."""


class TooLittleHistory(Refusal):
    """Demand is not known for long enough, or not of an item that was named."""


class NoSaleSeen(Refusal):
    """Nothing was learned of flash sales, so no effect can be told."""


@dataclass(frozen=True)
class Campaign:
    """Some items on sale from the first day to the last one."""

    item_ids: tuple[str, ...]
    first: date
    last: date

    @property
    def n_days(self) -> int:
        """Return how many days it has."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Pieces:
    """Pieces over all days of the campaign: the mean, and quantiles."""

    mean: float
    q05: float
    q50: float
    q95: float


@dataclass(frozen=True)
class MoreToOrder:
    """What has to be ordered on top, over all warehouses.

    Attributes:
        quantity: pieces more than without the campaign.
        order_by: the first day on which an order is due that they are part of; None where none is.
        is_too_late: an order of the next day arrives after it was wanted.
    """

    quantity: int
    order_by: date | None
    is_too_late: bool


@dataclass(frozen=True)
class ItemEffect:
    """What the campaign would change of an item; `more` is None where nobody sells it to the tenant."""

    item_id: str
    without: Pieces
    with_sale: Pieces
    extra: Pieces
    more: MoreToOrder | None


@dataclass(frozen=True)
class Answer:
    """The effects, the last day known to them, and of how many days on which an item was on sale they were learned."""

    origin: date
    days_on_sale: int
    effects: Iterator[ItemEffect]


def what_if(
    inputs: TrainingInputs, tenant_id: str, campaign: Campaign, *, seed: int, report: Callable[[str], None]
) -> Answer:
    """Learn on the tenant's facts what sales do, and yield the effect on each of the campaign's items.

    Raises:
        UnusableDays: they are not ahead, or too far.
        TooLittleHistory: no spell of trade is long enough, or an item was never on offer in it.
        NoSaleSeen: no flash sale has happened, or the released model does not heed them.
        InvalidFrame: the warehouse holds a row the recommender refuses.
    """
    panel = item_panel(inputs, tenant_id)
    if panel is None:
        raise TooLittleHistory("there are not 28 days of demand in a row to learn from")
    origin: date = panel.dates[-1].astype(object)
    _require(panel, campaign, origin)
    horizon = (campaign.last - origin).days
    known = panel.history(origin, horizon)
    seen = days_on_sale(known)
    if not seen:
        raise NoSaleSeen("no flash sale has happened yet, so nothing was learned of their effect")
    calendar = mall_calendar(panel.dates[0].astype(object), origin)
    learned = learn(known, calendar, horizon, seed=seed, effort=NIGHTLY, report=report)
    report("applying what was learned with and without the campaign")
    try:
        effect = effect_of(learned, known, _on_sale(known, campaign, horizon))
    except NothingLearned as error:
        raise NoSaleSeen(str(error)) from error
    supply = supply_of(inputs.stock, tenant_id, np.array(campaign.item_ids, dtype=object), origin)
    correlation = learned_correlation(learned.validation)
    draws = Draws.of(campaign.n_days, correlation=correlation, n_paths=_PATHS, seed=seed)
    effects = (
        _effect(effect.of(np.array([item_id], dtype=object)), draws, supply, seed, correlation)
        for item_id in campaign.item_ids
    )
    return Answer(origin, seen, effects)


def _require(panel: Asked, campaign: Campaign, origin: date) -> None:
    furthest = origin + timedelta(days=_FURTHEST_DAYS)
    if not origin < campaign.first <= campaign.last <= furthest:
        raise UnusableDays(
            f"facts are known up to {origin}: --from and --to must lie after it, in this order, and not after {furthest}"
        )
    unknown = [item_id for item_id in campaign.item_ids if item_id not in set(panel.series_ids)]
    if unknown:
        raise TooLittleHistory(f"item {unknown[0]} was not on offer on any day that is learned from")


def _on_sale(known: History, campaign: Campaign, horizon: int) -> Floats:
    sale = np.zeros((len(known.series_ids), horizon))
    rows = pd.Index(known.series_ids).get_indexer(pd.Index(campaign.item_ids))
    sale[rows[:, None], np.arange(horizon - campaign.n_days, horizon)] = 1.0
    return sale


def _effect(
    effect: SaleEffect, draws: Draws, supply: Supply | None, seed: int, correlation: float
) -> ItemEffect:
    """Return the effect on the one item that is asked of."""
    without, with_sale = (
        demand_paths(_last_days(forecast, draws.scores.shape[1]), draws)[0].sum(axis=1)
        for forecast in (effect.without, effect.with_sale)
    )
    return ItemEffect(
        str(effect.series_ids[0]),
        _pieces(without),
        _pieces(with_sale),
        # Extra pieces are those between both in the same course of demand.
        _pieces(with_sale - without),
        _more(effect, supply, seed, correlation),
    )


def _pieces(total: Floats) -> Pieces:
    return Pieces(float(total.mean()), *(float(level) for level in np.quantile(total, _LEVELS)))


def _last_days(forecast: Forecast, n_days: int) -> Forecast:
    return Forecast(forecast.dates[-n_days:], forecast.mean[:, -n_days:], forecast.quantiles[:, -n_days:])


def _more(effect: SaleEffect, supply: Supply | None, seed: int, correlation: float) -> MoreToOrder | None:
    own = None if supply is None else supply.of_item(str(effect.series_ids[0]))
    if own is None:
        return None
    without, with_sale = (
        plan_holiday(
            own.lines,
            own.parts_of(forecast, effect.series_ids),
            seed=seed,
            open_orders=own.open_orders,
            expiring=own.expiring,
            correlation=correlation,
        ).lines
        for forecast in (effect.without, effect.with_sale)
    )
    added = (with_sale["quantity"] - without["quantity"]).clip(lower=0.0)
    due = with_sale.loc[added > 0, "order_by"].min()
    is_wanted = with_sale["wish_quantity"] > without["wish_quantity"]
    return MoreToOrder(
        round(float(added.sum())),
        None if pd.isna(due) else due.date(),
        bool((with_sale["is_too_late"] & is_wanted).any()),
    )
