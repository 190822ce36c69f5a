"""What clocks, regions and responsible parties are called."""

from dashboards.words import Words


def clock_names(words: Words) -> dict[str, str]:
    """Return what the two clocks are called."""
    return {"shipping": words("desk_clock_shipping"), "delivery": words("desk_clock_delivery")}


def region_names(words: Words) -> dict[str, str]:
    """Return what the regions of a promise are called."""
    return {
        "nationwide": words("desk_region_nationwide"),
        "remote": words("desk_region_remote"),
        "unknown": words("region_unknown"),
    }


def party_names(words: Words) -> dict[str, str]:
    """Return who may be responsible."""
    return {
        "supplier": words("supplier"),
        "carrier": words("carrier"),
        "platform": words("desk_party_platform"),
        "member": words("desk_party_member"),
    }
