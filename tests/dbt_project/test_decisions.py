"""What the marts say of tenants' decisions and draws of the small landing, worked out by hand."""

from datetime import date

from tests.dbt_project.small_warehouse import Build


def test_a_decision_that_was_taken_back_stays_beside_the_newer_one(built: Build) -> None:
    rows = built.rows(
        "select right(item_id::varchar, 2), opted_in_date, withdrawn_date, is_opted_in "
        "from marts.fct_offer_opt_ins order by 1, 2"
    )
    assert rows == [
        ("31", date(2024, 12, 25), date(2024, 12, 29), False),
        ("31", date(2025, 1, 1), None, True),
        ("32", date(2025, 1, 1), None, True),
    ]


def test_a_feature_is_as_it_was_switched_last(built: Build) -> None:
    rows = built.rows("select feature, is_on, changed_date from marts.dim_feature order by 1")
    assert rows == [("draws", True, date(2025, 2, 1)), ("exchanges", False, date(2024, 12, 26))]


def test_nothing_of_a_draw_is_won_before_it_is_revealed(built: Build) -> None:
    rows = built.rows("select prize_no, quantity, awarded_count, revealed_date from marts.fct_draw_prizes")
    assert rows == [(1, 2, None, None)]
