"""Which pages are whose: what a role does not see is neither in its navigation nor run for it, whatever the address."""

import streamlit as st

from dashboards.visitor import Visitor
from dashboards.words import Words

OPERATIONS = ("orders", "after_sales", "suppliers")
RISK = ("risk_reviews", "risk_rules", "risk_links")
PLATFORM = ("tenants", "books", "licences", "value", "acts")

# The desks a role works at, the one it begins with first.
_DESKS: dict[str, tuple[str, ...]] = {
    "enterprise_viewer": (),
    "planner": (),
    "enterprise_admin": (*OPERATIONS, *RISK, "acts"),
    "operator": OPERATIONS,
    "risk_analyst": RISK,
    "platform_admin": PLATFORM,
}
# The pages about an enterprise: these roles see all of them, those below some.
ABOUT_AN_ENTERPRISE = (
    "enterprise", "points", "items", "members", "service", "campaigns", "fees", "planner", "stock", "quality", "models",
    "data_health", "storefront",
)  # fmt: skip
_OF_AN_ENTERPRISE = ("enterprise_viewer", "enterprise_admin", "planner")
_BESIDE = {
    "operator": ("items", "stock", "data_health"),
    "risk_analyst": ("data_health",),
    "platform_admin": ("data_health",),
}


_NAMES = {
    "enterprise_viewer": "role_enterprise_viewer",
    "enterprise_admin": "role_enterprise_admin",
    "planner": "role_planner",
    "operator": "role_operator",
    "risk_analyst": "role_risk_analyst",
    "platform_admin": "role_platform_admin",
}


def role_name(words: Words, role: str) -> str:
    """Return what a role is called; one nobody knows stands for itself."""
    return words(_NAMES[role]) if role in _NAMES else role


def is_known(role: str) -> bool:
    """Tell whether a role sees any page."""
    return role in _DESKS


def sees(role: str, page: str) -> bool:
    """Tell whether a page, given by its name, is for a role; a role nobody knows sees none, nobody a page nobody knows."""
    if page in ABOUT_AN_ENTERPRISE:
        return role in _OF_AN_ENTERPRISE or page in _BESIDE.get(role, ())
    return page in _DESKS.get(role, ())


def first_page(role: str) -> str | None:
    """Return the page a role begins with; none if nobody knows the role."""
    desks = _DESKS.get(role, ())
    return "enterprise" if role in _OF_AN_ENTERPRISE else desks[0] if desks else None


def require_page(words: Words, visitor: Visitor, page: str) -> None:
    """Stop a page that is not for the visitor's role."""
    if not sees(visitor.role, page):
        st.error(words("page_of_another_role"), icon=":material/lock:")
        st.stop()
