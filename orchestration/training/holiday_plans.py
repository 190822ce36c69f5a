"""Plans of what to order before the coming holidays: each tenant's items that somebody sells it, for each of its warehouses."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from orchestration.settings import DataFolder
from orchestration.training.inputs import Tenant, TrainingInputs, reading
from orchestration.training.item_outlook import outlook
from orchestration.training.supply import supply_of
from orchestration.training.tables import TenantFrame, write_frames
from recommender.replenishment.holidays import Holiday
from recommender.replenishment.plan import HolidayPlan
from recommender.replenishment.succession import Shop, plan_in_succession

TABLE = "holiday_plan_lines"

# In the order in which cuts are made.
_REASONS = ("too_late", "shelf_life", "minimum_order", "pack", "budget", "storage")


@dataclass(frozen=True)
class _TenantShop:
    tenant: Tenant
    origin: date
    shop: Shop


def plan(folder: DataFolder, seed: int, *, budget_fen: int | None = None) -> dict[str, int]:
    """Plan the coming holidays of all tenants and write the lines; return the rows of the file.

    `budget_fen` is what the orders of all tenants before one holiday may cost to buy; a test tenant is planned as if it
    were alone. A tenant without supplier terms, without an active warehouse or without 28 days of demand has no plan.

    Raises:
        InvalidFrame: the warehouse holds a row the recommender refuses.
        NoPlan: the solver failed.
        OSError: the file cannot be written; the former one stays.
    """
    with reading(folder.warehouse) as inputs:
        found = (_tenant_shop(inputs, folder.ml, tenant, seed) for tenant in inputs.tenants())
        frames = [
            told
            for group in _groups((one for one in found if one is not None), budget_fen)
            for told in _planned(group, seed, budget_fen)
        ]
    return {TABLE: write_frames(folder.ml, TABLE, TABLE, sorted(frames, key=lambda frame: frame[0]))}


def _groups(shops: Iterator[_TenantShop], budget_fen: int | None) -> Iterator[list[_TenantShop]]:
    """Yield which tenants are planned together: without a budget nothing joins them, and one at a time is held."""
    together = []
    for one in shops:
        if budget_fen is None or one.tenant.is_test:
            yield [one]
        else:
            together.append(one)
    if together:
        yield together


def _planned(group: list[_TenantShop], seed: int, budget_fen: int | None) -> Iterator[TenantFrame]:
    plans = plan_in_succession([one.shop for one in group], seed=seed, budget_fen=budget_fen)
    for place, holiday, made in plans:
        yield group[place].tenant.tenant_id, _told(holiday, made, group[place].origin)


def _tenant_shop(inputs: TrainingInputs, ml: Path, tenant: Tenant, seed: int) -> _TenantShop | None:
    """Return what is planned of a tenant; None where nothing can be or no holiday is near."""
    found = outlook(inputs, ml, tenant.tenant_id, seed)
    if found is None:
        return None
    supply = supply_of(inputs.stock, tenant.tenant_id, found.item_ids, found.origin)
    if supply is None:
        return None
    shop = Shop(
        supply.lines,
        supply.parts_of(found.forecast, found.item_ids),
        found.holidays,
        supply.storage,
        supply.open_orders,
        supply.expiring,
        found.correlation,
    )
    return _TenantShop(tenant, found.origin, shop)


def _told(holiday: Holiday, made: HolidayPlan, origin: date) -> pd.DataFrame:
    """Return the lines of a plan in whole pieces and fen, as the table has them; cuts add up to what is ordered."""
    lines = made.lines.assign(occasion_id=holiday.occasion_id, first_day=holiday.first_day)
    lines = lines.assign(last_day=holiday.last_day, origin_date=origin)
    for name in ("order_up_to", "wish_quantity", "expiring_quantity"):
        lines[name] = np.ceil(lines[name] - 1e-6).astype(np.int64)
    for name in ("quantity", "purchase_fen", "cost_without_fen", "cost_with_fen"):
        lines[name] = lines[name].round().astype(np.int64)
    for name in ("order_by", "arrives_on", "need_date"):
        lines[name] = lines[name].dt.date.where(lines[name].notna(), None)
    keys = ["item_id", "warehouse_id"]
    cuts = made.cuts.pivot_table(index=keys, columns="reason", values="quantity", aggfunc="sum")
    cuts = cuts.reindex(index=pd.MultiIndex.from_frame(lines[keys]), columns=list(_REASONS)).fillna(0.0)
    pieces = np.rint(cuts.to_numpy(dtype=np.float64)).astype(np.int64)
    # Packs are where pieces become whole anyway.
    missing = lines["quantity"].to_numpy() - lines["wish_quantity"].to_numpy() - pieces.sum(axis=1)
    pieces[:, _REASONS.index("pack")] += missing
    return lines.assign(**{f"{reason}_quantity": pieces[:, place] for place, reason in enumerate(_REASONS)})
