"""What readers call the carriers."""

from dashboards.words import Words


def carrier_names(words: Words) -> dict[str, str]:
    """Return carrier → its name; one that is not here goes by its code."""
    return {
        "sf": words("carrier_sf"),
        "jd": words("carrier_jd"),
        "sandbox": words("carrier_sandbox"),
        "unknown": words("carrier_unknown"),
    }
