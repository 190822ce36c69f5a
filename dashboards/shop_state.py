"""What a visitor is doing in the storefront demo, kept between runs of the page: answers, basket, checkout, news.

All of it belongs to one person of one tenant and one member at a time; whoever logs in next begins anew.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from dashboards.mall import Told
from dashboards.shop import Order, Place
from dashboards.visitor import Visitor

_KEY = "shop_state"
View = Literal["home", "expiring", "after_redemption", "basket", "orders"]
VIEWS: tuple[View, ...] = ("home", "expiring", "after_redemption", "basket", "orders")


@dataclass(frozen=True)
class Checkout:
    """An order that is about to be confirmed; `key` stays the same until it is known what became of it."""

    order: Order
    name: str
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    is_basket: bool = False


@dataclass
class ShopState:
    """What one person does as one member.

    Attributes:
        answers: what was recommended, by place and items, until the member does something.
        logged: the answers whose impressions were logged.
        basket: pieces by item, and their names.
        links: where the cash of an order is paid, by redemption.
        opened: the recommended item that was clicked, for its flash sale.
    """

    owner: tuple[str, str, str]
    answers: dict[tuple[Place, tuple[str, ...]], Told] = field(default_factory=dict)
    logged: set[str] = field(default_factory=set)
    basket: dict[str, int] = field(default_factory=dict)
    basket_names: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    opened: Told | None = None
    checkout: Checkout | None = None
    news: tuple[Literal["done", "refused"], str] | None = None

    def forget_answers(self) -> None:
        """Let the next look ask anew: what the member did changes what is shown."""
        self.answers.clear()

    def put(self, item: Told) -> None:
        """Put a piece of an item into the basket."""
        item_id = str(item["item_id"])
        self.basket[item_id] = self.basket.get(item_id, 0) + 1
        self.basket_names[item_id] = str(item["name"])
        self.checkout = None

    def take(self, item_id: str) -> None:
        """Take an item out of the basket."""
        self.basket.pop(item_id, None)
        self.checkout = None


def state_of(visitor: Visitor, member_id: str) -> ShopState:
    """Return what the visitor does as a member; another person's or member's is dropped."""
    owner = (str(visitor.tenant_id), visitor.username, member_id)
    kept = st.session_state.get(_KEY)
    if not isinstance(kept, ShopState) or kept.owner != owner:
        kept = st.session_state[_KEY] = ShopState(owner)
    return kept


def impressions(member_id: str, answer: Told) -> list[Told]:
    """Return an answer's impressions as the mall logs them."""
    return [
        {
            "member_id": member_id,
            "kind": "impression",
            "item_id": item["item_id"],
            "request_id": answer["request_id"],
            "position": item["position"],
            "propensity": item["propensity"],
            "policy": answer["policy"],
            "context": answer["context"],
            "stage": item["stage"],
        }
        for item in answer["items"]
    ]


def click(member_id: str, answer: Told, item: Told) -> Sequence[Told]:
    """Return the click on an item of an answer as the mall logs it."""
    return [
        {
            "member_id": member_id,
            "kind": "click",
            "item_id": item["item_id"],
            "request_id": answer["request_id"],
            "position": item["position"],
        }
    ]
