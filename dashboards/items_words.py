"""What reasons, remedies, classes and price bands of items are called."""

import pandas as pd

from dashboards import items
from dashboards.words import Words


def reason_names(words: Words) -> dict[str, str]:
    """Return what each reason to improve an item is called."""
    return {
        "out_of_stock": words("reason_out_of_stock"),
        "poor_ratings": words("reason_poor_ratings"),
        "dearer_than_peers": words("reason_dearer_than_peers"),
        "few_views": words("reason_few_views"),
        "low_conversion": words("reason_low_conversion"),
    }


def remedies(words: Words) -> dict[str, str]:
    """Return what to do about each reason."""
    return {
        "out_of_stock": words("remedy_out_of_stock"),
        "poor_ratings": words("remedy_poor_ratings"),
        "dearer_than_peers": words("remedy_dearer_than_peers"),
        "few_views": words("remedy_few_views"),
        "low_conversion": words("remedy_low_conversion"),
    }


def class_names(words: Words) -> dict[str, str]:
    """Return what the classes of the catalogue are called."""
    return {
        "staple": words("class_staple"),
        "quality": words("class_quality"),
        "scarce": words("class_scarce"),
    }


def named_bands(words: Words, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the price bands of items with their names."""
    bands = items.bands(rows)
    return bands.assign(name=[band_name(words, low) for low in bands["low"]])


def band_name(words: Words, low: int) -> str:
    """Return what the price band that begins at so many points is called."""
    high = next((end for end in items.BAND_ENDS if end > low), None)
    if high is None:
        return words("band_from", low=words.count(low))
    return words("band_until", low=words.count(low), high=words.count(high))
