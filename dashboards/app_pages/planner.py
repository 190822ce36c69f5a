"""节日备货 Holiday plan: how much of what, by when?"""

from typing import cast

import streamlit as st

from dashboards import charts, forecasts
from dashboards.address import from_address, to_address
from dashboards.downloads import Column, file_name
from dashboards.forecasts import Level
from dashboards.model_names import model_name
from dashboards.page import BUSINESS_ZONE, open_marts, show_as_of, show_rows
from dashboards.reader import require_visitor, words_of_reader
from dashboards.words import Words, literally


def model_sentence(words: Words, model: str, measured: tuple[float, float] | None) -> str:
    """Return how good the model was so far, against repeating the week before."""
    if model == forecasts.BASELINE:
        return words("model_is_baseline")
    name = literally(model_name(words, model))
    if measured is None:
        return words("model_not_measured", model=name)
    return words("model_measured", model=name, baseline=words.rate(measured[1]))


words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)

st.title(words("planner_page"), anchor=False)
show_as_of(words, marts.release)
level_names: dict[Level, str] = {"category": words("category"), "item": words("item")}
with st.container(horizontal=True, vertical_alignment="bottom"):
    level = cast(
        Level,
        st.segmented_control(
            words("level"),
            list(level_names),
            default=from_address("level", list(level_names), "category"),
            required=True,
            format_func=lambda key: level_names[key],
            key="level",
        ),
    )
    names = forecasts.series(marts, level)
    largest = next(iter(names), "")
    series_id = st.selectbox(
        level_names[level],
        list(names),
        list(names).index(from_address(level, list(names), largest)) if names else None,
        format_func=lambda key: names[key],
        key=level,
        width=360,
        disabled=not names,
        placeholder=words("no_forecast_short"),
        help=words("search_by_name"),
    )
to_address("level", level, "category")
if series_id is None:
    st.info(words("no_forecast"), icon=":material/hourglass_empty:")
    st.stop()
to_address(level, series_id, largest)

found = forecasts.forecast(marts, level, series_id)
measured = forecasts.errors(marts, level, found.model)
st.subheader(
    words(
        "expected",
        name=literally(names[series_id]),
        first=words.day(found.first_date),
        last=words.day(found.last_date),
        total=words.count(found.expected("mean")),
        low=words.count(found.expected("q05")),
        high=words.count(found.expected("q95")),
    ),
    anchor=False,
    help=words("interval_is_wide"),
)
if found.starts_long_before(marts.release.complete_until.astimezone(BUSINESS_ZONE).date()):
    st.info(words("starts_long_ago", day=words.day(found.origin_date)), icon=":material/history:")

cards = st.columns(3)
with cards[0], st.container(border=True, height="stretch"):
    st.metric(words("expected_total", days=len(found.days)), words.count(found.expected("mean")))
    st.caption(
        words("range", low=words.count(found.expected("q05")), high=words.count(found.expected("q95")))
    )
with cards[1], st.container(border=True, height="stretch"):
    before = found.history.tail(len(found.days))
    st.metric(words("issued_before", days=len(before)), words.count(before["quantity"].sum()))
    st.caption(words("days_out_of_stock", days=int((~before["is_in_stock"].astype(bool)).sum())))
with cards[2], st.container(border=True, height="stretch"):
    st.metric(
        words("past_error"), words.rate(measured[0] if measured else None), help=words("past_error_meaning")
    )
    st.caption(model_sentence(words, found.model, measured))

st.altair_chart(
    charts.fan(
        found.history,
        found.days,
        origin=found.origin_date,
        labels={
            "date": words("day"),
            "history": words("issued"),
            "out_of_stock": words("out_of_stock"),
            "forecast": words("median"),
            "low": words("q05"),
            "high": words("q95"),
            "origin": words("until", day=words.day(found.origin_date)),
        },
    ),
    alt=words("fan_alt", name=names[series_id]),
)
st.caption(words("fan_legend"))

show_rows(
    words,
    found.days.assign(level=level_names[level], name=names[series_id], model=model_name(words, found.model)),
    [
        Column("level", words("level_column"), "text", is_on_page=False),
        Column("name", words("name_column"), "text", is_on_page=False),
        Column("date", words("day"), "date"),
        Column("mean", words("mean"), "quantity"),
        Column("q05", words("q05"), "quantity"),
        Column("q50", words("median"), "quantity"),
        Column("q90", words("q90"), "quantity"),
        Column("q95", words("q95"), "quantity"),
        Column("model", words("model"), "text"),
        Column("origin_date", words("origin"), "date"),
    ],
    file_name=file_name("pointmart-forecast", names[series_id], found.origin_date),
)
