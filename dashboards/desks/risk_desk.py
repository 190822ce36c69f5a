"""A parked attempt at the desk: what the rules saw, and letting it go on or stopping it, with a reason."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import pandas as pd
import streamlit as st

from dashboards.address import from_address
from dashboards.desks import risk_words
from dashboards.desks.desk import Desk, Verdict
from dashboards.desks.telling import act, clock_left
from dashboards.marts import records
from dashboards.words import Words

_ASKED = "review_asked"


@dataclass(frozen=True)
class Asked:
    """A decision that is to be confirmed; its key makes it happen at most once, however often it is sent."""

    redemption_id: str
    verdict: Verdict
    reason: str
    key: str


def choose_attempt(words: Words, rows: pd.DataFrame) -> pd.Series:
    """Return the attempt the reader chose, the one whose time is over first unless the address names another."""
    keys = list(rows["redemption_id"])
    by_key = {row["redemption_id"]: row for row in records(rows)}
    if st.session_state.get("attempt") not in keys:
        st.session_state["attempt"] = from_address("attempt", keys, keys[0])

    def label(key: str) -> str:
        row = by_key[key]
        return words(
            "attempt_label",
            member=row["member"],
            points=words.count(row["points"]),
            score=int(row["score"]),
            at=row["at"],
        )

    chosen = str(st.selectbox(words("attempt"), keys, format_func=label, key="attempt"))
    st.query_params["attempt"] = chosen
    found: pd.Series = rows[rows["redemption_id"] == chosen].iloc[0]
    return found


def show_attempt(words: Words, desk: Desk, row: pd.Series, *, now: datetime) -> None:
    """Show what the rules saw of an attempt, and let it be decided."""
    with st.container(border=True):
        left = clock_left(words, row["until"], now)
        st.markdown(
            words(
                "attempt_head",
                member=row["member"],
                device=row["device"] or words("no_device"),
                points=words.count(row["points"]),
                score=int(row["score"]),
            )
            + f" · :orange[{left}]"
        )
        for rule in row["triggered"]:
            st.markdown(f"- {risk_words.triggered(words, rule)}")
        redemption_id = str(row["redemption_id"])
        with st.form(f"review_{redemption_id}"):
            reason = st.text_input(words("review_reason"), max_chars=500, key=f"reason_{redemption_id}")
            with st.container(horizontal=True):
                may_go_on = st.form_submit_button(words("review_approve"), icon=":material/check:")
                stop = st.form_submit_button(words("review_reject"), icon=":material/block:")
            if may_go_on or stop:
                if reason.strip():
                    verdict: Verdict = "approve" if may_go_on else "reject"
                    st.session_state[_ASKED] = Asked(redemption_id, verdict, reason.strip(), str(uuid4()))
                else:
                    st.warning(words("review_say_why"), icon=":material/edit:")
        _confirm(words, desk, redemption_id)


def _confirm(words: Words, desk: Desk, redemption_id: str) -> None:
    asked: Asked | None = st.session_state.get(_ASKED)
    if asked is None or asked.redemption_id != redemption_id:
        return
    with st.container(border=True):
        questions = {"approve": words("review_approve_question"), "reject": words("review_reject_question")}
        st.markdown(questions[asked.verdict])
        with st.container(horizontal=True):
            if st.button(words("review_sure"), type="primary", key="review_sure"):
                # Sent again after an answer that was lost, it is the same decision under the same key.
                if act(words, lambda: _review(words, desk, asked)):
                    _forget()
                st.rerun()
            st.button(words("cancel"), key="review_cancel", on_click=_forget)


def _review(words: Words, desk: Desk, asked: Asked) -> str:
    desk.review(asked.redemption_id, asked.verdict, asked.reason, asked.key)
    return words("review_approved") if asked.verdict == "approve" else words("review_rejected")


def _forget() -> None:
    st.session_state.pop(_ASKED, None)
