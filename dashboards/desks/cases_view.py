"""How after-sales cases are told: the answer, cards, charts and rows."""

from datetime import date

import pandas as pd
import streamlit as st

from dashboards.desks import charts
from dashboards.desks.case_words import case_reasons, outcome_names, state_names, type_names
from dashboards.desks.order_words import party_names
from dashboards.downloads import Column
from dashboards.house_style import ACCENT, SECOND, WARNING
from dashboards.items_view import show_rate
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.next_steps import Step
from dashboards.plain_cards import show_plain_card
from dashboards.rates import Rate
from dashboards.tables import Table
from dashboards.words import Words


def answer(words: Words, rows: pd.DataFrame) -> str:
    """Return how many cases wait for an answer or a decision, and how many are late."""
    if rows.empty:
        return words("cases_none")
    counts = rows["state"].value_counts()
    late = int(counts.get("late", 0))
    return words(
        "cases_answer",
        open=words.count(late + counts.get("open", 0)),
        late=words.count(late),
        answered=words.count(counts.get("answered", 0)),
    )


def show_cards(
    words: Words, rows: pd.DataFrame | None, answered: Rate | None, complaints: Rate | None, against: str
) -> None:
    """Show what waits now, and how cases were answered in the month."""
    st.html(WHOLE_NAMES)
    places = st.columns(4 if rows is not None else 2)
    if rows is not None:
        counts = rows["state"].value_counts()
        with places[0]:
            show_plain_card(
                words,
                words("cases_late"),
                words.count(counts.get("late", 0)),
                words("cases_open_note", n=words.count(counts.get("open", 0))),
                meaning=words("cases_late_meaning"),
            )
        with places[1]:
            show_plain_card(
                words,
                words("cases_to_decide"),
                words.count(counts.get("answered", 0)),
                words(
                    "cases_decided_note",
                    refunding=words.count(counts.get("refunding", 0)),
                    replacing=words.count(counts.get("replacing", 0)),
                ),
                meaning=words("cases_to_decide_meaning"),
            )
    for place, figure in zip(places[-2:], (answered, complaints), strict=True):
        with place:
            show_rate(words, figure, against)


def show_waiting(words: Words, rows: pd.DataFrame) -> None:
    """Draw what waits by reason, split by where it stands."""
    st.subheader(words("cases_by_reason"), anchor=False)
    if rows.empty:
        st.success(words("cases_none"), icon=":material/check_circle:")
        return
    grouped = rows.groupby(["reason", "state"]).size().reset_index(name="count")
    order = grouped.groupby("reason")["count"].sum().sort_values(ascending=False).index
    grouped = grouped.set_index("reason").loc[order].reset_index()
    states = state_names(words)
    drawn = grouped.assign(name=grouped["reason"].map(case_reasons(words)), kind=grouped["state"].map(states))
    colours = dict(zip(states.values(), (WARNING, ACCENT, SECOND, "#c9cdd3", "#9aa1ab"), strict=True))
    labels = {"name": words("desk_case_reason"), "kind": words("state"), "count": words("cases_word")}
    st.altair_chart(
        charts.counts(drawn, colours, labels=labels, numbers=words.axis_numbers, columns=2),
        alt=words("cases_alt"),
    )


def show_responsible(words: Words, rows: pd.DataFrame, month: date) -> None:
    """Draw who was responsible for the cases of a month that were decided."""
    decided = rows[rows["responsibility"].notna()]
    st.subheader(words("cases_by_party", month=words.month(month), n=words.count(len(decided))), anchor=False)
    if decided.empty:
        st.caption(words("cases_undecided", n=words.count(len(rows))))
        return
    grouped = decided.groupby("responsibility").size().sort_values(ascending=False).reset_index(name="count")
    drawn = grouped.assign(name=grouped["responsibility"].map(party_names(words)), kind=words("cases_word"))
    labels = {"name": words("desk_responsible"), "kind": words("state"), "count": words("cases_word")}
    st.altair_chart(
        charts.counts(drawn, {words("cases_word"): ACCENT}, labels=labels, numbers=words.axis_numbers),
        alt=words("cases_by_party_alt"),
    )


def tables(words: Words, rows: pd.DataFrame | None, opened: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page: the cases that wait if they are known, and those of the month."""
    types, reasons = type_names(words), case_reasons(words)
    of_month = Table(
        "opened",
        words("cases_of_month"),
        opened.assign(
            type=opened["type"].map(types),
            reason=opened["reason"].map(reasons),
            responsibility=opened["responsibility"].map(party_names(words)).fillna(""),
            outcome=opened["outcome"].map(outcome_names(words)).fillna(""),
            item=opened["item"].fillna(""),
            supplier_name=opened["supplier_name"].fillna(""),
        ),
        [
            Column("opened_date", words("opened_on"), "date"),
            Column("type", words("desk_case_type"), "text"),
            Column("reason", words("desk_case_reason"), "text"),
            Column("item", words("item"), "text"),
            Column("supplier_name", words("supplier"), "text"),
            Column("answer_hours", words("answer_hours"), "quantity"),
            Column("responsibility", words("desk_responsible"), "text"),
            Column("outcome", words("desk_case_outcome"), "text"),
            Column("case_id", words("case_id"), "text"),
        ],
    )
    if rows is None:
        return [of_month]
    live = Table(
        "waiting",
        words("cases_waiting", n=words.count(len(rows))),
        rows.assign(
            state=rows["state"].map(state_names(words)),
            type=rows["type"].map(types),
            reason=rows["reason"].map(reasons),
        ),
        [
            Column("left", words("hours_left"), "quantity"),
            Column("state", words("state"), "text"),
            Column("type", words("desk_case_type"), "text"),
            Column("reason", words("desk_case_reason"), "text"),
            Column("due", words("due_at_column"), "text"),
            Column("opened", words("opened_at_column"), "text"),
            Column("member", words("member_mark"), "text"),
            Column("case_id", words("case_id"), "text"),
            Column("redemption_id", words("redemption_id"), "text"),
        ],
        is_of_now=True,
    )
    return [live, of_month]


def steps(words: Words, rows: pd.DataFrame | None, opened: pd.DataFrame) -> list[Step]:
    """Return what to do next about what is late, and about what goes wrong most."""
    found: list[Step] = []
    if rows is not None and (rows["state"] == "late").any():
        found.append(Step(words("step_answer", n=words.count((rows["state"] == "late").sum()))))
    reasons = opened["reason"].value_counts()
    if len(reasons):
        found.append(
            Step(
                words(
                    "step_reason",
                    reason=case_reasons(words)[str(reasons.index[0])],
                    n=words.count(reasons.iloc[0]),
                ),
                "items",
            )
        )
    blamed = opened[opened["responsibility"] == "supplier"]["supplier_name"].dropna().value_counts()
    if len(blamed):
        found.append(
            Step(
                words("step_case_supplier", name=str(blamed.index[0]), n=words.count(blamed.iloc[0])),
                "suppliers",
            )
        )
    return found
