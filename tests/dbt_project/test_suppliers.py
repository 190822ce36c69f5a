"""What the marts say about suppliers' gates, brand authorisations and restocking, on a landing to compute by hand.

Its facts end on 4 February.
"""

from datetime import date

from tests.dbt_project.small_warehouse import Build
from tests.dbt_project.test_service import short


def test_gates_are_as_they_stand_on_the_last_day_of_the_facts(built: Build) -> None:
    rows = built.rows(
        "select gate, is_passed, passed_at is not null, standing, expires_date, days_to_expiry "
        "from marts.fct_supplier_gates order by gate_no"
    )
    assert rows == [
        ("documents", True, True, "trial", date(2025, 2, 14), 10),
        ("samples", True, True, "trial", None, None),
        ("trial", False, False, "trial", None, None),
    ]


def test_of_a_known_brand_only_a_verified_first_level_is_valid(built: Build) -> None:
    rows = built.rows(
        "select document_id, level, days_to_expiry, is_forged, is_valid "
        "from marts.fct_brand_authorisations order by document_id"
    )
    assert [(short(one), *rest) for one, *rest in rows] == [
        (601, 1, 5, False, True),
        (602, 2, 330, False, False),
        (603, 1, 330, True, False),
    ]


def test_hot_items_are_restocked_to_the_second_by_the_day_they_were_due(built: Build) -> None:
    rows = built.rows(
        "select alert_id, issue_rank, restock_due_date, round(restock_hours, 2), is_restocked_on_time "
        "from marts.fct_restockings order by alert_id"
    )
    # What opened on the last day is due after it.
    assert [(short(one), *rest) for one, *rest in rows] == [
        (211, 1, date(2025, 2, 3), 33.0, True),
        (212, 1, date(2025, 2, 6), None, None),
    ]


def test_a_brand_is_demanded_by_the_platform_or_by_the_tenant(built: Build) -> None:
    rows = built.rows(
        "select tenant_id, brand_code, is_demanded_by_platform, is_demanded_by_tenant, is_demanded, changed_at::varchar "
        "from marts.dim_brand_demand order by tenant_id"
    )
    assert [(short(one), *rest) for one, *rest in rows] == [
        (1, "paddy", False, True, True, "2025-01-05 00:00:00+00"),
        (2, "paddy", False, False, False, "2025-01-05 00:00:00+00"),
    ]


def test_an_alert_about_a_document_is_its_newest_version(built: Build) -> None:
    assert built.rows(
        "select kind, expires_date, days_before, opened_date, closed_at is not null, is_open "
        "from marts.fct_supplier_document_alerts"
    ) == [("brand_authorisation", date(2025, 2, 9), 30, date(2025, 1, 10), True, False)]
