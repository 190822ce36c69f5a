"""The sentences about a holiday plan: what to order by when, why so much, and why the mall refused."""

from datetime import date

import pandas as pd

from dashboards.mall import MallAway, Refused
from dashboards.marts import Record
from dashboards.plan_figures import Figures
from dashboards.plans import Plan
from dashboards.words import NOTHING, Words, literally

_STATES = {
    "proposed": "state_proposed",
    "edited": "state_edited",
    "approved": "state_approved",
    "dismissed": "state_dismissed",
    "superseded": "state_superseded",
}
_DECIDED = {"approved": "plan_approved", "dismissed": "plan_dismissed"}
_REASONS = {
    "too_late": "cut_too_late",
    "shelf_life": "cut_shelf_life",
    "minimum_order": "cut_minimum_order",
    "pack": "cut_pack",
    "budget": "cut_budget",
    "storage": "cut_storage",
}
_CONFIDENCES = {"high": "confidence_high", "medium": "confidence_medium", "low": "confidence_low"}
_REFUSALS = {
    "not-whole-packs": "refused_packs",
    "below-minimum-order": "refused_minimum",
    "no-supplier-terms": "refused_no_terms",
    "supplier-suspended": "refused_suspended",
    "supplier-not-active": "refused_not_active",
    "supplier-not-authorised": "refused_not_authorised",
    "unknown-offer": "refused_offer",
    "unknown-warehouse": "refused_warehouse",
    "warehouse-closed": "refused_warehouse",
    "role-needed": "refused_role",
    "session-over": "session_over",
    "holiday-plan-changed": "refused_changed",
    "unknown-holiday-plan": "refused_unknown_plan",
}


def state_name(words: Words, plan: Plan) -> str:
    """Return where a plan stands."""
    return words(_STATES[plan.status]) if plan.plan_id or plan.status != "proposed" else words("state_unsent")


def confidence_name(words: Words, confidence: str) -> str:
    """Return how sure the demand of a line is."""
    return words(_CONFIDENCES[confidence])


def days_until(words: Words, day: date, today: date) -> str:
    """Return how far away a day is."""
    days = (day - today).days
    if days < 0:
        return words("days_over", days=-days)
    return words("is_today") if days == 0 else words("days_left", days=days)


def plan_sentence(words: Words, name: str, plan: Plan, found: Figures, today: date) -> str:
    """Return the answer of the page: how much of what by when, or what became of the plan."""
    about = {"name": literally(name), "day": words.day(plan.holiday.first_day)}
    what = {
        "quantity": words.count(found.quantity),
        "items": words.count(found.ordered),
        "cost": words.money(found.cost_fen),
    }
    if plan.status in _DECIDED:
        by = literally(plan.decided_by or NOTHING)
        return words(_DECIDED[plan.status], by=by, **about, **what)
    if found.next_order_by is None:
        return words("plan_orders_nothing", **about)
    risk = {"without": words.rate(found.risk_without), "with_plan": words.rate(found.risk_with)}
    left = days_until(words, found.next_order_by, today)
    return words(
        "plan_orders", **about, **what, **risk, order_by=words.short_day(found.next_order_by), left=left
    )


def cuts(words: Words, line: Record) -> str:
    """Return what each reason added to the wish of a line or took from it."""
    told = [(key, int(line[f"{reason}_quantity"])) for reason, key in _REASONS.items()]
    return words("and").join(
        f"{words(key)} {words.signed(pieces, words.count(abs(pieces)))}" for key, pieces in told if pieces
    )


def risk_after(words: Words, line: Record) -> str:
    """Return the risk of a line as it is to be ordered.

    It is known of the proposed quantity and of none; of more it can only be lower, and of less it lies between. If it
    is ordered on another day than was proposed, nothing is known of it.
    """
    before, proposed = line["risk_without"], line["risk_with"]
    quantity, planned = line["quantity"], line["proposed_quantity"]
    if quantity == 0:
        return words.rate(before)
    if planned == 0 or line["order_by"] != line["proposed_order_by"]:
        return words("at_most", rate=words.rate(before))
    if quantity == planned:
        return words.rate(proposed)
    if quantity > planned:
        return words("at_most", rate=words.rate(proposed))
    return words("rates_between", low=words.rate(proposed), high=words.rate(before))


def order_by_when(words: Words, line: Record) -> str:
    """Return the line as a planner says it: order N pieces by a day."""
    if not line["quantity"]:
        return words("order_nothing")
    day = line["order_by"]
    if pd.isna(day):
        return words("order_when", quantity=words.count(line["quantity"]))
    return words("order_by_day", quantity=words.count(line["quantity"]), day=words.short_day(day))


def refusal(words: Words, error: Refused | MallAway, lines: pd.DataFrame) -> str:
    """Return why the mall did not do what was asked and what to do; `lines` are those of the plan."""
    if isinstance(error, MallAway):
        return words("mall_away_writing")
    told = error.told
    if error.slug == "holiday-plan-not-open":
        state = str(told.get("plan_status"))
        return words("refused_not_open", state=words(_STATES[state]) if state in _STATES else state)
    if error.slug not in _REFUSALS:
        return words("refused_otherwise", detail=literally(str(told.get("detail", ""))))
    of_item = lines[lines["item_id"] == told.get("item_id")]
    pack = int(told.get("pack_size", 1))
    quantity = int(told.get("quantity", 0))
    # The next whole packs that are also enough.
    least = max(quantity, int(of_item["min_order_quantity"].fillna(0).max())) if len(of_item) else quantity
    return words(
        _REFUSALS[error.slug],
        item=literally(of_item["name"].iloc[0]) if len(of_item) else words("this_item"),
        quantity=words.count(quantity),
        pack=words.count(pack),
        more=words.count(-(-least // pack) * pack),
        minimum=words.count(int(told.get("min_order_quantity", 1))),
        by=literally(str(told.get("edited_by"))),
    )
