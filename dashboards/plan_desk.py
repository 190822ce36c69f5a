"""The desk at which a plan is edited, saved, approved or dismissed; who only looks sees the same table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from dashboards import plan_figures, plan_table, plan_words
from dashboards.mall import Decision, Edit, Mall, MallAway, Refused
from dashboards.plans import Plan
from dashboards.words import NOTHING, Words, literally

DECIDING_ROLES = ("planner", "enterprise_admin")

# What one looked at when one began to edit, so that nobody else's edits slip in under one's own.
_DESK = "plan_desk"
_TURN = "plan_turn"
_ASKED = "plan_decision_asked"
_NEWS = "plan_news"
_ROW, _HEAD, _MOST_ROWS = 35, 40, 12


@dataclass(frozen=True)
class Desk:
    """A plan at a revision, with its lines as they were then.

    Attributes:
        turn: how often edits were given up or saved; a table of another turn begins without any.
    """

    plan: Plan
    lines: pd.DataFrame
    turn: int

    @property
    def editor(self) -> str:
        """Return the key of the table in which this revision is edited."""
        return f"plan_lines_{self.plan.plan_id}_{self.plan.revision}_{self.turn}"

    @property
    def has_edits(self) -> bool:
        """Tell whether something was changed in the table and not saved."""
        return bool(st.session_state.get(self.editor, {}).get("edited_rows"))


def kept_desk(plan: Plan) -> Desk | None:
    """Return the desk with unsaved edits of a plan, at whichever revision they were begun."""
    kept: Desk | None = st.session_state.get(_DESK)
    is_same = kept is not None and kept.plan.plan_id == plan.plan_id and plan.plan_id is not None
    return kept if is_same and kept is not None and kept.has_edits else None


def open_desk(plan: Plan, lines: pd.DataFrame) -> Desk:
    """Return the desk of a plan as it is now."""
    desk = Desk(plan, lines, st.session_state.get(_TURN, 0))
    st.session_state[_DESK] = desk
    return desk


def show_news(words: Words) -> None:
    """Tell what the last thing that was done came to, once."""
    news = st.session_state.pop(_NEWS, None)
    if news is not None:
        kind, text = news
        {"done": st.success, "refused": st.error}[kind](
            text, icon=":material/check_circle:" if kind == "done" else ":material/error:"
        )


def show_table(words: Words, desk: Desk, *, may_edit: bool, today: date) -> pd.DataFrame:
    """Show the lines of a plan; return them as the table has them now."""
    shown = plan_table.shown(words, desk.lines)
    columns = plan_table.columns(words, desk.plan.holiday.last_day, today)
    height = _HEAD + _ROW * min(len(shown), _MOST_ROWS)
    if not may_edit:
        st.dataframe(
            shown, hide_index=True, column_config=columns, height=height, placeholder=NOTHING,
            alt=words("order_table"), key=f"{desk.editor}_read",
        )  # fmt: skip
        return desk.lines
    table = st.data_editor(
        shown,
        hide_index=True,
        column_config=columns,
        disabled=[name for name in shown.columns if name not in ("quantity", "order_by")],
        height=height,
        placeholder=NOTHING,
        alt=words("order_table"),
        key=desk.editor,
    )
    return plan_figures.edited_lines(desk.lines, table)


def show_changes(words: Words, desk: Desk, made: pd.DataFrame, *, mall: Mall, is_stale: bool) -> None:
    """Show what was changed since it was saved, whether the mall would take it, and save it or not."""
    changes = plan_figures.edits(desk.lines, made)
    if not changes:
        return
    problem = _problem(words, desk, made, changes, mall)
    with st.container(border=True):
        st.markdown(_summary(words, desk.lines, made, changes))
        st.dataframe(
            plan_table.differences(words, desk.lines, made),
            hide_index=True,
            placeholder=NOTHING,
            alt=words("changes"),
            key="plan_changes",
        )
        if is_stale:
            st.warning(words("edited_by_somebody_else"), icon=":material/sync_problem:")
        elif problem:
            st.warning(problem, icon=":material/error:")
        with st.container(horizontal=True):
            is_blocked = is_stale or problem is not None
            if st.button(
                words("save"), type="primary", icon=":material/save:", key="plan_save", disabled=is_blocked
            ):
                _do(words, desk, lambda: _save(words, desk, changes, mall))
            label = words("reload") if is_stale else words("discard")
            if st.button(label, icon=":material/undo:", key="plan_discard"):
                _forget(desk)
                st.rerun()


def show_decision(words: Words, desk: Desk, made: pd.DataFrame, *, mall: Mall, today: date) -> None:
    """Offer to approve or dismiss a plan, and ask again before doing it."""
    has_edits = bool(plan_figures.edits(desk.lines, made))
    asked: Decision | None = st.session_state.get(_ASKED)
    found = plan_figures.figures(desk.lines, today)
    with st.container(horizontal=True, vertical_alignment="center"):
        for decision, label, icon in (
            ("approved", words("approve"), ":material/task_alt:"),
            ("dismissed", words("dismiss"), ":material/block:"),
        ):
            if st.button(
                label,
                type="primary" if decision == "approved" and not has_edits else "secondary",
                icon=icon,
                key=f"plan_{decision}",
                disabled=has_edits,
                help=words("save_first") if has_edits else None,
            ):
                asked = st.session_state[_ASKED] = decision  # type: ignore[assignment]
    if asked is None or has_edits:
        return
    with st.container(border=True):
        st.markdown(_question(words, asked, desk, found))
        with st.container(horizontal=True):
            sure = words("approve_sure") if asked == "approved" else words("dismiss_sure")
            if st.button(sure, type="primary", key="plan_sure"):
                _do(words, desk, lambda: _decide(words, desk, asked, mall))
            if st.button(words("cancel"), key="plan_cancel"):
                del st.session_state[_ASKED]
                st.rerun()


def _summary(words: Words, lines: pd.DataFrame, made: pd.DataFrame, changes: list[Edit]) -> str:
    pieces = int(made["quantity"].sum() - lines["quantity"].sum())
    cost = float(made["cost_fen"].sum() - lines["cost_fen"].sum())
    return words(
        "changes_summary",
        n=words.count(len(changes)),
        before=words.count(lines["quantity"].sum()),
        after=words.count(made["quantity"].sum()),
        pieces=words.signed(pieces, words.count(abs(pieces))),
        cost_before=words.money(lines["cost_fen"].sum()),
        cost_after=words.money(made["cost_fen"].sum()),
        cost=words.signed(cost, words.money(abs(cost))),
    )


def _problem(
    words: Words,
    desk: Desk,
    made: pd.DataFrame,
    changes: list[Edit],
    mall: Mall,
) -> str | None:
    """Return why the changes cannot be saved as they are: what the table itself tells, else what the mall would say."""
    without_day = made[(made["quantity"] > 0) & made["order_by"].isna()]
    if not without_day.empty:
        return words("needs_a_day", item=literally(without_day["name"].iloc[0]))
    plan = desk.plan
    try:
        mall.edit(str(plan.plan_id), changes, if_revision=plan.revision, is_trial=True)
    except (Refused, MallAway) as error:
        return plan_words.refusal(words, error, desk.lines)
    return None


def _question(words: Words, decision: Decision, desk: Desk, found: plan_figures.Figures) -> str:
    if decision == "dismissed":
        return words("dismiss_question")
    asked = words(
        "approve_question",
        items=words.count(found.ordered),
        quantity=words.count(found.quantity),
        cost=words.money(found.cost_fen),
    )
    return asked + (words("approve_question_late", n=words.count(found.late)) if found.late else "")


def _do(words: Words, desk: Desk, act: Callable[[], str]) -> None:
    """Do something in the mall and show what came of it when the page has run again."""
    st.session_state.pop(_ASKED, None)
    try:
        st.session_state[_NEWS] = ("done", act())
    except (Refused, MallAway) as error:
        st.session_state[_NEWS] = ("refused", plan_words.refusal(words, error, desk.lines))
    st.rerun()


def _save(words: Words, desk: Desk, changes: list[Edit], mall: Mall) -> str:
    told = mall.edit(str(desk.plan.plan_id), changes, if_revision=desk.plan.revision)
    _forget(desk)
    return words("saved", n=words.count(len(changes)), quantity=words.count(told["quantity"]))


def _decide(words: Words, desk: Desk, decision: Decision, mall: Mall) -> str:
    told = mall.decide(str(desk.plan.plan_id), decision, if_revision=desk.plan.revision)
    if decision == "dismissed":
        return words("dismissed_now")
    return words("approved_now", n=words.count(len(told["purchase_order_ids"])))


def _forget(desk: Desk) -> None:
    st.session_state[_TURN] = desk.turn + 1
    st.session_state.pop(_DESK, None)
