"""A case at the desk: what was said, an answer to the member, and a decision that is asked about before it is made."""

from dataclasses import dataclass
from datetime import datetime

import pandas as pd
import streamlit as st

from dashboards.address import from_address
from dashboards.desks import cases
from dashboards.desks.case_words import case_reasons, note_kinds, outcome_names, state_names, type_names
from dashboards.desks.desk import Desk
from dashboards.desks.order_words import party_names
from dashboards.desks.telling import act, clock_left, clock_time, moment, refusal
from dashboards.mall import MallAway, Refused, Told
from dashboards.words import Words, literally

# The decision that is about to be made: asked about before, whatever else is pressed meanwhile.
_ASKED = "case_asked"


@dataclass(frozen=True)
class Asked:
    """A decision about a case that was tried and is to be confirmed."""

    case_id: str
    decision: Told


def choose_case(words: Words, rows: pd.DataFrame) -> str:
    """Return the case the reader chose, the most urgent one unless the address names another."""
    states, reasons = state_names(words), case_reasons(words)
    names = {
        row["case_id"]: words(
            "case_label",
            state=states[row["state"]],
            reason=reasons[row["reason"]],
            mark=row["mark"],
            due=row["due"],
        )
        for row in rows.to_dict("records")
    }
    keys = list(names)
    if st.session_state.get("case") not in names:
        st.session_state["case"] = from_address("case", keys, keys[0])
    chosen = str(st.selectbox(words("case_word"), keys, format_func=lambda key: names[key], key="case"))
    st.query_params["case"] = chosen
    return chosen


def show_case(words: Words, desk: Desk, case_id: str, *, now: datetime) -> None:
    """Show a case with what was said, and let it be answered and decided."""
    try:
        case = desk.case(case_id)
    except (MallAway, Refused) as error:
        st.warning(refusal(words, error), icon=":material/error:")
        return
    with st.container(border=True):
        _show_facts(words, case, now)
        for note in case["notes"]:
            st.markdown(
                words(
                    "case_note",
                    kind=note_kinds(words)[note["kind"]],
                    by=literally(note["noted_by"]),
                    at=clock_time(moment(note["noted_at"])),
                    text=literally(note["text"]),
                )
            )
        if case["outcome"] is not None:
            key = "case_is_replacing" if case["outcome"] == "replace" else "case_is_refunding"
            st.info(words(key, reference=literally(case["reference"])))
            return
        left, right = st.columns(2)
        with left:
            _show_answer(words, desk, case)
        with right:
            _show_decision(words, desk, case)
        _confirm(words, desk, case_id)


def _show_facts(words: Words, case: Told, now: datetime) -> None:
    head = words(
        "case_head",
        type=type_names(words)[case["type"]],
        reason=case_reasons(words)[case["reason"]],
        redemption=case["redemption_id"],
        about=_about(words, case),
    )
    if case["answered_at"] is None:
        left = clock_left(words, moment(case["due_at"]), now)
        st.markdown(f"{head} · :{'red' if case['is_overdue'] else 'orange'}[{left}]")
    else:
        st.markdown(f"{head} · {words('case_was_answered', at=clock_time(moment(case['answered_at'])))}")


def _about(words: Words, case: Told) -> str:
    """Return what of its redemption a case is about."""
    if case["line_no"] is None:
        return words("case_of_all")
    if case["quantity"] is None:
        return words("case_of_line", line=str(case["line_no"]))
    return words("case_of_pieces", line=str(case["line_no"]), n=words.count(case["quantity"]))


def _show_answer(words: Words, desk: Desk, case: Told) -> None:
    case_id = case["case_id"]
    with st.form(f"answer_{case_id}", clear_on_submit=True):
        text = st.text_area(words("case_answer"), max_chars=2000, key=f"answer_text_{case_id}")
        if st.form_submit_button(words("case_send"), icon=":material/send:"):
            if not text.strip():
                st.warning(words("case_say_something"), icon=":material/edit:")
                return
            act(words, lambda: _answer(words, desk, case_id, text.strip()))
            st.rerun()


def _show_decision(words: Words, desk: Desk, case: Told) -> None:
    case_id = case["case_id"]
    outcomes, parties = outcome_names(words), party_names(words)
    with st.form(f"decision_{case_id}"):
        outcome = st.selectbox(
            words("desk_case_outcome"),
            cases.OUTCOMES,
            format_func=lambda key: outcomes[key],
            key=f"outcome_{case_id}",
        )
        party = st.selectbox(
            words("desk_responsible"),
            cases.PARTIES,
            format_func=lambda key: parties[key],
            key=f"party_{case_id}",
        )
        text = st.text_input(words("case_reasoning"), max_chars=500, key=f"reasoning_{case_id}")
        restock = st.checkbox(words("case_restock"), key=f"restock_{case_id}")
        if st.form_submit_button(words("case_decide"), icon=":material/gavel:"):
            if not text.strip():
                st.warning(words("case_say_why"), icon=":material/edit:")
                return
            decision = {
                "outcome": outcome,
                "responsibility": party,
                "text": text.strip(),
                "restock": restock and outcome == "refund",
            }
            st.session_state[_ASKED] = Asked(case_id, decision)  # fmt: skip


def _confirm(words: Words, desk: Desk, case_id: str) -> None:
    asked: Asked | None = st.session_state.get(_ASKED)
    if asked is None or asked.case_id != case_id:
        return
    with st.container(border=True):
        try:
            desk.decide(case_id, asked.decision, is_trial=True)
        except (MallAway, Refused) as error:
            st.warning(refusal(words, error), icon=":material/error:")
            st.button(words("cancel"), key="case_cancel", on_click=_forget)
            return
        outcome, party = asked.decision["outcome"], asked.decision["responsibility"]
        question = words(
            "case_question", outcome=outcome_names(words)[outcome], party=party_names(words)[party]
        )
        moves = {"refund": "case_question_refund", "replace": "case_question_replace"}
        st.markdown(question + (words(moves[outcome]) if outcome in moves else ""))
        with st.container(horizontal=True):
            if st.button(words("case_sure"), type="primary", key="case_sure"):
                if act(words, lambda: _decide(words, desk, asked)):
                    _forget()
                st.rerun()
            st.button(words("cancel"), key="case_cancel", on_click=_forget)


def _answer(words: Words, desk: Desk, case_id: str, text: str) -> str:
    desk.answer(case_id, text)
    return words("case_answered_now")


def _decide(words: Words, desk: Desk, asked: Asked) -> str:
    desk.decide(asked.case_id, asked.decision)
    return words("case_decided_now", outcome=outcome_names(words)[asked.decision["outcome"]])


def _forget() -> None:
    st.session_state.pop(_ASKED, None)
