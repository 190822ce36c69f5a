"""How the past is told of a draft: whom it reaches, what it would have given, and how far its budget goes."""

import streamlit as st

from dashboards.campaign_desk.draft import Draft
from dashboards.campaign_desk.estimate import Estimate, Past
from dashboards.daily_bars import daily_bars
from dashboards.house_style import ACCENT
from dashboards.kpi_cards import WHOLE_NAMES
from dashboards.plain_cards import show_plain_card
from dashboards.words import NOTHING, Words


def answer(words: Words, draft: Draft, found: Estimate) -> str:
    """Return what the draft would have given in the past and whether its budget would have done."""
    told = [_told(words, found, past, "estimate_answer" if place == 0 else "estimate_year_before")
            for place, past in enumerate(found.pasts)]  # fmt: skip
    if draft.budget is not None:
        told.append(_of_budget(words, draft.budget, found.pasts[0]))
    return words("between_sentences").join(told)


def show(words: Words, draft: Draft, found: Estimate) -> None:
    """Show what the past says, with its cards and the days of it."""
    newest = found.pasts[0]
    st.markdown(f"**{answer(words, draft, found)}**")
    st.html(WHOLE_NAMES)
    places = st.columns(4)
    cost = found.cost_fen(newest.points)
    share = newest.points / draft.budget if draft.budget else None
    with places[0]:
        show_plain_card(
            words,
            words("campaign_audience"),
            words.people(found.audience),
            words("audience_at_most") if found.is_most else words("audience_of_release"),
            meaning=words("campaign_audience_meaning"),
        )
    with places[1]:
        show_plain_card(
            words,
            words("members_given"),
            words.people(newest.members),
            words(
                "of_audience", rate=words.rate(newest.members / found.audience if found.audience else None)
            ),
            meaning=words("members_given_meaning"),
        )
    with places[2]:
        show_plain_card(
            words,
            words("points_given"),
            words.count(newest.points),
            words("points_cost_unknown") if cost is None else words("points_cost", cost=words.money(cost)),
            meaning=words("points_given_meaning"),
        )
    with places[3]:
        show_plain_card(
            words,
            words("budget_asked"),
            NOTHING if share is None else words.rate(share),
            words("no_budget_yet")
            if draft.budget is None
            else words("of_budget", points=words.count(draft.budget)),
            meaning=words("budget_asked_meaning"),
        )
    if newest.points:
        name = words("points_given")
        st.altair_chart(
            daily_bars(
                newest.daily.assign(kind=name).rename(columns={"points": "count"}),
                {name: ACCENT},
                labels={"date": words("day"), "kind": words("points_given"), "count": words("points_word")},
                numbers=words.axis_numbers,
            ),
            alt=words("estimate_alt"),
        )
    st.caption(words("estimate_caution"))


def _told(words: Words, found: Estimate, past: Past, key: str) -> str:
    cost = found.cost_fen(past.points)
    return words(
        key,
        first=words.day(past.first),
        last=words.day(past.last),
        members=words.people(past.members),
        points=words.count(past.points),
        cost="" if cost is None else words("about_cost", cost=words.money(cost)),
    )


def _of_budget(words: Words, budget: int, past: Past) -> str:
    day = past.lasts(budget)
    if day is not None:
        return words("budget_runs_out", day=day)
    return words("budget_does", rate=words.rate(past.points / budget))
