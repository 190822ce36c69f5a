"""The rows behind the page of items, and what to do about them first."""

import pandas as pd

from dashboards.downloads import Column
from dashboards.items_words import class_names, named_bands, reason_names, remedies
from dashboards.next_steps import Step
from dashboards.tables import Table
from dashboards.words import Words, literally


def tables(words: Words, rows: pd.DataFrame, improve: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page: items to improve, all items, price bands."""
    reasons, cures, classes = reason_names(words), remedies(words), class_names(words)
    money = [
        Column("view_count", words("views"), "count"),
        Column("redemption_count", words("redemptions"), "count"),
        Column("redemption_rate", words("redemption_rate"), "rate"),
    ]
    stock = [
        Column("listed_days", words("listed_days"), "count"),
        Column("stocked_out_days", words("stocked_out_days"), "count"),
        Column("answer_count", words("answer_count"), "count"),
        Column("mean_score", words("mean_score"), "quantity"),
        Column("price_points", words("price_points"), "count"),
    ]
    return [
        Table(
            "improve",
            words("items_to_improve"),
            improve.assign(reason=improve["reason"].map(reasons), remedy=improve["reason"].map(cures)),
            [
                Column("improvement_rank", words("rank"), "count"),
                Column("name", words("item"), "text"),
                Column("reason", words("reason"), "text"),
                Column("remedy", words("remedy"), "text"),
                Column("category", words("category"), "text"),
                *money,
                Column("tenant_redemption_rate", words("rate_of_all"), "rate"),
                *stock,
                Column("peer_price_points", words("peer_price_points"), "count"),
            ],
        ),
        Table(
            "items",
            words("all_items"),
            rows.assign(item_class=rows["class"].map(classes)),
            [
                Column("name", words("item"), "text"),
                Column("category", words("category"), "text"),
                Column("item_class", words("item_class"), "text"),
                *money,
                Column("quantity", words("quantity"), "count"),
                Column("points", words("points_word"), "count"),
                *stock,
            ],
        ),
        Table(
            "bands",
            words("price_bands"),
            named_bands(words, rows),
            [
                Column("name", words("price_band"), "text"),
                Column("items", words("items_word"), "count"),
                Column("views", words("views"), "count"),
                Column("redemptions", words("redemptions"), "count"),
                Column("rate", words("redemption_rate"), "rate"),
                Column("share", words("share_of_redemptions"), "rate"),
                Column("share_of_points", words("share_of_points"), "rate"),
            ],
        ),
    ]


def first_steps(words: Words, improve: pd.DataFrame) -> list[Step]:
    """Return one step for each reason, the commonest first, with the items it is about."""
    cures = remedies(words)
    return [
        Step(
            words(
                "improve_step",
                remedy=cures[str(reason)],
                items=words("and").join(
                    literally(name) for name in improve[improve["reason"] == reason]["name"].head(3)
                ),
                count=int(count),
            ),
            "stock" if reason == "out_of_stock" else None,
        )
        for reason, count in improve["reason"].value_counts().items()
    ]
