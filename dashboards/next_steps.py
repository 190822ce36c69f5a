"""The end of a page: what to do about what it showed, and where."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboards.reader import require_visitor
from dashboards.roles import sees
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
    "orders": ("app_pages/orders.py", ":material/local_shipping:"),
    "after_sales": ("app_pages/after_sales.py", ":material/support_agent:"),
    "suppliers": ("app_pages/suppliers.py", ":material/handshake:"),
    "risk_reviews": ("app_pages/risk_reviews.py", ":material/gavel:"),
    "risk_rules": ("app_pages/risk_rules.py", ":material/rule:"),
    "risk_links": ("app_pages/risk_links.py", ":material/hub:"),
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
        "orders": words("orders_page"),
        "after_sales": words("after_sales_page"),
        "suppliers": words("suppliers_page"),
        "risk_reviews": words("risk_reviews_page"),
        "risk_rules": words("risk_rules_page"),
        "risk_links": words("risk_links_page"),
    }
    # There is no way to a page that is not for the visitor.
    role = require_visitor(words).role
    st.subheader(words("next_steps"), anchor=False)
    for place, step in zip(st.columns(len(steps)), steps, strict=True):
        with place, st.container(border=True, height="stretch"):
            st.markdown(step.sentence)
            if step.page is not None and sees(role, step.page):
                script, icon = PAGES[step.page]
                st.page_link(script, label=words("go_to", page=names[step.page]), icon=icon)
