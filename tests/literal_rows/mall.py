"""The mall: tenants, members, items, offers, what happened."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.literal_rows.names import (
    ACORN,
    ACORN_CODE,
    ACORN_NAME,
    BIRCH,
    BIRCH_CODE,
    BIRCH_NAME,
    FIRST_DATE,
    FOOD,
    FORECAST_DAYS,
    FORECAST_ORIGIN,
    HOME,
    LAN,
    LAST_DATE,
    LEISURE,
    LOTS,
    MEI,
    MUG,
    OTTO,
    REDEMPTIONS,
    RICE,
    TEA,
    TICKET,
    UMBRELLA,
    WATCH,
    Tables,
    days,
    id_of,
)

_LISTED = "2025-12-31 16:00:00+00"


def _entries() -> Iterator[tuple[Any, ...]]:
    """MEI: 1,000 granted, 500 redeemed; LAN: 300 granted; OTTO: 1,000 earned, 900 redeemed."""
    moves = [
        (ACORN, MEI, 501, "grant", "issuance", 1_000, None, "2026-01-05"),
        (ACORN, MEI, 502, "redeem", "redeemed", -100, "mei_tea", "2026-01-20"),
        (ACORN, MEI, 503, "redeem", "redeemed", -200, "mei_tea_again", "2026-02-20"),
        (ACORN, MEI, 504, "redeem", "redeemed", -200, "mei_rice", "2026-03-20"),
        (ACORN, LAN, 505, "grant", "issuance", 300, None, "2026-03-01"),
        (BIRCH, OTTO, 506, "earn", "issuance", 1_000, None, "2026-03-02"),
        (BIRCH, OTTO, 507, "redeem", "redeemed", -900, "otto_umbrella", "2026-03-12"),
    ]
    for tenant_id, member_id, number, kind, counter, amount, redemption, day in moves:
        redemption_id = REDEMPTIONS[redemption] if redemption else None
        at = f"{day} 10:00:00+08"
        # A lot's id is its crediting transfer's.
        transfer_id = LOTS[member_id] if amount > 0 else id_of(number)
        own = (tenant_id, transfer_id, 1, kind, "member", member_id, LOTS[member_id], redemption_id, amount)
        yield *own, at, day, at
        yield tenant_id, transfer_id, 2, kind, counter, None, None, redemption_id, -amount, at, day, at


def _lines() -> Iterator[tuple[Any, ...]]:
    lines = [
        (ACORN, "mei_tea", MEI, TEA, 1, 100, "2026-01-20"),
        (ACORN, "mei_tea_again", MEI, TEA, 2, 100, "2026-02-20"),
        (ACORN, "mei_rice", MEI, RICE, 1, 200, "2026-03-20"),
        (BIRCH, "otto_umbrella", OTTO, UMBRELLA, 3, 300, "2026-03-12"),
    ]
    for tenant_id, redemption, member_id, item_id, quantity, unit, day in lines:
        line = (
            tenant_id,
            REDEMPTIONS[redemption],
            1,
            member_id,
            item_id,
            "points",
            "completed",
            quantity,
            unit,
        )
        yield *line, quantity * unit, f"{day} 10:00:00+08", day, 0


def _calendar() -> Iterator[tuple[Any, ...]]:
    for day in days(FIRST_DATE, FORECAST_ORIGIN + timedelta(days=FORECAST_DAYS)):
        week_start = day - timedelta(days=day.weekday())
        yield day, day.year, day.replace(day=1), week_start, day.isoweekday(), day.isoweekday() >= 6


def _demand() -> Iterator[tuple[Any, ...]]:
    """Tea goes twice as often on weekends; rice runs out of stock on the last three days of March."""
    for day in days(FIRST_DATE, LAST_DATE):
        is_weekend = day.isoweekday() >= 6
        yield ACORN, TEA, day, 10 if is_weekend else 5, 4, 500, True
        in_stock = day <= date(2026, 3, 28)
        yield ACORN, RICE, day, 3 if in_stock else 0, 3 if in_stock else 0, 40 if in_stock else 0, in_stock
        if day.month == 3:
            yield BIRCH, UMBRELLA, day, 2, 2, 80, True


def rows() -> Tables:
    """Return the rows of these tables, in column order."""
    return {
        "dim_tenant": [
            (ACORN, ACORN_CODE, ACORN_NAME, "bank", False, FIRST_DATE, LAST_DATE),
            (BIRCH, BIRCH_CODE, BIRCH_NAME, "retail", False, date(2026, 3, 1), LAST_DATE),
        ],
        "dim_member": [
            (ACORN, MEI, "2026-01-01 10:00:00+08", "2026-01-01", None, True),
            (ACORN, LAN, "2026-02-28 10:00:00+08", "2026-02-28", None, True),
            (BIRCH, OTTO, "2026-03-01 10:00:00+08", "2026-03-01", None, True),
        ],
        "dim_lot": [
            (ACORN, LOTS[MEI], MEI, 1_000, "2026-01-05 10:00:00+08", None),
            (ACORN, LOTS[LAN], LAN, 300, "2026-03-01 10:00:00+08", None),
            (BIRCH, LOTS[OTTO], OTTO, 1_000, "2026-03-02 10:00:00+08", None),
        ],
        "dim_category": [(FOOD, FOOD, "Food"), (HOME, HOME, "Home"), (LEISURE, "休闲", LEISURE)],
        "dim_item": [
            (TEA, "tea", "茶叶礼盒", FOOD, "physical", "staple"),
            (RICE, "rice", "五常大米", FOOD, "physical", "staple"),
            (MUG, "mug", "Travel mug", HOME, "physical", "quality"),
            (TICKET, "ticket", "电影票", LEISURE, "virtual", "staple"),
            (WATCH, "watch", "Watch", LEISURE, "physical", "scarce"),
            (UMBRELLA, "umbrella", "Umbrella", HOME, "physical", "staple"),
        ],
        "dim_offer": [
            (ACORN, TEA, 100, "shipping", _LISTED, _LISTED, None),
            (ACORN, RICE, 200, "shipping", _LISTED, _LISTED, None),
            (ACORN, MUG, 300, "shipping", _LISTED, _LISTED, None),
            (ACORN, TICKET, 50, "instant", _LISTED, _LISTED, None),
            (ACORN, WATCH, 50_000, "shipping", _LISTED, _LISTED, None),
            (BIRCH, TEA, 120, "pickup", _LISTED, _LISTED, None),
            (BIRCH, UMBRELLA, 90, "pickup", _LISTED, _LISTED, None),
        ],
        "dim_date": _calendar(),
        "fct_entries": _entries(),
        "fct_redemption_lines": _lines(),
        "fct_events": [
            (ACORN, id_of(601), MEI, "view", TEA, "2026-03-20 09:55:00+08", "2026-03-20"),
            (ACORN, id_of(602), LAN, "visit", None, "2026-03-25 12:00:00+08", "2026-03-25"),
        ],
        # So long ago that it says nothing of how much is shown now.
        "fct_impressions": [(BIRCH, id_of(611), TEA, "2026-01-05")],
        "fct_feedback": [(ACORN, id_of(701), MEI, REDEMPTIONS["mei_tea"], 5, "2026-02-01 10:00:00+08", "2026-02-01")],
        "fct_item_demand_daily": _demand(),
        "fct_campaign_effect": [(ACORN, id_of(801), MUG, 18, 10.0), (ACORN, id_of(802), RICE, 12, 10.0)],
    }  # fmt: skip
