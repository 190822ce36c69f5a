"""The pages of the screens, by what they are about and for whom."""

from collections.abc import Sequence

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards.roles import OPERATIONS, PLATFORM, RISK, begins_with_an_enterprise, first_page, sees
from dashboards.words import Words

_ICONS = {
    "orders": ":material/local_shipping:",
    "after_sales": ":material/support_agent:",
    "suppliers": ":material/handshake:",
    "risk_reviews": ":material/gavel:",
    "risk_rules": ":material/rule:",
    "risk_links": ":material/hub:",
    "tenants": ":material/domain_add:",
    "books": ":material/receipt_long:",
    "licences": ":material/verified:",
    "value": ":material/scoreboard:",
}


def navigation(words: Words, role: str, about: Sequence[StreamlitPage]) -> dict[str, list[StreamlitPage]]:
    """Return the pages of a role in their groups; `about` are all pages about an enterprise.

    These stand without a group; whoever begins at a desk finds those they see after it.
    """
    names = {
        "orders": words("orders_page"),
        "after_sales": words("after_sales_page"),
        "suppliers": words("suppliers_page"),
        "risk_reviews": words("risk_reviews_page"),
        "risk_rules": words("risk_rules_page"),
        "risk_links": words("risk_links_page"),
        "tenants": words("tenants_page"),
        "books": words("books_page"),
        "licences": words("licences_page"),
        "value": words("value_page"),
    }
    groups = {
        words("operations_group"): OPERATIONS,
        words("risk_group"): RISK,
        words("platform_group"): PLATFORM,
    }
    desks = {
        group: [_page(name, names[name], is_first=name == first_page(role)) for name in pages]
        for group, pages in groups.items()
        if sees(role, pages[0])
    }
    # The default page has no path of its own.
    seen = [page for page in about if sees(role, page.url_path or "enterprise")]
    return {"": seen, **desks} if begins_with_an_enterprise(role) else {**desks, words("more_group"): seen}


def _page(name: str, title: str, *, is_first: bool) -> StreamlitPage:
    return st.Page(f"app_pages/{name}.py", title=title, icon=_ICONS[name], url_path=name, default=is_first)
