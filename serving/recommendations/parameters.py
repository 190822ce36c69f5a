"""The query parameters of recommendations: where they are shown, and what they are narrowed to."""

from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query

from serving.problems import InvalidRequest
from serving.recommendations.contexts import Context, ContextKind, Filter
from serving.recommendations.domain import ItemKind, Reach

_MOST_ITEMS = 50
_SOON_DAYS = 30

Limit = Annotated[int, Query(ge=1, le=50, description="At most this many items.")]
ReachOf = Annotated[
    Reach,
    Query(
        description="How far to go: now, for points alone; cash, also with the rest in cash; soon, also what the "
        "member can have within 30 days."
    ),
]


def _refusal(field: str, message: str) -> InvalidRequest:
    return InvalidRequest(f"{field}: {message}", errors=[{"field": field, "message": message}])


def _context(
    context: Annotated[
        Literal["home", "basket", "after_redemption", "expiring"],
        Query(
            description="Where they are shown: home; basket, what goes with several items; after_redemption, what goes "
            "with what was just redeemed, and not the same again unless it is taken again and again; expiring, what "
            "points that expire soon pay for."
        ),
    ] = "home",
    item_id: Annotated[
        list[UUID] | None,
        Query(
            max_length=_MOST_ITEMS,
            description="The items of the basket, or those just redeemed; again for each. After a redemption they may "
            "be left out: then they are those of the member's newest redemption of the last seven days.",
        ),
    ] = None,
    days: Annotated[
        int | None,
        Query(ge=1, le=366, description=f"In the context expiring: how soon. {_SOON_DAYS} if not given."),
    ] = None,
) -> Context:
    kind: ContextKind = context
    items = tuple(dict.fromkeys(item_id or ()))
    if kind == "basket" and not items:
        raise _refusal("item_id", "name the items of the basket, as in `item_id=…&item_id=…`")
    if items and kind not in ("basket", "after_redemption"):
        raise _refusal("item_id", "goes with the contexts basket and after_redemption")
    if days is not None and kind != "expiring":
        raise _refusal("days", "goes with the context expiring")
    return Context(kind, items, timedelta(days=days or _SOON_DAYS))


def _filter(
    category: Annotated[
        list[Annotated[str, Query(max_length=200)]] | None,
        Query(max_length=50, description="Only of this category; again for each."),
    ] = None,
    kind: Annotated[
        list[ItemKind] | None, Query(max_length=3, description="Only of this kind; again for each.")
    ] = None,
    price_from: Annotated[int, Query(ge=0, le=10**9, description="Only from this price on, in points.")] = 0,
    price_to: Annotated[
        int | None, Query(ge=0, le=10**9, description="Only up to this price, in points.")
    ] = None,
) -> Filter:
    if price_to is not None and price_from > price_to:
        raise _refusal("price_from", "must not be more than `price_to`")
    return Filter(frozenset(category or ()), frozenset(kind or ()), price_from, price_to)


ContextOf = Annotated[Context, Depends(_context)]
FilterOf = Annotated[Filter, Depends(_filter)]
