"""The rows behind the page of service."""

import pandas as pd

from dashboards import service_words
from dashboards.carriers import carrier_names
from dashboards.downloads import Column
from dashboards.tables import Table
from dashboards.words import Words


def _named(rows: pd.DataFrame, **names: dict[str, str]) -> pd.DataFrame:
    """Return rows whose keys in these columns are the reader's words."""
    return rows.assign(**{column: rows[column].map(told) for column, told in names.items()})


def late_table(words: Words, late: pd.DataFrame) -> Table:
    """Return the redemptions that were not shipped in time."""
    rows = _named(late, status=service_words.status_names(words))
    columns = [
        Column("redemption", words("redemption"), "text"),
        Column("status", words("status"), "text"),
        Column("paid_at", words("paid_at"), "moment"),
        Column("ship_due_at", words("ship_due_at"), "moment"),
        Column("shipped_at", words("shipped_at"), "moment"),
        Column("delivered_at", words("delivered_at"), "moment"),
    ]
    return Table("late", words("late_shipments"), rows, columns)


def deliveries_table(words: Words, deliveries: pd.DataFrame) -> Table:
    """Return how long deliveries took by region and carrier."""
    rows = _named(deliveries, region=service_words.region_names(words)).replace(
        {"carrier": carrier_names(words)}
    )
    columns = [
        Column("region", words("region"), "text"),
        Column("carrier", words("party_carrier"), "text"),
        Column("delivered_count", words("delivered_count"), "count"),
        Column("on_time_count", words("on_time_count"), "count"),
        Column("mean_delivery_days", words("mean_delivery_days"), "quantity"),
        Column("median_delivery_days", words("median_delivery_days"), "quantity"),
        Column("longest_delivery_days", words("longest_delivery_days"), "quantity"),
    ]
    return Table("deliveries", words("delivery_days"), rows, columns)


def cases_table(words: Words, cases: pd.DataFrame) -> Table:
    """Return the after-sales cases of a month."""
    rows = _named(
        cases.assign(on_time=cases["is_answered_on_time"].map({True: words("yes"), False: words("no")})),
        type=service_words.type_names(words),
        reason=service_words.reason_names(words),
        outcome=service_words.outcome_names(words),
        responsibility=service_words.party_names(words),
    )
    columns = [
        Column("case_id", words("case"), "text"),
        Column("type", words("case_type"), "text"),
        Column("reason", words("case_reason"), "text"),
        Column("item", words("item"), "text"),
        Column("opened_at", words("opened_at"), "moment"),
        Column("due_at", words("answer_due_at"), "moment"),
        Column("answered_at", words("answered_at"), "moment"),
        Column("on_time", words("in_time"), "text"),
        Column("outcome", words("case_outcome"), "text"),
        Column("responsibility", words("responsible"), "text"),
        Column("redemption", words("redemption"), "text"),
    ]
    return Table("cases", words("after_sales_cases"), rows, columns)


def compensations_table(words: Words, owed: pd.DataFrame) -> Table:
    """Return the compensations of a month with who is responsible."""
    rows = _named(
        owed,
        clock=service_words.clock_names(words),
        party=service_words.party_names(words),
        outcome=service_words.settlement_names(words),
    ).replace({"responsible": carrier_names(words)})
    columns = [
        Column("opened_date", words("opened_date"), "date"),
        Column("clock", words("broken_promise"), "text"),
        Column("party", words("responsible"), "text"),
        Column("responsible", words("responsible_name"), "text"),
        Column("points", words("points_owed"), "count"),
        Column("credited_points", words("points_credited"), "count"),
        Column("outcome", words("case_outcome"), "text"),
        Column("due_at", words("promised_until"), "moment"),
        Column("redemption", words("redemption"), "text"),
    ]
    return Table("compensations", words("compensations"), rows, columns)


def rates_table(words: Words, course: pd.DataFrame) -> Table:
    """Return the rates of service by month, the newest first."""
    columns = [
        Column("period", words("month"), "month"),
        Column(f"name_{words.language}", words("metric"), "text"),
        Column("value", words("value"), "rate"),
        Column("target", words("target_column"), "rate"),
        Column("numerator", words("numerator"), "count"),
        Column("denominator", words("denominator"), "count"),
    ]
    rows = course.sort_values("period", ascending=False, kind="stable")
    return Table("rates", words("rates_by_month"), rows, columns)
