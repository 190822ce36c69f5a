"""The two APIs as a storefront drives them: what to show from serving, all else from the mall.

The person's session fixes the tenant in both, so a member of another one is unknown there, whoever names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from dashboards.mall import Told, ask
from dashboards.visitor import COOKIE

# Where recommendations are shown.
Place = Literal["home", "expiring", "after_redemption", "basket", "goes_with"]

_SHOWN = 8
_LOTS, _ORDERS, _CHANGES = 500, 5, 20
_WRITE_SECONDS = 30.0


Provider = Literal["wechat", "alipay"]


@dataclass(frozen=True)
class CashPart:
    """Pay so many points, and the rest of the price in cash through a provider."""

    provider: Provider
    points: int


@dataclass(frozen=True)
class Order:
    """What a member is to redeem: (item, pieces) pairs, at a flash sale's price if it names one.

    Attributes:
        expected_points: the price that was shown, which may not be exceeded; None takes any.
        cash: None pays all of it in points.
    """

    member_id: str
    lines: tuple[tuple[str, int], ...]
    flash_sale_id: str | None = None
    expected_points: int | None = None
    cash: CashPart | None = None

    def document(self) -> Told:
        """Return the order as the mall takes it."""
        lines = [{"item_id": item_id, "quantity": quantity} for item_id, quantity in self.lines]
        cash = None if self.cash is None else {"provider": self.cash.provider, "points": self.cash.points}
        told = {"flash_sale_id": self.flash_sale_id, "expected_points": self.expected_points, "cash": cash}
        chosen = {name: value for name, value in told.items() if value is not None}
        return {"member_id": self.member_id, "lines": lines, **chosen}


@dataclass(frozen=True)
class Shop:
    """The mall and its recommendations as one logged-in person reaches them.

    Every call may raise `MallAway` or `Refused`.
    """

    url: str
    serving_url: str
    token: str = field(repr=False)

    def recommended(self, member_id: str, place: Place, item_ids: Sequence[str] = ()) -> Told:
        """Return what to show a member in a place; `item_ids` are the page's item, or those of the basket."""
        if place == "goes_with":
            params: Told = {"member_id": member_id, "limit": _SHOWN}
            return ask(self.serving_url, self.token, "GET", f"/v1/items/{item_ids[0]}/goes-with", params)
        params = {"context": place, "item_id": list(item_ids), "limit": _SHOWN}
        return ask(self.serving_url, self.token, "GET", f"/v1/recommendations/{member_id}", params)

    def balance(self, member_id: str) -> Told:
        """Return a member's points by bucket."""
        return self._read(f"/v1/members/{member_id}/balance")

    def lots(self, member_id: str) -> list[Told]:
        """Return a member's newest lots."""
        return list(self._read(f"/v1/members/{member_id}/lots", limit=_LOTS)["lots"])

    def offer(self, item_id: str) -> Told:
        """Return an offer that is on sale, with what is in stock of it."""
        return self._read(f"/v1/offers/{item_id}")

    def orders(self, member_id: str) -> list[Told]:
        """Return a member's last redemptions, newest first."""
        return list(self._read(f"/v1/members/{member_id}/redemptions", limit=_ORDERS)["redemptions"])

    def changes(self, member_id: str) -> list[Told]:
        """Return the last changes of a member's points, newest first."""
        return list(self._read(f"/v1/members/{member_id}/statement", limit=_CHANGES)["transfers"])

    def program(self) -> Told:
        """Return the rules of the tenant's points, among them whether a part of a price may be paid in cash."""
        return self._read("/v1/program")

    def campaigns(self, member_id: str, item_ids: Sequence[str]) -> list[Told]:
        """Return the campaigns that run for a member now, new items first, with what they lower of some items."""
        path = f"/v1/members/{member_id}/campaigns"
        return list(self._read(path, item_id=list(item_ids))["campaigns"])

    def payment_link(self, redemption_id: str) -> Told:
        """Return where the cash of an order is paid; asked again it is the same payment."""
        return self._write(f"/v1/redemptions/{redemption_id}/payment-link", {})

    def quote(self, order: Order) -> Told:
        """Return what an order would come to; nothing is kept."""
        return self._write("/v1/redemptions", order.document(), dry_run=True)

    def redeem(self, order: Order, key: str) -> Told:
        """Redeem, at most once under a key, and return the redemption."""
        return self._write("/v1/redemptions", order.document(), key=key)

    def advance(self, redemption_id: str, move: str) -> Told:
        """Note how far the goods have come: `ship`, `deliver` or `complete`, each once."""
        path = f"/v1/redemptions/{redemption_id}/progress"
        return self._write(path, {"move": move}, key=f"{redemption_id}/{move}")

    def log(self, events: Sequence[Told]) -> None:
        """Log what was shown and what the member did with it; what was logged before counts once."""
        self._write("/v1/events", {"events": list(events)})

    def _read(self, path: str, **params: object) -> Told:
        return ask(self.url, self.token, "GET", path, params)

    def _write(self, path: str, body: Told, *, key: str | None = None, dry_run: bool = False) -> Told:
        headers = {} if key is None else {"Idempotency-Key": key}
        params = {"dry_run": "true"} if dry_run else {}
        return ask(self.url, self.token, "POST", path, params, body, seconds=_WRITE_SECONDS, headers=headers)


def shop_of_visitor() -> Shop | None:
    """Return the shop for whoever holds the session cookie of this page; None if no serving API is known."""
    known = st.secrets["pointmart"]
    serving_url = str(known.get("serving_url", ""))
    return Shop(known["transactional_url"], serving_url, st.context.cookies[COOKIE]) if serving_url else None
