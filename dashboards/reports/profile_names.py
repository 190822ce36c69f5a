"""What the groups and tastes of the yearly profile are called."""

import pandas as pd

from dashboards.words import Words


def named(words: Words, rows: pd.DataFrame) -> pd.DataFrame:
    """Return groups, as `profiles.groups` gives them, with a column `name`."""
    plain = {
        "all": words("everybody"),
        "young": words("group_young"),
        "family": words("group_family"),
        "senior": words("group_senior"),
        "traveller": words("group_traveller"),
        "unknown": words("group_unknown"),
        "this_year": words("joined_this_year"),
        "last_year": words("joined_last_year"),
        "earlier": words("joined_earlier"),
        "other": words("group_other"),
    }
    names = rows[f"segment_{words.language}"].fillna(rows[f"stage_{words.language}"])
    return rows.assign(name=names.fillna(rows["member_group"].map(plain)).fillna(rows["member_group"]))


def named_tastes(
    words: Words, rows: pd.DataFrame, ends: tuple[int, ...], categories: dict[str, str]
) -> pd.DataFrame:
    """Return tastes, as `profiles.tastes` gives them, with `segment_name` and `taste_name`.

    `ends` are where bands of prices end; `categories` names categories by code, those without a name go by it.
    """
    starts = (0, *ends)
    names = categories | {
        str(low): words("band_from", low=words.count(low))
        if place == len(ends)
        else words("band_until", low=words.count(low), high=words.count(ends[place]))
        for place, low in enumerate(starts)
    }
    return rows.assign(
        segment_name=rows[f"name_{words.language}"].fillna(words("everybody")),
        taste_name=rows["taste"].map(lambda taste: names.get(taste, taste)),
    )


def weekdays(words: Words) -> list[str]:
    """Return the days of the week from Monday on."""
    return words("weekdays").split()
