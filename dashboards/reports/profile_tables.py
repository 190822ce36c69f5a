"""The tables of the yearly profile."""

import pandas as pd

from dashboards.downloads import Column
from dashboards.tables import Table
from dashboards.words import NOTHING, Words


def groups_table(words: Words, kind: str, rows: pd.DataFrame) -> Table:
    """Return the groups of a kind. `rows` is what `profile_names.named` returned."""
    titles = {
        "profile": words("profile_groups"),
        "joined": words("profile_joined"),
        "segment": words("segments_title"),
        "stage": words("stages_title"),
    }
    return Table(
        f"by_{kind}",
        titles[kind],
        rows[rows["group_kind"] == kind],
        [
            Column("name", titles[kind], "text"),
            Column("members", words("members_word"), "count"),
            Column("share", words("share"), "rate"),
            Column("share_before", words("profile_share_before"), "rate"),
            Column("redeeming", words("profile_redeemed"), "rate"),
            Column("redemptions_each", words("profile_each"), "quantity"),
            Column("points", words("points_of_year"), "count", is_on_page=False),
            Column("share_of_points", words("share_of_points"), "rate"),
        ],
    )


def favourites_table(words: Words, tastes: pd.DataFrame) -> Table:
    """Return what each segment likes more than others do. `tastes` is what `profile_names.named_tastes` returned."""
    of_all = tastes[tastes["segment"] == "all"].set_index(["taste_kind", "taste"])["share"].rename("of_all")
    rows = tastes[(tastes["segment"] != "all") & (tastes["taste_kind"] == "category")]
    rows = rows.join(of_all, on=["taste_kind", "taste"])
    rows = rows.assign(more=rows["share"] - rows["of_all"])
    rows = rows.sort_values(["segment_name", "share", "taste"], ascending=[True, False, True])
    return Table(
        "favourites",
        words("profile_favourites"),
        rows.groupby("segment_name", sort=False).head(3),
        [
            Column("segment_name", words("segment"), "text"),
            Column("taste_name", words("category"), "text"),
            Column("members", words("members_word"), "count"),
            Column("lines", words("redemptions"), "count"),
            Column("share", words("share_of_redemptions"), "rate"),
            Column("more", words("profile_more"), "change"),
        ],
    )


def comparison_table(words: Words, year: int, rows: pd.DataFrame, everybody: pd.Series) -> Table:
    """Return the year beside the one before; what is not known of it is left open."""
    before = everybody["before"]
    is_known = pd.notna(before) and before > 0
    lines = [
        (
            words("members_word"),
            words.count(everybody["members"]),
            words.count(before) if is_known else NOTHING,
        ),
        (
            words("profile_redeemed"),
            words.rate(everybody["redeeming"]),
            words.rate(everybody["redeemers_before"] / before) if is_known else NOTHING,
        ),
        (
            words("redemptions"),
            words.count(everybody["redemptions"]),
            words.count(everybody["redemptions_before"]) if is_known else NOTHING,
        ),
        (
            words("points_of_year"),
            words.count(everybody["points"]),
            words.count(everybody["points_before"]) if is_known else NOTHING,
        ),
    ]
    stages = rows[rows["group_kind"] == "stage"]
    lines += [
        (
            row["name"],
            words.rate(row["share"]),
            words.rate(row["share_before"]) if is_known and pd.notna(row["share_before"]) else NOTHING,
        )
        for _, row in stages.iterrows()
    ]
    return Table(
        "comparison",
        words("profile_comparison"),
        pd.DataFrame(lines, columns=["what", "now", "before"]),
        [
            Column("what", words("report_what"), "text"),
            Column("now", str(year), "text"),
            Column("before", str(year - 1), "text"),
        ],
    )
