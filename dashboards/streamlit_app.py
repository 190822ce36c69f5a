"""Entry of the screens: the frame around each page. Streamlit runs it from top to bottom for each view."""

from pathlib import Path

import streamlit as st

from dashboards.address import to_address
from dashboards.navigation import navigation
from dashboards.reader import require_visitor, words_of_reader
from dashboards.roles import begins_with_an_enterprise, is_known
from dashboards.words import LANGUAGE_COOKIE, LANGUAGES, choose_language, literally

ICON = Path(__file__).with_name("icon.svg")

words = words_of_reader()
st.set_page_config(page_title=words("product"), page_icon=ICON, layout="wide")
visitor = require_visitor(words)

pages = [
    st.Page(
        "app_pages/enterprise.py",
        title=words("enterprise_page"),
        icon=":material/monitoring:",
        default=begins_with_an_enterprise(visitor.role),
    ),
    st.Page(
        "app_pages/points.py",
        title=words("points_page"),
        icon=":material/toll:",
        url_path="points",
    ),
    st.Page(
        "app_pages/items.py",
        title=words("items_page"),
        icon=":material/category:",
        url_path="items",
    ),
    st.Page(
        "app_pages/members.py",
        title=words("members_page"),
        icon=":material/groups:",
        url_path="members",
    ),
    st.Page(
        "app_pages/service.py",
        title=words("service_page"),
        icon=":material/support_agent:",
        url_path="service",
    ),
    st.Page(
        "app_pages/campaigns.py",
        title=words("campaigns_page"),
        icon=":material/campaign:",
        url_path="campaigns",
    ),
    st.Page(
        "app_pages/fees.py",
        title=words("fees_page"),
        icon=":material/receipt_long:",
        url_path="fees",
    ),
    st.Page(
        "app_pages/planner.py",
        title=words("planner_page"),
        icon=":material/event_upcoming:",
        url_path="planner",
    ),
    st.Page(
        "app_pages/stock.py",
        title=words("stock_page"),
        icon=":material/inventory:",
        url_path="stock",
    ),
    st.Page(
        "app_pages/quality.py",
        title=words("quality_page"),
        icon=":material/query_stats:",
        url_path="quality",
    ),
    st.Page(
        "app_pages/models.py",
        title=words("models_page"),
        icon=":material/model_training:",
        url_path="models",
    ),
    st.Page(
        "app_pages/data_health.py",
        title=words("health_page"),
        icon=":material/health_and_safety:",
        url_path="data_health",
    ),
    st.Page(
        "app_pages/storefront.py",
        title=words("storefront_page"),
        icon=":material/storefront:",
        url_path="storefront",
    ),
]
if not is_known(visitor.role):
    st.error(words("role_without_pages"), icon=":material/lock:")
    st.stop()
chosen = st.navigation(navigation(words, visitor.role, pages), position="top")

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.caption(
        words("looking_as", tenant=literally(visitor.tenant_name), username=literally(visitor.username))
    )
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        language = st.segmented_control(
            words("language"),
            LANGUAGES,
            default=words.language,
            required=True,
            format_func=lambda language: {"zh": "中文", "en": "English"}[language],
            label_visibility="collapsed",
            key="lang",
        )
        for address, label in (("/account", words("account")), ("/logout", words("log_out"))):
            link = f'<a href="{address}" target="_self" style="color: inherit">{label}</a>'
            st.html(link, width="content")
to_address("lang", language, choose_language(st.context.cookies.get(LANGUAGE_COOKIE)))

chosen.run()
