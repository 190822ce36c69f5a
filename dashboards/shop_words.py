"""The sentences about a member's shop: prices, why the mall refused, how far an order has come."""

from collections.abc import Mapping

from dashboards.mall import MallAway, Refused, Told
from dashboards.words import Words, literally

_REFUSALS = {
    "offer-not-listed": "shop_not_listed",
    "unknown-offer": "shop_not_listed",
    "flash-sale-limit-reached": "shop_sale_limit",
    "flash-sale-sold-out": "shop_sale_sold_out",
    "flash-sale-not-open": "shop_sale_over",
    "unknown-flash-sale": "shop_sale_over",
    "campaign-budget-spent": "shop_campaign_spent",
    "price-rose": "shop_price_rose",
    "risk-denied": "shop_risk_denied",
    "role-needed": "shop_role_needed",
    "session-over": "session_over",
    "unauthenticated": "session_over",
    "unknown-member": "shop_unknown_member",
    "illegal-move": "shop_moved_on",
}
_STATES = {
    "created": "order_created",
    "in_review": "order_in_review",
    "paid": "order_paid",
    "allocated": "order_allocated",
    "shipped": "order_shipped",
    "delivered": "order_delivered",
    "completed": "order_completed",
    "cancelled": "shop_order_cancelled",
    "refunded": "order_refunded",
    "partially_refunded": "order_partially_refunded",
}
_KINDS = {
    "earn": "change_earn",
    "grant": "change_grant",
    "redeem": "change_redeem",
    "refund": "change_refund",
    "adjust": "change_adjust",
    "expire": "change_expire",
    "return": "change_return",
    "settle": "change_settle",
    "correct": "change_correct",
    "exchange_out": "change_exchange_out",
    "exchange_in": "change_exchange_in",
}
_HANDOVERS = {"shipping": "handover_shipping", "pickup": "handover_pickup", "instant": "handover_instant"}


def points(words: Words, count: int) -> str:
    """Return a number of points to read, never shortened: it is what is paid."""
    return words("shop_points", points=f"{count:,}")


def refusal(words: Words, error: Refused | MallAway) -> str:
    """Return why something was not done, and what to do now."""
    if isinstance(error, MallAway):
        return words("shop_mall_away")
    told = error.told
    if error.slug == "insufficient-points":
        needed, available = int(told["needed_points"]), int(told["available_points"])
        return words(
            "shop_insufficient",
            needed=f"{needed:,}",
            available=f"{available:,}",
            missing=f"{needed - available:,}",
        )
    if error.slug == "out-of-stock":
        return words("shop_out_of_stock", left=words.count(told["on_hand"]))
    if error.slug in _REFUSALS:
        return words(_REFUSALS[error.slug])
    return words("shop_refused", detail=literally(str(told.get("detail", error.slug))))


def state(words: Words, status: str) -> str:
    """Return where an order stands."""
    return words(_STATES[status]) if status in _STATES else status


def change(words: Words, kind: str) -> str:
    """Return what changed a member's points."""
    return words(_KINDS[kind]) if kind in _KINDS else kind


def handover(words: Words, how: str) -> str:
    """Return how goods reach the member, with the promise."""
    return words(_HANDOVERS[how]) if how in _HANDOVERS else how


def affordability(words: Words, item: Told) -> str:
    """Return whether the member can have a recommended item, in a few words."""
    if item["affordability"] == "now":
        return words("shop_now")
    if item["affordability"] == "with_cash":
        due, cash = f"{item['points_due']:,}", words.money(item["cash_fen"])
        return words("shop_with_cash", points=due, cash=cash)
    return words("shop_soon") if item["affordability"] == "soon" else ""


def lines(words: Words, order: Told, names: Mapping[str, str]) -> str:
    """Return what an order is of: tea × 2, rice × 1."""
    told = [
        f"{literally(names.get(line['item_id'], words('shop_some_item')))} × {line['quantity']}"
        for line in order["lines"]
    ]
    return words("and").join(told) or words("shop_some_item")
