"""What the marts say about logistics and after-sales on a landing small enough to compute by hand.

Its facts end on 4 February: what is due later is not known yet.
"""

from datetime import UTC, date, datetime

from tests.dbt_project.item_metrics import SERVICE_METRICS
from tests.dbt_project.small_warehouse import Build

JANUARY, FEBRUARY = date(2025, 1, 1), date(2025, 2, 1)


def short(identifier: object) -> int:
    return int(str(identifier)[-12:])


def test_monthly_service_kpis_are_those_computed_by_hand(built: Build) -> None:
    rows = built.rows(
        "select month, metric, numerator, denominator, round(value, 6), target "
        f"from marts.fct_kpis_monthly where metric in {SERVICE_METRICS} order by month, metric"
    )
    assert rows == [
        (JANUARY, "after_sales_24h_rate", 0, 0, None, 0.95),
        (JANUARY, "complaint_rate", 0, 1, 0.0, None),
        (JANUARY, "deliver_on_time_rate", 0, 0, None, None),
        (JANUARY, "restock_48h_rate", 0, 0, None, 0.95),
        (JANUARY, "sentiment_negative_rate", 0, 0, None, None),
        (JANUARY, "ship_48h_rate", 0, 0, None, 0.95),
        (FEBRUARY, "after_sales_24h_rate", 1, 3, 0.333333, 0.95),
        (FEBRUARY, "complaint_rate", 2, 2, 1.0, None),
        (FEBRUARY, "deliver_on_time_rate", 1, 2, 0.5, None),
        (FEBRUARY, "restock_48h_rate", 1, 1, 1.0, 0.95),
        # A chat, a hidden review and an answer to a survey; what one left out wrote is not among them.
        (FEBRUARY, "sentiment_negative_rate", 1, 3, 0.333333, None),
        (FEBRUARY, "ship_48h_rate", 0, 1, 0.0, 0.95),
    ]


def test_a_redemption_nobody_ships_is_late_once_its_day_is_over(built: Build) -> None:
    rows = built.rows(
        "select redemption_id, ship_due_date, is_shipped_on_time from marts.fct_fulfilments order by redemption_id"
    )
    # 61 and 64 were completed and nobody said when they were shipped; 67 was cancelled.
    assert [(short(one), *rest) for one, *rest in rows] == [
        (61, date(2025, 2, 2), None),
        (62, date(2025, 2, 3), False),
        (64, date(2025, 2, 5), None),
        (67, date(2025, 2, 4), None),
    ]


def test_parcels_are_on_time_to_the_second_by_their_regions_hours(built: Build) -> None:
    rows = built.rows(
        "select delivery_id, region, unit_count, deliver_due_at, round(delivery_days, 4), is_delivered_on_time "
        "from marts.fct_deliveries order by delivery_id"
    )
    assert [(short(one), *rest) for one, *rest in rows] == [
        (511, "nationwide", 1, datetime(2025, 2, 2, 20, tzinfo=UTC), 2.0, True),
        (512, "remote", 2, datetime(2025, 2, 3, 18, tzinfo=UTC), 3.0, False),
    ]
    assert built.rows(
        "select month, region, carrier, delivered_count, on_time_count, round(mean_delivery_days, 4) "
        "from marts.fct_delivery_days_monthly order by region"
    ) == [(FEBRUARY, "nationwide", "sf", 1, 1, 2.0), (FEBRUARY, "remote", "sf", 1, 0, 3.0)]


def test_cases_know_their_item_and_whether_they_were_answered_in_time(built: Build) -> None:
    rows = built.rows(
        "select case_id, code, opened_date, due_date, answer_hours, is_answered_on_time, responsibility "
        "from marts.fct_after_sales_cases left join marts.dim_item using (item_id) order by case_id"
    )
    assert [(short(one), *rest) for one, *rest in rows] == [
        (531, "rice", date(2025, 2, 1), date(2025, 2, 2), 24.0, True, "supplier"),
        (532, None, date(2025, 2, 1), date(2025, 2, 2), 25.0, False, None),
        (533, "rice", date(2025, 2, 1), date(2025, 2, 2), None, False, None),
    ]


def test_compensations_name_who_is_responsible_and_what_was_credited(built: Build) -> None:
    rows = built.rows(
        "select compensation_id, clock, party, carrier, points, credited_points, opened_date "
        "from marts.fct_compensations order by compensation_id"
    )
    assert [(short(one), *rest) for one, *rest in rows] == [
        (521, "delivery", "carrier", "sf", 30, 30, date(2025, 2, 4)),
        (522, "shipping", "platform", None, 30, 0, date(2025, 2, 3)),
    ]


def test_a_parcel_is_told_by_its_carriers_events(built: Build) -> None:
    rows = built.rows(
        "select shipment_id, event_count, pushed_count, attempt_count, out_for_delivery_at::varchar, "
        "delivered_at::varchar from marts.fct_parcel_journeys order by shipment_id"
    )
    assert [(short(one), *rest) for one, *rest in rows] == [
        (511, 5, 5, 1, "2025-02-01 20:00:00+00", "2025-02-02 20:00:00+00"),
        (512, 1, 0, 0, None, None),
    ]
