"""Which terms make a campaign, by its kind. Pure."""

from datetime import datetime, timedelta

from transactional.campaigns.domain import NewCampaign
from transactional.clock import business_date
from transactional.problems import InvalidRequest


def check_new_campaign(new: NewCampaign, *, now: datetime) -> None:
    """Tell whether terms make a campaign.

    Raises:
        InvalidRequest: with the field that is missing, superfluous or makes no sense.
    """
    if new.ends_at <= max(new.starts_at, now):
        raise InvalidRequest("ends_at: the end must come after the start and later than now")
    _check_audience(new)
    _check_benefits(new)
    _check_kind(new)
    _check_budget(new)


def _check_audience(new: NewCampaign) -> None:
    if (new.audience == "segments") is (new.scheme is None):
        raise InvalidRequest("scheme: name it for an audience of segments, and for no other")
    if (new.audience in ("segments", "tiers")) is not bool(new.groups):
        raise InvalidRequest("groups: name the segments or tiers of such an audience, and none for another")


def _check_benefits(new: NewCampaign) -> None:
    if new.earning is not None and new.earning[0] <= new.earning[1]:
        raise InvalidRequest("earning: earned points are multiplied by more than 1")
    if new.member_days and new.earning is None:
        raise InvalidRequest("member_days: these are days of multiplied earning, so tell by how much")
    last = business_date(new.ends_at - timedelta(microseconds=1))
    if any(not business_date(new.starts_at) <= day <= last for day in new.member_days):
        raise InvalidRequest("member_days: every day must lie in the campaign's window")
    if new.discount_bp is None and (new.categories or any(one.price_points is None for one in new.items)):
        raise InvalidRequest(
            "discount_bp: categories and items without a price of their own are cheaper by a discount; tell it"
        )
    if new.discount_bp is not None and not (new.items or new.categories):
        raise InvalidRequest("items: tell which items or categories are discounted")
    if len({one.item_id for one in new.items}) < len(new.items):
        raise InvalidRequest("items: an item is named twice")


def _check_budget(new: NewCampaign) -> None:
    if (new.earning is not None or new.lowers_prices) is (new.budget_points is None):
        raise InvalidRequest(
            "budget_points: a campaign with multiplied earning or lower prices has a budget, and no other has"
        )
    if new.member_limit_points is not None and new.member_limit_points > (new.budget_points or 0):
        raise InvalidRequest("member_limit_points: a member's part cannot be more than the budget")


def _check_kind(new: NewCampaign) -> None:
    needed = {
        "festival": (new.earning is not None or new.lowers_prices, "multiplies earning or lowers prices"),
        "member_day": (new.earning is not None, "multiplies earning"),
        "flash_sale": (
            bool(new.sale_ids) and new.earning is None and not new.lowers_prices,
            "links flash sales and gives nothing else",
        ),
        "new_item": (new.lowers_prices and bool(new.items), "lowers the prices of the items it names"),
    }
    fits, what = needed[new.kind]
    if not fits:
        raise InvalidRequest(f"kind: a {new.kind} campaign {what}")
    if new.sale_ids and new.kind != "flash_sale":
        raise InvalidRequest("sale_ids: only a flash_sale campaign links flash sales")
