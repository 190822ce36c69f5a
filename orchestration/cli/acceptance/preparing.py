"""Makes sure that the kit may run: a tenant in test mode, by its own key, with something to redeem."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from orchestration.cli.acceptance.mall import NO_ANSWER, Mall
from orchestration.refusal import Refusal

_LEAST_STOCK = 5


class MallUnreachable(Refusal):
    """The mall does not answer."""


class KeyRefused(Refusal):
    """The mall does not take the key."""


class TenantIsLive(Refusal):
    """The tenant is live; what the kit does would be done to real members' books."""


class OtherTenant(Refusal):
    """The key is of another tenant than was named."""


class NothingToRedeem(Refusal):
    """The tenant offers nothing that can be tried."""


@dataclass(frozen=True)
class Sandbox:
    """What the kit works with.

    Attributes:
        stock: how many pieces of the item there are.
        effective_at: when credits take effect, so that they can be spent at once; None is now.
    """

    item_id: str
    price_points: int
    stock: int
    effective_at: str | None


async def prepare(mall: Mall, *, tenant: str, now: datetime) -> Sandbox:
    """Return what to work with.

    Raises:
        MallUnreachable, KeyRefused: it does not answer, or not to this key.
        TenantIsLive, OtherTenant: it is not a tenant in test mode, or another one.
        NothingToRedeem: no listed offer is handed over at once and in stock.
    """
    told = await mall.get("/v1/onboarding")
    if told.status == NO_ANSWER:
        raise MallUnreachable(f"the mall does not answer ({told.body['detail']}); start it or correct --url")
    if told.status == 401:
        raise KeyRefused("the mall does not take this API key; give one of the tenant's with --api-key")
    if told.status == 404:
        raise TenantIsLive(f"{tenant} was created live; the kit runs against tenants in test mode alone")
    if not told.is_ok:
        raise MallUnreachable(f"the mall answers {told.status} to the first question; look at its log")
    if told.body["code"] != tenant:
        raise OtherTenant(f"the API key is of the tenant {told.body['code']}, not of {tenant}")
    if not told.body["is_test_mode"]:
        raise TenantIsLive(
            f"{tenant} went live on {told.body['live_on']}; the kit runs against tenants in test mode alone"
        )
    offers = [
        offer
        for offer in (await mall.get("/v1/offers", limit="500")).body["offers"]
        if offer["handover"] != "shipping" and offer["on_hand"] >= _LEAST_STOCK
    ]
    if not offers:
        raise NothingToRedeem(
            f"{tenant} lists no offer that is handed over at once and has {_LEAST_STOCK} pieces or more; opt in to one "
            "with POST /v1/opt-ins and have it listed and stocked"
        )
    best = max(offers, key=lambda offer: int(offer["on_hand"]))
    pending_days = (await mall.get("/v1/program")).body["pending_days"]
    earned = now - timedelta(days=pending_days + 1) if pending_days else None
    return Sandbox(
        best["item_id"], best["price_points"], best["on_hand"], None if earned is None else earned.isoformat()
    )
