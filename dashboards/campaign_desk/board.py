"""The campaigns that are not over: what is used of each budget, and approving or stopping them."""

from collections.abc import Callable

import streamlit as st

from dashboards.campaign_desk import editing, wording
from dashboards.campaign_desk.asking import CampaignMall
from dashboards.campaign_desk.choices import Choices
from dashboards.desks.telling import act
from dashboards.mall import Told
from dashboards.words import Words, literally

LIVE = ("draft", "approved", "running")
_COLOURS = {"draft": "orange", "approved": "blue", "running": "green"}
_ASKED = "campaign_asked"


def answer(words: Words, campaigns: list[Told]) -> str:
    """Return how many campaigns run, are to come and wait for approval, and what is left of the budgets that run."""
    count = {status: sum(one["status"] == status for one in campaigns) for status in LIVE}
    running = [one for one in campaigns if one["status"] == "running" and one["budget_points"]]
    told = words(
        "campaigns_answer", running=count["running"], approved=count["approved"], drafts=count["draft"]
    )
    if not running:
        return told
    left = sum(one["budget_points"] - one["used_points"] for one in running)
    return words("between_sentences").join([told, words("campaigns_left", points=words.count(left))])


def show(
    words: Words, mall: CampaignMall, campaigns: list[Told], names: wording.Names, choices: Choices | None
) -> None:
    """Show a card for each campaign that is not over; who may decide edits, approves and stops it there.

    Args:
        choices: what there is to choose from for an edit; None for who only looks.
    """
    live = [one for status in reversed(LIVE) for one in campaigns if one["status"] == status]
    if not live:
        st.info(words("no_live_campaigns"), icon=":material/campaign:")
    for campaign in live:
        with st.container(border=True, key=f"campaign_card_{campaign['campaign_id']}"):
            _show_terms(words, campaign, names)
            if choices is not None:
                _show_acts(words, mall, campaign, choices)


def _show_terms(words: Words, campaign: Told, names: wording.Names) -> None:
    status = str(campaign["status"])
    badge = f":{_COLOURS[status]}-badge[{wording.status_names(words)[status]}]"
    st.markdown(f"**{wording.name(words, campaign)}** {badge}")
    first, last = wording.days(campaign)
    st.caption(
        " · ".join(
            [
                wording.kind_names(words)[campaign["kind"]],
                words("from_to", first=words.day(first), last=words.day(last)),
                literally(wording.audience(words, campaign, names)),
                literally(wording.benefit(words, campaign, names)),
                words("drafted_by", username=literally(campaign["created_by"])),
                *(
                    [words("edited_last_by", username=literally(campaign["edited_by"]))]
                    if campaign["edited_by"]
                    else []
                ),
            ]
        )
    )
    budget, used = campaign["budget_points"], campaign["used_points"]
    if budget:
        text = words(
            "budget_used", used=words.count(used), budget=words.count(budget), rate=words.rate(used / budget)
        )
        st.progress(min(1.0, used / budget), text)


def _show_acts(words: Words, mall: CampaignMall, campaign: Told, choices: Choices) -> None:
    key = str(campaign["campaign_id"])
    is_draft = campaign["status"] == "draft"
    stop = words("campaign_discard") if is_draft else words("campaign_stop")
    with st.container(horizontal=True):
        if is_draft:
            st.button(
                words("campaign_approve"), icon=":material/task_alt:", key=f"approve_{key}", on_click=_ask,
                args=("approve", campaign),
            )  # fmt: skip
            st.button(
                words("campaign_edit"), icon=":material/edit:", key=f"edit_{key}", on_click=_ask,
                args=("edit", campaign),
            )  # fmt: skip
        st.button(stop, icon=":material/block:", key=f"stop_{key}", on_click=_ask, args=("stop", campaign))
    # What is decided is what was on the card when it was asked for, and not what it has become since.
    what, seen = st.session_state.get(_ASKED, (None, campaign))
    if seen["campaign_id"] != campaign["campaign_id"]:
        return
    if what == "approve" and is_draft:
        _confirm_approval(words, mall, seen)
    elif what == "edit" and is_draft:
        if editing.show(words, mall, seen, choices, _forget):
            _forget()
            st.rerun()
    elif what == "stop":
        _confirm_stop(words, mall, campaign, stop)


def _confirm_approval(words: Words, mall: CampaignMall, campaign: Told) -> None:
    first, last = wording.days(campaign)
    key = str(campaign["campaign_id"])
    budget = campaign["budget_points"]
    st.markdown(
        words("campaign_approve_question", first=words.day(first), last=words.day(last))
        if budget is None
        else words(
            "campaign_approve_question_budget",
            first=words.day(first),
            last=words.day(last),
            budget=words.count(budget),
        )
    )

    def approve() -> str:
        told = mall.approve(key, if_revision=campaign["revision"])
        return words("campaign_approved_now", name=wording.name(words, told))

    _sure(words, words("campaign_approve_sure"), key, lambda: act(words, approve, wording.refusal))


def _confirm_stop(words: Words, mall: CampaignMall, campaign: Told, label: str) -> None:
    key = str(campaign["campaign_id"])
    st.markdown(
        words("campaign_discard_question")
        if campaign["status"] == "draft"
        else words("campaign_stop_question")
    )
    reason = st.text_input(words("campaign_stop_reason"), max_chars=500, key=f"stop_reason_{key}").strip()

    def stop() -> str:
        told = mall.stop(key, reason)
        return words("campaign_stopped_now", name=wording.name(words, told))

    _sure(
        words,
        label,
        key,
        lambda: act(words, stop, wording.refusal),
        missing=None if reason else words("campaign_wrong_reason"),
    )


def _sure(words: Words, label: str, key: str, do: Callable[[], bool], *, missing: str | None = None) -> None:
    """Ask whether to do it; what is missing is told instead."""
    with st.container(horizontal=True):
        is_sure = st.button(label, type="primary", key=f"sure_{key}")
        st.button(words("cancel"), key=f"cancel_{key}", on_click=_forget)
    if is_sure and missing:
        st.warning(missing, icon=":material/edit:")
    elif is_sure:
        # Sent again after an answer that was lost, it is refused if it was done.
        if do():
            _forget()
        st.rerun()


def _ask(what: str, campaign: Told) -> None:
    st.session_state[_ASKED] = (what, campaign)


def _forget() -> None:
    st.session_state.pop(_ASKED, None)
