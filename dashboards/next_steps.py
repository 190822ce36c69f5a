"""The end of a page: what to do about what it showed, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards.words import Words

PAGES = {
    "enterprise": ("app_pages/enterprise.py", ":material/monitoring:"),
    "points": ("app_pages/points.py", ":material/toll:"),
    "items": ("app_pages/items.py", ":material/category:"),
    "members": ("app_pages/members.py", ":material/groups:"),
    "service": ("app_pages/service.py", ":material/support_agent:"),
    "campaigns": ("app_pages/campaigns.py", ":material/campaign:"),
    "stock": ("app_pages/stock.py", ":material/inventory:"),
    "models": ("app_pages/models.py", ":material/model_training:"),
}


@dataclass(frozen=True)
class Step:
    """One thing to do, as a sentence, and the page it is done on or seen in, if there is one."""

    sentence: str
    page: str | None = None


def show_next_steps(words: Words, steps: Sequence[Step]) -> None:
    """Show what to do next, each sentence over the link to its page; nothing without a step."""
    if not steps:
        return
    names = {
        "enterprise": words("enterprise_page"),
        "points": words("points_page"),
        "items": words("items_page"),
        "members": words("members_page"),
        "service": words("service_page"),
        "campaigns": words("campaigns_page"),
        "stock": words("stock_page"),
        "models": words("models_page"),
    }
    st.subheader(words("next_steps"), anchor=False)
    for place, step in zip(st.columns(len(steps)), steps, strict=True):
        with place, st.container(border=True, height="stretch"):
            st.markdown(step.sentence)
            if step.page is not None:
                script, icon = PAGES[step.page]
                st.page_link(script, label=words("go_to", page=names[step.page]), icon=icon)
