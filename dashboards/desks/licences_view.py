"""How the platform's licences are told."""

import pandas as pd
import streamlit as st

from dashboards.desks import charts
from dashboards.downloads import Column
from dashboards.house_style import ACCENT, WARNING
from dashboards.next_steps import Step
from dashboards.tables import Table
from dashboards.words import NOTHING, Words, literally

_SHOWN = 15


def answer(words: Words, rows: pd.DataFrame) -> str:
    """Return which licence lapses first and when, and how many have open alerts."""
    waiting = rows[rows["is_open"]]
    if waiting.empty:
        return words("licences_none")
    first = waiting.iloc[0]
    left = int(first["days_left"])
    told = words(
        "licences_answer",
        n=words.count(len(waiting)),
        kind=kind_name(words, first["kind"]),
        day=words.day(first["expires_date"]),
    )
    return told + (words("licence_left", days=left) if left >= 0 else words("licence_lapsed", days=-left))


def kind_name(words: Words, kind: str) -> str:
    """Return what a licence allows."""
    names = {
        "value_added_telecom": words("licence_value_added_telecom"),
        "internet_culture": words("licence_internet_culture"),
    }
    return names.get(kind, kind)


def show_licences(words: Words, rows: pd.DataFrame) -> None:
    """Draw how many days each licence with an open alert still lasts."""
    waiting = rows[rows["is_open"]].head(_SHOWN)
    if waiting.empty:
        return
    st.subheader(words("licences_by_days"), anchor=False)
    has_lapsed = waiting["days_left"] < 0
    kinds = {True: words("licence_is_over"), False: words("licence_lasts")}
    # Numbers are long: they stand beside the names only where names would be the same.
    is_alone = not waiting["kind"].duplicated().any()
    drawn = pd.DataFrame(
        {
            "name": [
                kind_name(words, kind) if is_alone else f"{kind_name(words, kind)} {number}"
                for kind, number in zip(waiting["kind"], waiting["licence_number"], strict=True)
            ],
            "kind": has_lapsed.map(kinds),
            "count": waiting["days_left"].abs(),
        }
    )
    colours = {kinds[False]: ACCENT, kinds[True]: WARNING}
    labels = {"name": words("licence"), "kind": words("state"), "count": words("days_word")}
    st.altair_chart(
        charts.counts(drawn, colours, labels=labels, numbers=words.axis_numbers), alt=words("licences_alt")
    )


def tables(words: Words, rows: pd.DataFrame) -> list[Table]:
    """Return the rows behind the page of licences."""
    return [
        Table(
            "licences",
            words("licences_title", n=words.count(len(rows))),
            rows.assign(
                kind=[kind_name(words, kind) for kind in rows["kind"]],
                state=[
                    _state(
                        words, is_renewed=bool(is_renewed), days_left=int(days_left), is_open=bool(is_open)
                    )
                    for is_renewed, days_left, is_open in zip(
                        rows["is_renewed"], rows["days_left"], rows["is_open"], strict=True
                    )
                ],
                seen=[
                    NOTHING if not is_open else words("yes") if is_seen else words("no")
                    for is_open, is_seen in zip(rows["is_open"], rows["is_seen"], strict=True)
                ],
            ),
            [
                Column("kind", words("licence"), "text"),
                Column("licence_number", words("licence_number"), "text"),
                Column("holder", words("licence_holder"), "text"),
                Column("expires_date", words("valid_until"), "date"),
                Column("days_left", words("days_until"), "count"),
                Column("state", words("state"), "text"),
                Column("seen", words("is_seen"), "text"),
                Column("valid_from", words("valid_from"), "date"),
                Column("corrected", words("licence_corrections"), "count"),
            ],
            is_of_now=True,
        )
    ]


def _state(words: Words, *, is_renewed: bool, days_left: int, is_open: bool) -> str:
    if is_renewed:
        return words("alert_closed")
    if days_left < 0:
        return words("licence_has_lapsed")
    return words("alert_open") if is_open else words("licence_is_valid")


def steps(words: Words, rows: pd.DataFrame) -> list[Step]:
    """Return what to renew first."""
    waiting = rows[rows["is_open"]].head(2)
    return [
        Step(
            words(
                "step_renew_licence",
                kind=kind_name(words, row["kind"]),
                number=literally(row["licence_number"]),
                day=words.day(row["expires_date"]),
            )
        )
        for row in waiting.to_dict("records")
    ]
