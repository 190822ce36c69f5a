"""What is done about risk rules: proposing one, putting it in force or giving it up, closing one; each with a reason."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboards.desks import risk_words
from dashboards.desks.desk import Desk
from dashboards.desks.telling import act
from dashboards.mall import Told
from dashboards.words import Words

_MOST = 2**31


def show_rules_desk(words: Words, desk: Desk, in_force: Sequence[Told], proposals: Sequence[Told]) -> None:
    """Show what waits for a decision, and let rules be proposed and closed."""
    st.subheader(words("rules_desk"), anchor=False)
    for proposal in proposals:
        _show_proposal(words, desk, proposal)
    if not proposals:
        st.caption(words("no_proposals"))
    propose, close = st.columns(2)
    with propose:
        _show_form(words, desk)
    with close:
        _show_closing(words, desk, in_force)


def told(words: Words, rule: Told) -> str:
    """Return a rule in one line: what it looks at, where its limit is, and what it says then."""
    kind, dimension, verdict = str(rule["kind"]), str(rule.get("dimension") or ""), str(rule["verdict"])
    parts = [risk_words.kind_names(words).get(kind, kind)]
    if dimension:
        parts.append(risk_words.dimension_names(words).get(dimension, dimension))
    if rule.get("window_seconds") is not None:
        parts.append(words("rule_window_told", hours=f"{rule['window_seconds'] / 3600:g}"))
    if rule.get("days") is not None:
        parts.append(words("rule_days_told", days=rule["days"]))
    if rule.get("threshold") is not None:
        parts.append(words("rule_limit_told", limit=words.count(rule["threshold"])))
    return " · ".join([*parts, risk_words.verdict_names(words).get(verdict, verdict)])


def _show_proposal(words: Words, desk: Desk, proposal: Told) -> None:
    key = proposal["proposal_id"]
    with st.container(border=True):
        st.markdown(f"**{told(words, proposal['parameters'])}**")
        st.caption(
            words(
                "proposed_because",
                by=proposal["proposed_by"] or words("a_program"),
                reason=proposal["reason"],
            )
        )
        with st.form(f"proposal_{key}", border=False):
            reason = st.text_input(words("review_reason"), max_chars=500, key=f"decide_{key}")
            with st.container(horizontal=True):
                activate = st.form_submit_button(words("rule_activate"), icon=":material/check:")
                withdraw = st.form_submit_button(words("rule_withdraw"), icon=":material/undo:")
            if activate:
                _do(
                    words,
                    reason,
                    lambda why: desk.decide_proposal(key, "activation", why),
                    words("rule_activated"),
                )
            if withdraw:
                _do(
                    words,
                    reason,
                    lambda why: desk.decide_proposal(key, "withdrawal", why),
                    words("rule_withdrawn"),
                )


def _show_form(words: Words, desk: Desk) -> None:
    with st.container(border=True):
        st.markdown(f"**{words('rule_propose')}**")
        names = risk_words.kind_names(words)
        kinds = ["velocity", "account_age", "device_accounts"]
        kind = st.selectbox(words("rule"), kinds, format_func=lambda key: names[key], key="rule_kind")
        with st.form("rule_form", border=False):
            rule: Told = {"kind": kind}
            if kind == "velocity":
                dimensions = risk_words.dimension_names(words)
                rule["dimension"] = st.selectbox(
                    words("counted_by"),
                    list(dimensions),
                    format_func=lambda key: dimensions[key],
                    key="rule_by",
                )
                windows = _windows(words)
                rule["window_seconds"] = st.selectbox(
                    words("rule_window"),
                    list(windows),
                    format_func=lambda key: windows[key],
                    key="rule_window",
                )
                rule["measure"] = "count"
            else:
                rule["days"] = st.number_input(words("rule_days"), 1, 366, 7, key="rule_days")
            if kind != "account_age":
                rule["threshold"] = st.number_input(words("rule_limit"), 0, _MOST, 10, key="rule_limit")
            verdicts = risk_words.verdict_names(words)
            rule["verdict"] = st.selectbox(
                words("desk_verdict"),
                ["review", "deny", "allow"],
                format_func=lambda key: verdicts[key],
                key="rule_verdict",
            )
            rule["score"] = st.number_input(words("risk_score"), 0, 1000, 40, key="rule_score")
            reason = st.text_input(words("review_reason"), max_chars=500, key="rule_reason")
            if st.form_submit_button(words("rule_send"), icon=":material/send:"):
                _do(words, reason, lambda why: desk.propose(rule, why), words("rule_proposed"))


def _show_closing(words: Words, desk: Desk, in_force: Sequence[Told]) -> None:
    if not in_force:
        return
    by_id = {rule["rule_id"]: rule for rule in in_force}
    with st.form("rule_closing"):
        st.markdown(f"**{words('rule_close')}**")
        rule_id = st.selectbox(
            words("rule"), list(by_id), format_func=lambda key: told(words, by_id[key]), key="rule_to_close"
        )
        reason = st.text_input(words("review_reason"), max_chars=500, key="closing_reason")
        if st.form_submit_button(words("rule_end"), icon=":material/block:"):
            _do(words, reason, lambda why: desk.end_rule(rule_id, why), words("rule_ended"))


def _windows(words: Words) -> dict[int, str]:
    return {
        60: words("window_minute"),
        3600: words("window_hour"),
        86_400: words("window_day"),
        604_800: words("window_week"),
    }


def _do(words: Words, reason: str, do: Callable[[str], None], done: str) -> None:
    if not reason.strip():
        st.warning(words("review_say_why"), icon=":material/edit:")
        return

    def sent() -> str:
        do(reason.strip())
        return done

    act(words, sent)
    st.rerun()
