"""How campaigns are told: kinds, states, whom they are for, what they give, and why the mall refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from dashboards.campaign_desk.draft import SCHEMES
from dashboards.desks.telling import moment
from dashboards.mall import MallAway, Refused, Told
from dashboards.page import BUSINESS_ZONE
from dashboards.words import Words, literally

_REFUSALS = {
    "role-needed": "campaign_role_needed",
    "session-over": "session_over",
    "unauthenticated": "session_over",
    "unknown-campaign": "campaign_gone",
    "campaign-not-draft": "campaign_no_draft_now",
    "campaign-over": "campaign_over_now",
    "campaign-exists": "campaign_exists",
    "unknown-offer": "campaign_unknown_offer",
    "unknown-sale": "campaign_unknown_sale",
}
# What is wrong, by the field that the mall names.
_FIELDS = {
    "name_zh": "campaign_wrong_name_zh",
    "name_en": "campaign_wrong_name_en",
    "starts_at": "campaign_wrong_days",
    "ends_at": "campaign_wrong_days",
    "audience": "campaign_wrong_pilot",
    "scheme": "campaign_wrong_groups",
    "groups": "campaign_wrong_groups",
    "earning": "campaign_wrong_factor",
    "member_days": "campaign_wrong_member_days",
    "discount_bp": "campaign_wrong_discount",
    "items": "campaign_wrong_items",
    "categories": "campaign_wrong_categories",
    "sale_ids": "campaign_unknown_sale",
    "budget_points": "campaign_wrong_budget",
    "member_limit_points": "campaign_wrong_limit",
    "reason": "campaign_wrong_reason",
}
# So many categories and items are named, the others counted.
_NAMED = 3
_KIND_NEEDS = {
    "festival": "campaign_festival_needs",
    "member_day": "campaign_member_day_needs",
    "new_item": "campaign_new_item_needs",
    "flash_sale": "campaign_flash_sale_needs",
}


def kind_names(words: Words) -> dict[str, str]:
    """Return what kinds of campaigns are called."""
    return {
        "festival": words("campaign_festival"),
        "member_day": words("campaign_member_day"),
        "new_item": words("campaign_new_item"),
        "flash_sale": words("campaign_flash_sale"),
    }


def status_names(words: Words) -> dict[str, str]:
    """Return what the states of a campaign are called."""
    return {
        "draft": words("campaign_draft"),
        "approved": words("campaign_approved"),
        "running": words("campaign_running"),
        "ended": words("campaign_ended"),
        "stopped": words("campaign_stopped"),
    }


def audience_names(words: Words) -> dict[str, str]:
    """Return what the kinds of audiences are called, a scheme of segments as one of its own."""
    return {
        "everybody": words("audience_everybody"),
        "rfm": words("audience_rfm"),
        "life_cycle": words("audience_life_cycle"),
        "tiers": words("audience_tiers"),
        "pilot": words("audience_pilot"),
    }


def name(words: Words, campaign: Told) -> str:
    """Return the name of a campaign in the reader's language, letter by letter."""
    return literally(str(campaign[f"name_{words.language}"]))


def days(campaign: Told) -> tuple[date, date]:
    """Return the first and the last day of a campaign in Asia/Shanghai."""
    begin = moment(campaign["starts_at"]).astimezone(BUSINESS_ZONE)
    end = moment(campaign["ends_at"]).astimezone(BUSINESS_ZONE) - timedelta(microseconds=1)
    return begin.date(), end.date()


@dataclass(frozen=True)
class Names:
    """What segments and stages, categories and items are called, by code or id."""

    groups: Mapping[str, str]
    categories: Mapping[str, str]
    items: Mapping[str, str]


def audience(words: Words, campaign: Told, names: Names) -> str:
    """Return whom a campaign is for."""
    kind = campaign["scheme"] if campaign["scheme"] in SCHEMES else campaign["audience"]
    told = audience_names(words).get(kind) or str(kind)
    if not campaign["groups"]:
        return told
    named = words("and").join(names.groups.get(group, group) for group in campaign["groups"])
    return words("audience_of_groups", kind=told, groups=named)


def benefit(words: Words, campaign: Told, names: Names) -> str:
    """Return what a campaign gives, and on what."""
    told = []
    if campaign["earn_numerator"] is not None:
        factor = f"{campaign['earn_numerator'] / campaign['earn_denominator']:.2f}".rstrip("0").rstrip(".")
        told.append(words("gives_factor", factor=factor))
        if campaign["member_days"]:
            told.append(words("on_member_days", count=len(campaign["member_days"])))
    if campaign["discount_bp"] is not None:
        goods = [names.categories.get(code, code) for code in campaign["categories"]]
        goods += [_item(names, one) for one in campaign["items"] if one["price_points"] is None]
        rate = words.goal(campaign["discount_bp"] / 10_000)
        told.append(words("gives_discount", rate=rate, goods=_some(words, goods)))
    own = [
        words("own_price", item=_item(names, one), points=words.count(one["price_points"]))
        for one in campaign["items"]
        if one["price_points"] is not None
    ]
    if own:
        told.append(_some(words, own))
    if campaign["sale_ids"]:
        told.append(words("links_sales", count=len(campaign["sale_ids"])))
    return " · ".join(told)


def _item(names: Names, one: Told) -> str:
    return names.items.get(str(one["item_id"]), str(one["item_id"]))


def _some(words: Words, names: list[str]) -> str:
    """Return the first of some names, and how many more there are."""
    told = words("and").join(names[:_NAMED])
    left = len(names) - _NAMED
    return words("and_more", names=told, count=left) if left > 0 else told


def refusal(words: Words, error: Refused | MallAway) -> str:
    """Return why something was not done about a campaign, and what to do now."""
    if isinstance(error, MallAway):
        return words("desk_mall_away")
    if error.slug in _REFUSALS:
        return words(_REFUSALS[error.slug])
    if error.slug == "campaign-changed":
        return words("campaign_changed_now", username=literally(str(error.told.get("edited_by"))))
    detail = str(error.told.get("detail", error.slug))
    # "kind: a festival campaign …", or "body.name_zh: …" where the form itself is wrong.
    field, _, told = detail.removeprefix("body.").partition(": ")
    key = _FIELDS.get(field.split(".")[0])
    if field == "kind":
        key = next((needs for kind, needs in _KIND_NEEDS.items() if f" {kind} " in told), None)
    return words(key) if key else words("refused_otherwise", detail=literally(detail))
