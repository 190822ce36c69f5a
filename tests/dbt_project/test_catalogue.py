"""What the marts say about brands, items and corrections of stock on a landing small enough to read."""

from datetime import date

from tests.dbt_project.small_warehouse import Build


def test_the_newest_version_of_a_brand_counts_and_items_name_it(built: Build) -> None:
    rows = built.rows(
        "select i.code, b.code, b.is_known, i.listing_priority, i.image_count, i.compliance_flags "
        "from marts.dim_item i left join marts.dim_brand b using (brand_id) order by i.code"
    )
    assert rows == [("film", None, None, 0, 0, ""), ("rice", "paddy", True, 50, 0, "")]


def test_corrections_are_told_by_day_and_kind(built: Build) -> None:
    rows = built.rows("select adjusted_date, kind, quantity from marts.fct_stock_adjustments order by all")
    assert rows == [(date(2025, 2, 1), "damage", -1), (date(2025, 2, 2), "erp_sync", 2)]
