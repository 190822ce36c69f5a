"""How items are told: the answer, cards and charts."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards import items, items_charts
from dashboards.definitions import Definitions
from dashboards.group_bars import group_bars
from dashboards.items_words import class_names, named_bands, reason_names
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.plain_cards import show_plain_card
from dashboards.rates import Rate
from dashboards.words import NOTHING, Words

_PER_ROW_NAMES = 8


def answer(words: Words, month: date, rate: Rate | None, improve: pd.DataFrame, against: str) -> str:
    """Return how well items are redeemed, and how many should change for which main reason."""
    sentences = []
    if rate is not None and rate.value is not None:
        told = words("items_answer", month=words.month(month), rate=words.rate(rate.value))
        if rate.compared is not None:
            moved = words.change(rate.value - rate.compared)
            told += words("answer_against", against=against, change=moved)
        sentences.append(told + words("full_stop"))
    if improve.empty:
        sentences.append(words("nothing_to_improve"))
    else:
        reasons = improve["reason"].value_counts()
        sentences.append(
            words(
                "items_to_improve_answer",
                count=len(improve),
                most=int(reasons.iloc[0]),
                reason=reason_names(words)[str(reasons.index[0])],
            )
        )
    return words("between_sentences").join(sentences)


def show_cards(
    words: Words,
    define: Definitions,
    rate: Rate | None,
    empty: Rate | None,
    improve: pd.DataFrame,
    mix: pd.Series | None,
    against: str,
) -> None:
    """Show redemption and stock-out rate, how many items to improve, and the mix of the catalogue."""
    st.html(WHOLE_NAMES)
    places = st.columns(4)
    for place, figure in zip(places, (rate, empty), strict=False):
        with place:
            show_rate(words, figure, against)
    with places[2]:
        show_plain_card(
            words,
            words("items_to_improve"),
            words.count(len(improve)),
            words("items_to_improve_note"),
            meaning=define("items_to_improve"),
        )
    with places[3]:
        shares = None if mix is None or not mix["offers"] else items.mix(mix)
        goal = " / ".join(f"{items.MIX[name] * 100:.0f}" for name in items.CLASSES)
        show_plain_card(
            words,
            words("catalogue_mix"),
            NOTHING if shares is None else " / ".join(f"{share * 100:.0f}" for share in shares.values()),
            words("mix_target", goal=goal, offers=words.count(0 if mix is None else mix["offers"])),
            meaning=define("catalogue_mix"),
        )


def show_rate(words: Words, figure: Rate | None, against: str) -> None:
    """Show one published rate with its target if it has one."""
    if figure is None:
        show_plain_card(words, words("value"), NOTHING, words("nothing_yet"), meaning=words("nothing_yet"))
        return
    notes = [f"{figure.denominator_name} {words.count(figure.denominator)}"]
    if figure.target is not None:
        text = words("target_ceiling" if figure.is_ceiling else "target", target=words.goal(figure.target))
        states = {True: words("target_met"), False: words("target_missed_either_way")}
        state = figure.meets_target
        notes.insert(0, text if state is None else f"{text} · {states[state]}")
    is_known = figure.value is not None and figure.compared is not None
    show_plain_card(
        words,
        figure.name,
        words.rate(figure.value),
        "  \n".join(notes),
        meaning=f"{figure.definition}\n\n{figure.numerator_name} {figure.numerator:,} ÷ "
        f"{figure.denominator_name} {figure.denominator:,}",
        change=words.change((figure.value or 0) - (figure.compared or 0)) if is_known else None,
        against=against,
        is_small=figure.value is not None and figure.is_small,
    )


def show_quadrant(words: Words, rows: pd.DataFrame) -> None:
    """Draw redemption against exposure, and say where to look. `rows` is what `items.performance` returned."""
    st.subheader(words("quadrant"), anchor=False)
    seen = rows[(rows["view_count"] > 0) & (rows["listed_days"] > 0)]
    if len(seen) < 2:
        st.info(words("too_few_seen"), icon=":material/hourglass_empty:")
        return
    kind = seen["is_to_improve"].map({True: "improve", False: "usual"})
    drawn = pd.DataFrame(
        {
            "name": seen["name"],
            "category": seen["category"],
            "views": seen["view_count"],
            "rate": seen["redemption_rate"],
            "told_rate": [words.rate(rate) for rate in seen["redemption_rate"]],
            "kind": kind.where(seen["view_count"] >= items.SMALL_VIEWS, "small"),
        }
    )
    labels = {
        "item": words("item"),
        "category": words("category"),
        "views": words("views"),
        "rate": words("redemption_rate"),
        "improve": words("items_to_improve"),
        "usual": words("items_usual"),
        "small": words("items_small", views=items.SMALL_VIEWS),
        "much_high": words("corner_much_high"),
        "much_low": words("corner_much_low"),
        "little_high": words("corner_little_high"),
        "little_low": words("corner_little_low"),
    }
    st.altair_chart(
        items_charts.quadrant(drawn, labels=labels, numbers=words.axis_numbers), alt=words("quadrant_alt")
    )
    st.caption(
        words("quadrant_legend", n=words.count(len(drawn)), unseen=words.count(len(rows) - len(drawn)))
    )


def show_groups(words: Words, rows: pd.DataFrame) -> None:
    """Draw the redemption rate by band of price and by category."""
    left, right = st.columns(2)
    with left:
        st.subheader(words("rates_by_band"), anchor=False)
        bands = named_bands(words, rows)
        _show_group(words, bands, words("price_band"), words("price_bands_alt"))
    with right:
        st.subheader(words("rates_by_category"), anchor=False)
        by_category = items.groups(rows, "category").sort_values("views", ascending=False)
        named = by_category.assign(name=by_category["category"]).head(_PER_ROW_NAMES)
        _show_group(words, named, words("category"), words("rates_by_category_alt"))


def _show_group(words: Words, rows: pd.DataFrame, group: str, alt: str) -> None:
    if rows["rate"].isna().all():
        st.info(words("nothing_viewed"), icon=":material/hourglass_empty:")
        return
    notes = [
        words("group_note", items=words.count(count), share=words.rate(share))
        for count, share in zip(rows["items"], rows["share"], strict=True)
    ]
    is_small = rows["views"] < items.SMALL_VIEWS
    labels = {"group": group, "rate": words("redemption_rate")}
    st.altair_chart(group_bars(words, rows["name"], rows["rate"], notes, is_small, **labels), alt=alt)
    st.caption(words("rates_n", n=words.count(rows["views"].sum()), few=items.SMALL_VIEWS))


def show_mix(words: Words, define: Definitions, catalogue: pd.DataFrame) -> None:
    """Draw the mix of the catalogue month by month. `catalogue` is part of what `items.catalogue` returned."""
    st.subheader(words("catalogue_mix_course"), anchor=False, help=define("catalogue_mix"))
    listed = catalogue[catalogue["offers"] > 0]
    if listed.empty:
        st.info(words("nothing_listed"), icon=":material/hourglass_empty:")
        return
    names = class_names(words)
    drawn = pd.DataFrame(
        [
            {
                "month": words.short_month(row["month"]),
                "kind": names[kind],
                "share": share,
                "told": f"{words.rate(share)} ({words.count(row[kind])})",
                "place": place,
            }
            for _, row in listed.iterrows()
            for place, (kind, share) in enumerate(items.mix(row).items())
        ]
    )
    edges = pd.DataFrame({"edge": [items.MIX["staple"], items.MIX["staple"] + items.MIX["quality"]]})
    labels = {"month": words("month"), "class": words("item_class"), "share": words("share")}
    st.altair_chart(items_charts.mix(drawn, edges, labels=labels), alt=words("mix_alt"))
    st.caption(words("mix_legend"))
