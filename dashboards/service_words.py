"""What the words of service are called: regions, parties, cases, and how they ended."""

from dashboards.words import Words


def region_names(words: Words) -> dict[str, str]:
    """Return what the regions of delivery are called, each with its hours."""
    return {"nationwide": words("region_nationwide"), "remote": words("region_remote")}


def party_names(words: Words) -> dict[str, str]:
    """Return what those who may be responsible are called."""
    return {
        "supplier": words("party_supplier"),
        "carrier": words("party_carrier"),
        "platform": words("party_platform"),
        "member": words("party_member"),
    }


def settlement_names(words: Words) -> dict[str, str]:
    """Return what became of a compensation, the open ones first."""
    return {
        "open": words("compensation_open"),
        "paid": words("compensation_paid"),
        "waived": words("compensation_waived"),
    }


def clock_names(words: Words) -> dict[str, str]:
    """Return what the two promises of a parcel are called."""
    return {"shipping": words("clock_shipping"), "delivery": words("clock_delivery")}


def type_names(words: Words) -> dict[str, str]:
    """Return what the types of after-sales cases are called."""
    return {
        "complaint": words("case_complaint"),
        "return": words("case_return"),
        "exchange": words("case_exchange"),
        "inquiry": words("case_inquiry"),
    }


def reason_names(words: Words) -> dict[str, str]:
    """Return what the reasons of after-sales cases are called."""
    return {
        "damaged": words("case_damaged"),
        "wrong_item": words("case_wrong_item"),
        "missing": words("case_missing"),
        "not_as_described": words("case_not_as_described"),
        "late": words("case_late"),
        "not_received": words("case_not_received"),
        "code_unusable": words("case_code_unusable"),
        "changed_mind": words("case_changed_mind"),
        "other": words("case_other"),
    }


def outcome_names(words: Words) -> dict[str, str]:
    """Return what became of after-sales cases."""
    return {
        "refund": words("case_refund"),
        "replace": words("case_replace"),
        "reject": words("case_reject"),
        "settled": words("case_settled"),
    }


def status_names(words: Words) -> dict[str, str]:
    """Return what the states of a redemption with goods are called."""
    return {
        "allocated": words("order_allocated"),
        "shipped": words("order_shipped"),
        "delivered": words("order_delivered"),
        "completed": words("order_completed"),
        "cancelled": words("shop_order_cancelled"),
        "refunded": words("order_refunded"),
        "partially_refunded": words("order_partially_refunded"),
    }
