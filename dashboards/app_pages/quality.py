"""预测质量 Forecast quality: can I trust it?"""

from typing import Literal, cast

import pandas as pd
import streamlit as st

from dashboards import quality, quality_charts
from dashboards.address import from_address, to_address
from dashboards.categories import with_category_names
from dashboards.downloads import Column, file_name
from dashboards.forecasts import Level
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.marts import Record, records
from dashboards.model_names import model_name
from dashboards.page import open_marts, show_as_of, show_rows
from dashboards.reader import require_visitor, words_of_reader
from dashboards.words import Words, literally

# Fewer series and days than this say little about a share.
_SMALL = 30
_WANTED_COVERAGE = 0.9
_SHOWN_ITEMS = 15


def known(value: float | None) -> float | None:
    """Return a value, None if it is missing."""
    return None if pd.isna(value) else value


def answer(words: Words, rows: pd.DataFrame) -> str:
    """Return the sentence of the page: how the newest holiday went, and in how many the model was better."""
    newest = records(rows)[0]
    about = words(
        "quality_answer",
        name=literally(newest[f"name_{words.language}"]),
        day=words.day(newest["holiday_date"]),
        error=words.rate(newest["wape"]),
        baseline=words.rate(known(newest["baseline_wape"])),
        coverage=words.rate(newest["coverage_90"]),
    )
    measured = rows["wape_gain"].dropna()
    if measured.empty:
        return about
    better = words("quality_better", better=int((measured > 0).sum()), n=len(measured))
    return about + words("between_sentences") + better


def show_cards(words: Words, newest: Record) -> None:
    """Show error, coverage, bias and sample of a holiday."""
    st.html(WHOLE_NAMES)
    error, coverage, bias, sample = st.columns(4)
    gain = known(newest["wape_gain"])
    is_small = newest["n"] < _SMALL
    colour: Literal["gray", "primary", "orange"] = (
        "gray" if gain is None or is_small else "primary" if gain > 0 else "orange"
    )

    def shown(value: str) -> str:
        return f":gray[{value}]" if is_small else value

    with error, st.container(border=True, height="stretch"):
        st.metric(
            words("error_wape"),
            shown(words.rate(newest["wape"])),
            None
            if gain is None
            else words("error_saved" if gain >= 0 else "error_added", share=words.rate(abs(gain))),
            delta_color=colour,
            delta_arrow="off",
            help=words("past_error_meaning"),
        )
        st.caption(words("baseline_error", value=words.rate(known(newest["baseline_wape"]))))
    with coverage, st.container(border=True, height="stretch"):
        st.metric(
            words("metric_coverage_90").capitalize(),
            shown(words.rate(newest["coverage_90"])),
            help=words("coverage_meaning"),
        )
        state = "coverage_narrow" if newest["coverage_90"] < _WANTED_COVERAGE else "coverage_wide"
        judged = words("small_sample") if is_small else words(state)
        st.caption(f"{words('coverage_wanted')} · {judged}")
    with bias, st.container(border=True, height="stretch"):
        value = newest["bias"]
        st.metric(
            words("metric_bias").capitalize(),
            shown(words.signed(value, words.rate(abs(value)))),
            help=words("bias_meaning"),
        )
        st.caption(words("bias_high" if value > 0 else "bias_low"))
    with sample, st.container(border=True, height="stretch"):
        st.metric(words("scored_values"), words.count(newest["n"]), help=words("scored_values_meaning"))
        small = words("small_sample") if is_small else words("units_asked", n=words.count(newest["demand"]))
        st.caption(small)


def show_plans(words: Words, scored: pd.DataFrame) -> None:
    """Show what came of a plan that was approved: forecast, actual, order, and what it cost."""
    labels = {
        row["plan_id"]: f"{row[f'name_{words.language}']} {words.day(row['first_day'])}"
        for row in records(scored)
    }
    newest = next(iter(labels))
    plan_id = st.selectbox(
        words("past_plan"),
        list(labels),
        list(labels).index(from_address("plan", list(labels), newest)),
        format_func=lambda key: labels[key],
        key="plan",
        width=320,
    )
    to_address("plan", plan_id, newest)
    of_plan = next(row for row in records(scored) if row["plan_id"] == plan_id)
    st.markdown(
        words(
            "plan_came_to",
            name=literally(labels[plan_id]),
            quantity=words.count(of_plan["quantity"]),
            forecast=words.count(of_plan["forecast"]),
            demand=words.count(of_plan["demand"]),
            lost=words.count(of_plan["lost"]),
            left=words.count(of_plan["left_over"]),
            cost=words.money(of_plan["cost_fen"]),
            without=words.money(of_plan["cost_without_fen"]),
            hindsight=words.money(of_plan["cost_hindsight_fen"]),
            inside=words.rate(of_plan["inside_share"]),
            n=words.count(of_plan["line_count"]),
        )
    )
    lines = with_category_names(marts, quality.scored_lines(marts, plan_id), words.language)
    st.altair_chart(
        quality_charts.outcomes(
            lines.head(_SHOWN_ITEMS),
            labels={
                "item": words("item"),
                "forecast": words("mean"),
                "low": words("q05"),
                "high": words("q95"),
                "demand": words("asked_for"),
                "order": words("ordered_units"),
            },
        ),
        alt=words("outcomes_alt", name=labels[plan_id]),
    )
    st.caption(words("outcomes_legend", n=min(len(lines), _SHOWN_ITEMS), all=len(lines)))
    show_rows(
        words,
        lines.assign(
            cost=lines["cost_fen"] / 100,
            cost_without=lines["cost_without_fen"] / 100,
            cost_hindsight=lines["cost_hindsight_fen"] / 100,
            inside=[words("yes") if inside else words("no") for inside in lines["is_inside"]],
        ),
        [
            Column("name", words("item"), "text"),
            Column("category", words("category"), "text"),
            Column("forecast", words("mean"), "quantity"),
            Column("demand_q05", words("q05"), "quantity"),
            Column("demand_q95", words("q95"), "quantity"),
            Column("demand", words("asked_for"), "quantity"),
            Column("inside", words("is_inside"), "text"),
            Column("proposed_quantity", words("proposed_pieces"), "count"),
            Column("quantity", words("ordered_units"), "count"),
            Column("hindsight_quantity", words("hindsight_units"), "quantity"),
            Column("lost", words("lost_units"), "quantity"),
            Column("left_over", words("left_units"), "quantity"),
            Column("cost", words("loss_yuan"), "money"),
            Column("cost_without", words("loss_without"), "money"),
            Column("cost_hindsight", words("loss_hindsight"), "money"),
        ],
        file_name=file_name("pointmart-plan-outcome", labels[plan_id]),
        title=words("outcome_rows"),
        key="_plan",
    )


words = words_of_reader()
visitor = require_visitor(words)
marts = open_marts(words, visitor)

st.title(words("quality_page"), anchor=False)
show_as_of(words, marts.release)
levels = quality.scored_levels(marts)
level_names: dict[Level, str] = {
    "tenant": words("whole_mall"),
    "category": words("by_category"),
    "item": words("by_item"),
}
if levels:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        level = cast(
            Level,
            st.segmented_control(
                words("level"),
                levels,
                default=from_address("level", levels, levels[0]),
                required=True,
                format_func=lambda key: level_names[cast(Level, key)],
                key="level",
            ),
        )
    to_address("level", level, levels[0])
    rows = quality.accuracy(marts, level)
    st.subheader(answer(words, rows), anchor=False, help=words("quality_window"))
    show_cards(words, records(rows)[0])
    st.subheader(words("errors_by_holiday"), anchor=False)
    named = rows.assign(
        name=[f"{row[f'name_{words.language}']} {row['holiday_date']:%Y-%m-%d}" for row in records(rows)]
    )
    st.altair_chart(
        quality_charts.errors(
            named,
            labels={
                "holiday": words("holiday"),
                "model": words("error_wape"),
                "baseline": words("model_seasonal_naive"),
                "coverage": words("metric_coverage_90"),
                "n": words("scored_values"),
            },
        ),
        alt=words("errors_alt"),
    )
    st.caption(words("errors_legend"))
    show_rows(
        words,
        named.assign(model_name=[model_name(words, model) for model in named["model"]]),
        [
            Column(f"name_{words.language}", words("holiday"), "text"),
            Column("holiday_date", words("day"), "date"),
            Column("wape", words("error_wape"), "rate"),
            Column("baseline_wape", words("baseline_wape"), "rate"),
            Column("wape_gain", words("error_saving"), "rate"),
            Column("coverage_90", words("metric_coverage_90").capitalize(), "rate"),
            Column("baseline_coverage_90", words("baseline_coverage"), "rate"),
            Column("bias", words("metric_bias").capitalize(), "rate"),
            Column("demand", words("units_scored"), "quantity"),
            Column("n", words("scored_values"), "count"),
            Column("model_name", words("model"), "text"),
            Column("judged_until", words("judged_until"), "date"),
        ],
        file_name=file_name("pointmart-forecast-quality", level, marts.release.release_id),
    )
else:
    st.info(words("no_accuracy"), icon=":material/hourglass_empty:")

st.subheader(words("plans_afterwards"), anchor=False)
scored = quality.scored_plans(marts)
if scored.empty:
    st.info(words("no_scored_plans"), icon=":material/hourglass_empty:")
else:
    show_plans(words, scored)
