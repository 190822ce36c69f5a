"""What a login may do is asked once a minute: a session outlives neither it nor its role."""

import psycopg
import pytest
import streamlit as st

from dashboards import sessions
from dashboards.visitor import Visitor
from tests import literal_release as literal

VISITOR = Visitor(literal.ACORN, literal.ACORN_NAME, "zhou.min", "planner")


@pytest.fixture
def change(database_url):
    """Changes the login of zhou.min, and lets the minute pass."""

    def changed(sql: str) -> None:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f"update mall.login set {sql} where username = 'zhou.min'")
        st.cache_data.clear()

    return changed


def test_a_page_of_a_login_that_was_disabled_shows_nothing_more(
    open_page, planning_release, planned_mall, change
):
    app = open_page("planner", token=planned_mall.token(), mall=planned_mall.url)
    assert app.subheader
    change("disabled_at = now()")
    app.run()
    assert [warning.value for warning in app.warning] == ["登录已过期，请重新登录。"]
    assert not app.subheader
    assert not app.button


def test_another_role_counts_at_once_and_the_cookies_one_while_the_mall_is_away(
    open_page, planned_mall, change, monkeypatch
):
    token = planned_mall.token()
    monkeypatch.setattr(st, "secrets", {"pointmart": {"transactional_url": planned_mall.url}})
    change("role = 'enterprise_viewer'")
    assert sessions.as_of_now(VISITOR, token).role == "enterprise_viewer"
    monkeypatch.setattr(st, "secrets", {"pointmart": {"transactional_url": "http://127.0.0.1:9"}})
    assert sessions.as_of_now(VISITOR, token).role == "planner"
