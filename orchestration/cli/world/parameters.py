"""Every parameter of a world with where it is from, as the truth's JSON file keeps them."""

from dataclasses import asdict
from typing import Any

from orchestration.cli.world import (
    abuse,
    aftercare,
    bills,
    brands,
    catalogue,
    complaints,
    consents,
    members,
    newcomers,
    papers,
    parcels,
    phrases,
    platform,
    presets,
    promotions,
    purse,
    regions,
    service,
    supply,
    surveys,
    terms,
    trouble,
    voices,
    wishes,
)
from orchestration.cli.world.plan import WorldPlan

_RECEIPTS = "figures of real loyalty receipts of a grocer"
_OLIST = "Olist orders and reviews (Kaggle)"
_OLIST_COUNTED = f"{_OLIST}: counted from the first 5,000 orders"
_OLIST_TILTED = f"{_OLIST}: shape counted from the reviews of the first 5,000 orders, tilted to the mean published for all"
_CHOSEN = "chosen, so that activity, consumption and stock-outs come out as malls report them"
_CHOSEN_PERSONAL = "chosen: a mall knows the group of some members only, and few refuse"
_CHOSEN_SUPPLY = "chosen: what suppliers of a mall plausibly ask and do"
_CHOSEN_CARRIERS = "chosen: what carriers plausibly do; no carrier publishes it"
_CHOSEN_CASES = "chosen: a few in a thousand complain of the goods, more of what comes late, and most are answered in a day"
_CHOSEN_WORDS = "chosen: most chats are about what went wrong, few who are served well say so, and moods follow what happened"
_CHOSEN_PAPERS = "chosen: most renew in time, one forges; no platform publishes it"
_CHOSEN_CAMPAIGNS = "chosen: what loyalty programs plausibly give, out of budgets some of which are used up"
_CHOSEN_BILLS = "chosen: most enterprises pay within the usual thirty days, and a few are reminded first"
_FOLLOWS = "follows from how deliveries are drawn: a few days, more by chance, and some late"
_PROMISE = "the platform's own promise"


def parameters(plan: WorldPlan) -> dict[str, Any]:
    """Return the plan, and for each parameter its value and its source."""
    values: dict[str, tuple[Any, str]] = {
        "earned_of_spend": (wishes.EARNED_OF_SPEND, _RECEIPTS),
        "spent_on_receipts": (wishes.SPENT_ON_RECEIPTS, _RECEIPTS),
        "late_share": (service.LATE_SHARE, _OLIST_COUNTED),
        "score_mean_on_time": (service.MEAN_ON_TIME, _olist_published(late=False)),
        "score_mean_late": (service.MEAN_LATE, _olist_published(late=True)),
        "score_shares_on_time": (service.score_shares(late=False).tolist(), _OLIST_TILTED),
        "score_shares_late": (service.score_shares(late=True).tolist(), _OLIST_TILTED),
        "ship_within_hours": (service.SHIP_WITHIN // service.HOUR, _PROMISE),
        "deliver_within_hours": ([s // service.HOUR for s in service.DELIVER_WITHIN], _PROMISE),
        "shipped_late_share_of_late": (service.SHIPPED_LATE_SHARE, _CHOSEN_CARRIERS),
        "carrier_shares": (
            dict(zip(service.CARRIERS, service.CARRIER_SHARES, strict=True)),
            _CHOSEN_CARRIERS,
        ),
        "carrier_lateness": (
            dict(zip(service.CARRIERS, service.CARRIER_LATENESS, strict=True)),
            _CHOSEN_CARRIERS,
        ),
        "remote_lateness": (service.REMOTE_LATENESS, _CHOSEN_CARRIERS),
        "lost_parcel_share": (service.LOST_SHARE, _CHOSEN_CARRIERS),
        "lost_push_share": (parcels.LOST_PUSH_SHARE, _CHOSEN_CARRIERS),
        "late_push_share": (parcels.LATE_PUSH_SHARE, _CHOSEN_CARRIERS),
        "duplicate_push_share": (parcels.DUPLICATE_PUSH_SHARE, _CHOSEN_CARRIERS),
        "province_population": (
            regions.POPULATION,
            "Seventh National Population Census of China, 2020: residents in tens of thousands",
        ),
        "complaint_chance_on_time": (complaints.COMPLAINT_CHANCE_ON_TIME, _CHOSEN_CASES),
        "complaint_chance_late": (complaints.COMPLAINT_CHANCE_LATE, _CHOSEN_CASES),
        "inquiry_chance": (complaints.INQUIRY_CHANCE, _CHOSEN_CASES),
        "answered_in_time_share": (complaints.ANSWERED_IN_TIME_SHARE, _CHOSEN_CASES),
        "tariff": ([asdict(line) for line in bills.TARIFF], "chosen: what a platform might ask"),
        "invoice_paid_within_days": (bills.PAID_WITHIN, _CHOSEN_BILLS),
        "invoice_paid_late_days": (bills.PAID_LATE, _CHOSEN_BILLS),
        "invoice_paid_late_share": (bills.LATE_SHARE, _CHOSEN_BILLS),
        "invoice_paid_in_halves_share": (bills.HALVES_SHARE, _CHOSEN_BILLS),
        "class_shares": (dict(zip(catalogue.CLASSES, catalogue.CLASS_SHARES, strict=True)), _PROMISE),
        "price_elasticity": (
            catalogue.ELASTICITY,
            "between nothing and -2.6, the mean of Bijmolt, van Heerde and Pieters, Journal of Marketing Research 2005",
        ),
        "items_per_tenant": (catalogue.ITEMS, _CHOSEN),
        "asks_for_what_is_out": (wishes.ASKS_ANYWAY, _CHOSEN),
        "late_delivery_share_of_suppliers": (supply.LATE_DELIVERY_SHARE, _CHOSEN),
        "lead_time_chances": (supply.lead_time_chances().tolist(), _FOLLOWS),
        "split_delivery_share": (supply.SPLIT_SHARE, _CHOSEN_SUPPLY),
        "damaged_delivery_share": (supply.DAMAGED_SHARE, _CHOSEN_SUPPLY),
        "failed_delivery_share": (supply.FAILED_SHARE, _CHOSEN_SUPPLY),
        "promised_lead_days": (supply.lead_time_kept(terms.PROMISED_SHARE), _FOLLOWS),
        "worst_lead_days": (supply.lead_time_kept(terms.WORST_SHARE), _FOLLOWS),
        "cost_share_of_price": (terms.COST_SHARE, _CHOSEN_SUPPLY),
        "shelf_lives_days": (terms.SHELF_LIVES, _CHOSEN_SUPPLY),
        "mood_shares": (dict(phrases.MOOD_SHARES), _CHOSEN_WORDS),
        "words_of_another_mood_share": (phrases.OFF_KEY, _CHOSEN_WORDS),
        "chat_share_of_cases": (voices.CHAT_SHARE_OF_CASES, _CHOSEN_WORDS),
        "chat_share_of_orders": (voices.CHAT_SHARE_OF_ORDERS, _CHOSEN_WORDS),
        "review_share": (voices.REVIEW_SHARE, _CHOSEN_WORDS),
        "review_text_share": (voices.REVIEW_TEXT_SHARE, _CHOSEN_WORDS),
        "survey_days": (surveys.SURVEY_DAYS, _CHOSEN_WORDS),
        "survey_text_share": (surveys.SURVEY_TEXT_SHARE, _CHOSEN_WORDS),
        "branded_share": (brands.BRANDED_SHARE, _CHOSEN_PAPERS),
        "late_renewal_share": (papers.LATE_RENEWAL_SHARE, _CHOSEN_PAPERS),
        "late_renewal_days": (papers.LATE_RENEWAL_DAYS, _CHOSEN_PAPERS),
        "forgery_found_out_at": (papers.FOUND_OUT, _CHOSEN_PAPERS),
        "suspended_days_of_a_forger": (papers.BACK_AFTER, _CHOSEN_PAPERS),
        "newcomers": ([asdict(one) for one in newcomers.NEWCOMERS], _CHOSEN_PAPERS),
        "trouble_days": (trouble.TROUBLE_DAYS, _CHOSEN_SUPPLY),
        "trouble_delay_days": (trouble.TROUBLE_DELAY, _CHOSEN_SUPPLY),
        "trouble_slowness": (trouble.TROUBLE_SLOWNESS, _CHOSEN_SUPPLY),
        "member_day_earning": (promotions.EARNING, _CHOSEN_CAMPAIGNS),
        "festival_discount_bp": (promotions.FESTIVAL_DISCOUNT_BP, _CHOSEN_CAMPAIGNS),
        "new_item_percent": (promotions.NEW_ITEM_PERCENT, _CHOSEN_CAMPAIGNS),
        "member_day_budget": (promotions.MEMBER_DAY_BUDGET, _CHOSEN_CAMPAIGNS),
        "festival_budget": (promotions.FESTIVAL_BUDGET, _CHOSEN_CAMPAIGNS),
        "new_item_budget_pieces": (promotions.NEW_ITEM_BUDGET_PIECES, _CHOSEN_CAMPAIGNS),
        "marketing_share": (consents.MARKETING_SHARE, _CHOSEN_PERSONAL),
        "withdrawn_share": (consents.WITHDRAWN_SHARE, _CHOSEN_PERSONAL),
        "carriers_rates": (
            [[*who, *fen] for who, fen in platform.RATES.items()],
            "chosen: near the list prices of a parcel of a kilogram, and of each kilogram more, in fen",
        ),
        "carriers_volume_discount": (asdict(platform.VOLUME_DISCOUNT), _PROMISE),
        "licences": (platform.LICENCES, _CHOSEN_PAPERS),
        "abuser_share": (members.ABUSER_SHARE, _CHOSEN),
        "profile_share": (members.PROFILE_SHARE, _CHOSEN_PERSONAL),
        "refusing_share": (members.REFUSING_SHARE, _CHOSEN_PERSONAL),
        "abuser_loot_points": (abuse.LOOT_POINTS, _CHOSEN),
        "welcome_points": (purse.WELCOME_POINTS, _CHOSEN),
        "cancelled_share": (
            aftercare.CANCELLED_SHARE,
            "99.9 % of orders succeed: the platform's own promise",
        ),
        "refunded_share": (aftercare.REFUNDED_SHARE, _CHOSEN),
        "answer_share": (aftercare.ANSWER_SHARE, _CHOSEN),
        "holidays": (
            "calendar.py",
            "Chinese calendar (Purple Mountain Observatory); notices of the State Council",
        ),
    }
    return {
        "plan": asdict(plan),
        "parameters": {name: {"value": value, "source": source} for name, (value, source) in values.items()},
        "tenants": [asdict(presets.preset_of(number)) for number in range(plan.tenants)],
        "segments": presets.SEGMENTS,
        "categories": [asdict(category) for category in presets.CATEGORIES],
        "suppliers": [asdict(supplier) for supplier in terms.SUPPLIERS],
        "brands": [asdict(brand) for brand in brands.BRANDS],
    }


def _olist_published(*, late: bool) -> str:
    counted = service.counted_mean(late=late)
    return (
        f"{_OLIST}: taken over as published for all orders; the first 5,000, the part that was counted, "
        f"have {counted:.2f}"
    )
