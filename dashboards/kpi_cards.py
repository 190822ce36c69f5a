"""How a figure is told: the sentence that answers the page, and its card."""

from datetime import date
from typing import Literal

import streamlit as st

from dashboards.kpis import Figure
from dashboards.words import Words, is_nought

# The name of a figure, what it is and what it is compared with break into lines instead of ending in dots; a long one
# is written smaller first.
WHOLE_NAMES = (
    '<style>[data-testid="stMetricLabel"], [data-testid="stMetricLabel"] * '
    "{ white-space: normal !important; overflow: visible; height: auto; }"
    ' div:has(> [data-testid="stMetricDelta"]) { flex-wrap: wrap; }'
    ' [data-testid="stMetric"] { container-type: inline-size; }'
    ' [data-testid="stMetricValue"], [data-testid="stMetricValue"] * '
    "{ white-space: normal !important; overflow: visible; }"
    ' [data-testid="stMetricValue"] { font-size: clamp(1.25rem, 12cqi, 1.75rem); }</style>'
)
# How the first figure stands, by whether it meets its target; None: it is not judged.
_ANSWERS = {True: "answer_above", False: "answer_below", None: "answer_unjudged"}


def headline(words: Words, month: date, shown: list[Figure]) -> str:
    """Return the answer of the page: how the first figure stands, which miss their target, which are not judged."""
    first = shown[0]
    judged = [figure for figure in shown if figure.meets_target is not None]
    missed = [figure.name for figure in judged if not figure.meets_target]
    sentences = []
    if first.value is not None:
        sentences.append(
            words(
                _ANSWERS[first.meets_target],
                month=words.month(month),
                name=first.name,
                value=words.rate(first.value),
                target=words.goal(first.target),
            )
            + ("" if first.change is None else words("answer_change", change=words.change(first.change)))
            + words("full_stop")
        )
    if judged:
        sentences.append(
            words(
                "some_missed",
                met=len(judged) - len(missed),
                count=len(judged),
                names=words("and").join(missed),
            )
            if missed
            else words("all_met", count=len(judged))
        )
    small = [figure.name for figure in shown if figure.value is not None and figure.is_small]
    if small:
        sentences.append(words("too_few_to_judge", names=words("and").join(small)))
    unknown = [figure.name for figure in shown if figure.value is None]
    if unknown:
        sentences.append(words("unknown_yet", names=words("and").join(unknown)))
    return words("between_sentences").join(sentences)


def show_card(words: Words, figure: Figure) -> None:
    """Show one figure with its target, change, course, sample and definition."""
    colour, value, state = _state(words, figure)
    with st.container(border=True, height="stretch"):
        st.metric(
            figure.name,
            value,
            None if figure.change is None else words.change(figure.change),
            delta_color=colour,
            delta_arrow="off"
            if figure.change is None or is_nought(figure.change)
            else ("up" if figure.change > 0 else "down"),
            delta_description=None if figure.change is None else words("against_last_month"),
            help=f"{figure.definition}\n\n{figure.numerator_name} {figure.numerator:,} ÷ "
            f"{figure.denominator_name} {figure.denominator:,}",
            chart_data=figure.history if len(figure.history) > 1 else None,
        )
        target = words("target", target=words.goal(figure.target))
        # Two spaces before the line's end break it.
        st.caption(f"{target} · {state}  \n{figure.denominator_name} {words.count(figure.n)}")


def standing(words: Words, figure: Figure) -> str:
    """Return how a figure stands against its target, or why it is not judged."""
    if figure.value is None:
        return words("nothing_yet")
    if figure.is_small:
        return words("small_sample")
    if not figure.is_judged:
        return words("target_of_all")
    if not figure.is_over:
        return words("target_when_over")
    return words("target_met") if figure.meets_target else words("target_missed")


def _state(words: Words, figure: Figure) -> tuple[Literal["gray", "primary", "orange"], str, str]:
    """Return the colour, the value and the judgement of a figure; the colour never says it alone."""
    value, told = words.rate(figure.value), standing(words, figure)
    if figure.value is None:
        return "gray", value, told
    if figure.is_small:
        return "gray", f":gray[{value}]", told
    return ("orange" if figure.meets_target is False else "primary"), value, told
