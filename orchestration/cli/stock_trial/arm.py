"""One rule let loose on a simulated shop, in a database of its own, and what came of it."""

import asyncio
import gc
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from orchestration.cli import postgres
from orchestration.cli.database import database
from orchestration.cli.stock_trial.accuracy import Accuracy, accuracy_of
from orchestration.cli.stock_trial.diary import Diary
from orchestration.cli.stock_trial.forecast_rule import ForecastRule
from orchestration.cli.stock_trial.rules import MeanRule, Rule, TakeOver
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.planner import Planner, Shop
from orchestration.cli.world.run import make_tenant
from orchestration.cli.world.voices import Scribe
from transactional.vault import Vault

# Days after a rule has taken over that are not counted: until its first orders have arrived everywhere.
WARM_UP_DAYS = 28


@dataclass(frozen=True)
class Order:
    """What to run; either the mean of four weeks times `factor`, or the forecast's levels at `service_level`.

    Attributes:
        number: of the tenant in the world.
        first: the day from which the rule orders; the days before are the shop's own.
    """

    world: WorldPlan
    number: int
    first: int
    factor: float | None = None
    service_level: float | None = None

    @property
    def name(self) -> str:
        """Return what the rule is called in figures."""
        return f"mean × {self.factor:g}" if self.factor is not None else f"forecast at {self.service_level:g}"


@dataclass(frozen=True)
class Arm:
    """What a rule came to over the days that count.

    Attributes:
        stock_out_rate: item-days on the list on which stock ran out or a request was refused for it.
        lost_rate: pieces that were wanted and not there ÷ pieces wanted.
        stock: pieces on hand at the end of a day, all items together, in the mean.
        stock_days: that stock over the pieces wanted in a day.
        accuracy: of the rule's forecasts, against what was truly wanted; None for a rule without any.
    """

    name: str
    item_days: int
    stock_out_rate: float
    lost_rate: float
    stock: float
    stock_days: float
    accuracy: Accuracy | None = None


def run_arm(order: Order, report: Callable[[str], None]) -> Arm:
    """Make the shop with the rule's orders; the same order gives the same arm."""
    taken: list[TakeOver] = []
    rules: list[Rule] = []

    def hire(shop: Shop, before: Planner) -> TakeOver:
        rules.append(_rule(order, shop, report))
        taken.append(TakeOver(shop, before, rules[0], order.first))
        return taken[0]

    # Nearly everything a shop makes lives until it is written.
    gc.disable()
    with tempfile.TemporaryDirectory(prefix="stock-trial-") as name:
        folder = Path(name)
        (folder / "database").mkdir()
        try:
            with database(folder / "database", None, stop_at_end=True) as url:
                asyncio.run(
                    make_tenant(
                        url,
                        order.world,
                        order.number,
                        folder / "truth",
                        _days_told(order, report),
                        Scribe(Vault(token_bytes(32)), None),
                        hire,
                    )
                )
        finally:
            postgres.remove(postgres.locate(folder / "database"))
            gc.enable()
    accuracy = accuracy_of(rules[0], taken[0].diary) if isinstance(rules[0], ForecastRule) else None
    return measured(order, taken[0].diary, accuracy)


def measured(order: Order, diary: Diary, accuracy: Accuracy | None) -> Arm:
    """Return the figures of the days that count."""
    days = slice(order.first + WARM_UP_DAYS, order.world.days)
    listed, out = diary.is_listed[:, days], diary.is_out[:, days]
    wanted, on_hand = diary.demand[:, days], diary.on_hand[:, days]
    lost = wanted - diary.sold[:, days]
    stock = float(on_hand.sum(axis=0).mean())
    return Arm(
        order.name,
        int(listed.sum()),
        float(out[listed].mean()),
        float(lost.sum() / wanted.sum()),
        stock,
        stock / float(wanted.sum(axis=0).mean()),
        accuracy=accuracy,
    )


def _rule(order: Order, shop: Shop, report: Callable[[str], None]) -> Rule:
    if order.factor is not None:
        return MeanRule(order.factor)
    assert order.service_level is not None
    return ForecastRule(shop, service_level=order.service_level, seed=order.world.seed, report=report)


def _days_told(order: Order, report: Callable[[str], None]) -> Callable[[int], None]:
    return lambda lived: report(f"{order.name}: day {lived} of {order.world.days}")
