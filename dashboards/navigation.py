"""The pages of the screens: what they are called, in which menus they stand, and for whom."""

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboards.roles import first_page, sees
from dashboards.words import Words

ICONS = {
    "enterprise": ":material/monitoring:",
    "points": ":material/toll:",
    "items": ":material/category:",
    "members": ":material/groups:",
    "campaigns": ":material/campaign:",
    "fees": ":material/receipt_long:",
    "storefront": ":material/storefront:",
    "planner": ":material/event_upcoming:",
    "stock": ":material/inventory:",
    "quality": ":material/query_stats:",
    "service": ":material/room_service:",
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
    "data_health": ":material/health_and_safety:",
    "models": ":material/model_training:",
    "acts": ":material/history_edu:",
}
# Every page once; the first stands by itself, before the menus.
_ALONE = "enterprise"
_MENUS = {
    "business": ("points", "items", "members", "campaigns", "fees", "storefront"),
    "goods": ("planner", "stock", "quality"),
    "operations": ("service", "orders", "after_sales", "suppliers"),
    "risk": ("risk_reviews", "risk_rules", "risk_links"),
    "platform": ("tenants", "books", "licences", "value"),
    "data": ("data_health", "models", "acts"),
}
# So many pages stand side by side in either language at 1280 px; more would be folded away by chance.
MOST_SIDE_BY_SIDE = 6
_NOBODYS = "app_pages/of_another_role.py"


def menus(role: str) -> dict[str, list[str]]:
    """Return the pages of a role by menu; those without a menu stand under no name.

    Who sees few pages needs no menus: they stand side by side, those of the first page's menu before the others.
    """
    found = {"": [_ALONE], **_MENUS}
    seen = {menu: [page for page in pages if sees(role, page)] for menu, pages in found.items()}
    mine = {menu: pages for menu, pages in seen.items() if pages}
    if sum(map(len, mine.values())) > MOST_SIDE_BY_SIDE:
        return mine
    begins = first_page(role)
    ordered = sorted(mine.values(), key=lambda pages: begins not in pages)
    return {"": [page for pages in ordered for page in pages]}


def page_titles(words: Words) -> dict[str, str]:
    """Return what the pages are called."""
    return {
        "enterprise": words("enterprise_page"),
        "points": words("points_page"),
        "items": words("items_page"),
        "members": words("members_page"),
        "campaigns": words("campaigns_page"),
        "fees": words("fees_page"),
        "storefront": words("storefront_page"),
        "planner": words("planner_page"),
        "stock": words("stock_page"),
        "quality": words("quality_page"),
        "service": words("service_page"),
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
        "data_health": words("health_page"),
        "models": words("models_page"),
        "acts": words("acts_page"),
    }


def navigation(words: Words, role: str) -> dict[str, list[StreamlitPage]]:
    """Return the pages of a role in their menus; those of other roles are hidden and say whose they are not."""
    names = {
        "": "",
        "business": words("business_group"),
        "goods": words("goods_group"),
        "operations": words("operations_group"),
        "risk": words("risk_group"),
        "platform": words("platform_group"),
        "data": words("data_group"),
    }
    titles, begins = page_titles(words), first_page(role)
    mine = menus(role)
    found = {
        names[menu]: [
            st.Page(script(page), title=titles[page], icon=ICONS[page], url_path=page, default=page == begins)
            for page in pages
        ]
        for menu, pages in mine.items()
    }
    seen = {page for pages in mine.values() for page in pages}
    others = [
        st.Page(_NOBODYS, title=titles[page], url_path=page, visibility="hidden")
        for page in ICONS
        if page not in seen
    ]
    first_menu = next(iter(found))
    return found | {first_menu: [*found[first_menu], *others]}


def script(page: str) -> str:
    """Return the script of a page, beside the entry."""
    return f"app_pages/{page}.py"
