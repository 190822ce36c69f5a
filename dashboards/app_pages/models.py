"""模型卡 Model cards: which models are in use, and how far can they be trusted?"""

from typing import cast

import pandas as pd
import streamlit as st

from dashboards import charts, model_cards
from dashboards.address import from_address, to_address
from dashboards.downloads import Column, file_name
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.model_cards import Area, Card, Standing
from dashboards.model_names import is_rate, metric_name, model_name, parameter_name, parameter_value
from dashboards.model_words import (
    answer,
    decision,
    interval,
    judged_name,
    learnt_from,
    limits,
    measured,
    rival_title,
)
from dashboards.page import open_marts, show_as_of, show_rows
from dashboards.reader import require_visitor, words_of_reader
from dashboards.words import NOTHING, Words, literally

_PER_WINDOW = ("window_members", "window_lines"), ("window_series", "window_values")


def show_figures(words: Words, area: Area, card: Card | None, found: Standing | None) -> None:
    """Show what the model in use and its strongest baseline are worth, and what was learnt from."""
    st.html(WHOLE_NAMES)
    is_ranking = area == "ranking"
    places = st.columns(4 if card else 2)
    with places[0], st.container(border=True, height="stretch"):
        model = card.model if card else found.model if found else ""
        label = words("in_use", model=literally(model_name(words, model)))
        meaning = words("meaning_ranking" if is_ranking else "meaning_demand")
        st.metric(label, measured(words, area, found.value if found else None), help=meaning)
        if found:
            scored = words("scored_members" if is_ranking else "scored_series", n=words.count(found.n))
            st.caption(f"{interval(words, area, found.low, found.high)}  \n{scored}")
        else:
            st.caption(words("not_measured"))
    with places[1], st.container(border=True, height="stretch"):
        if found and found.baseline:
            label = rival_title(words, area, found.baseline)
            st.metric(label, measured(words, area, found.baseline_value), help=words("meaning_baseline"))
            st.caption(interval(words, area, found.baseline_low, found.baseline_high))
        else:
            st.metric(words("no_baseline"), NOTHING, help=words("meaning_baseline"))
            st.caption(words("not_measured"))
    if card is None:
        return
    counts = learnt_from(words, card)
    with places[2], st.container(border=True, height="stretch"):
        st.metric(words("learnt_from"), counts[0], help=words("meaning_learnt_from"))
        st.caption(words("and").join(counts[1:]))
    with places[3], st.container(border=True, height="stretch"):
        st.metric(words("learnt_until"), words.day(card.data.last), help=words("meaning_learnt_until"))
        age = words("age_at_training", days=words.count(int(card.limits["data_age_days"])))
        st.caption(f"{words('learnt_since', day=words.day(card.data.first))}  \n{age}")


def show_reasons(words: Words, area: Area, card: Card) -> None:
    """Show why the model is in use, by which windows, and where it ends."""
    st.subheader(words("why_in_use"), anchor=False)
    st.markdown(decision(words, area, card))
    units, rows = _PER_WINDOW[area == "demand"]
    windows = {
        words("window_data"): card.data,
        words("window_validation"): card.validation,
        words("window_test"): card.test,
    }
    st.dataframe(
        pd.DataFrame(
            [
                {
                    words("window"): name,
                    words("first_day"): str(window.first),
                    words("last_day"): str(window.last),
                    words(units): words.count(window.units),
                    words(rows): words.count(window.rows),
                }
                for name, window in windows.items()
                if window is not None
            ]
        ),
        hide_index=True,
        alt=words("why_in_use"),
        key="windows",
    )
    st.subheader(words("limits"), anchor=False)
    told = limits(words, card)
    st.markdown("\n".join(f"- {sentence}" for sentence in told) if told else words("no_limits"))
    with st.expander(words("parameters"), icon=":material/tune:"):
        if card.parameters:
            st.dataframe(
                pd.DataFrame(
                    {
                        words("parameter"): [parameter_name(words, name) for name in card.parameters],
                        words("value"): [parameter_value(value) for value in card.parameters.values()],
                    }
                ),
                hide_index=True,
                alt=words("parameters"),
                key="parameters",
            )
        else:
            st.markdown(words("no_parameters"))
    made = {"day": words.day(card.trained_on), "chosen": words.day(card.chosen_on)}
    st.caption(words("made_by", **made, version=literally(card.code_version), seed=card.seed))


words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)

st.title(words("models_page"), anchor=False)
show_as_of(words, marts.release)
area_names: dict[Area, str] = {"ranking": words("area_ranking"), "demand": words("area_demand")}
slice_names = {
    "all": words("slice_all"),
    "novel": words("slice_novel"),
    "category": words("category"),
    "item": words("item"),
}
with st.container(horizontal=True, vertical_alignment="bottom"):
    area = cast(
        Area,
        st.segmented_control(
            words("area"),
            list(area_names),
            default=from_address("area", list(area_names), "ranking"),
            required=True,
            format_func=lambda key: area_names[cast(Area, key)],
            key="area",
        ),
    )
    slices = model_cards.SLICES[area]
    slice_name = st.segmented_control(
        words("slice"),
        slices,
        default=from_address("slice", slices, slices[0]),
        required=True,
        format_func=lambda key: slice_names[key],
        key=f"slice_of_{area}",
        wrap=True,
    )
to_address("area", area, "ranking")
to_address("slice", slice_name, slices[0])

card = model_cards.card_of(marts, area, slice_name)
scores = model_cards.scores(marts, area, slice_name, card)
judged = model_cards.judged(scores, area)
found = model_cards.standing(judged, area, card)
if card is None and found is None:
    st.info(words("no_models"), icon=":material/hourglass_empty:")
    st.stop()
st.subheader(answer(words, area, slice_name, card, found), anchor=False)
if card is None:
    st.info(words("no_card"), icon=":material/history:")
show_figures(words, area, card, found)

if not judged.empty:
    metric = judged_name(words, area)
    st.subheader(words("all_models", metric=metric), anchor=False)
    st.altair_chart(
        charts.models(
            judged.assign(name=[model_name(words, model) for model in judged["model"]]),
            value_format=".1%" if area == "demand" else ".3f",
            value_label=metric,
            labels={"model": words("model"), "low": words("low"), "high": words("high")},
        ),
        alt=words("models_alt", metric=metric),
    )
    st.caption(words("models_legend"))
if card is not None:
    show_reasons(words, area, card)
if not scores.empty:
    show_rows(
        words,
        scores.assign(
            slice=slice_names[slice_name],
            model=[model_name(words, model) for model in scores["model"]],
            metric=[metric_name(words, metric, None) for metric in scores["metric"]],
            is_rate=[is_rate(metric) for metric in scores["metric"]],
            in_use=[words("yes") if is_released else words("no") for is_released in scores["is_released"]],
        ),
        [
            Column("slice", words("slice"), "text", is_on_page=False),
            Column("model", words("model"), "text"),
            Column("metric", words("metric"), "text"),
            Column("k", words("length"), "count"),
            Column("value", words("value"), "measure"),
            Column("low", words("low"), "measure"),
            Column("high", words("high"), "measure"),
            Column("n", words("sample"), "count"),
            Column("in_use", words("is_in_use"), "text"),
        ],
        file_name=file_name("pointmart-models", area, slice_name, marts.release.release_id),
    )
