"""What the plan of campaigns reads: points earned beside the literal release, what points cost, and past campaigns."""

from datetime import date
from uuid import UUID

import duckdb

from tests.dashboards.enterprise import insert
from tests.literal_release import ACORN, BIRCH, LAN, LOTS, MEI, OTTO

_FAIR = UUID(int=0xF1)
_COLUMNS = {
    "fct_points_liability": "tenant_id uuid, as_of_month date, point_cost_fen_per_100 integer",
    "dim_campaign": "tenant_id uuid, campaign_id uuid, kind varchar, name_zh varchar, name_en varchar",
    "fct_campaign_results": "tenant_id uuid, campaign_id uuid, first_date date, until_date date, budget_points bigint, "
    "used_points bigint, extra_points bigint, discount_points bigint, budget_use_rate double, cost_fen bigint, "
    "member_count bigint, campaign_redemption_count bigint, window_redemption_count bigint, "
    "before_redemption_count bigint, redemption_change_rate double",
}
# Of whom, by which transfer, how many points, on which day of March.
_EARNED = [
    (ACORN, MEI, 601, 105, 28),
    (ACORN, MEI, 602, 11, 28),
    (ACORN, LAN, 603, 999, 31),
    (ACORN, LAN, 604, 50, 10),
    (BIRCH, OTTO, 605, 7_000, 30),
]


def add_campaign_world(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the tables and rows to a release that is being written."""
    for table, columns in _COLUMNS.items():
        connection.execute(f"create or replace table marts.{table} ({columns})")
    insert(
        connection,
        "fct_entries",
        [
            (
                tenant,
                UUID(int=number),
                1,
                "earn",
                "member",
                member,
                LOTS[member],
                None,
                points,
                at,
                at[:10],
                at,
            )
            for tenant, member, number, points, day in _EARNED
            for at in [f"2026-03-{day} 10:00:00+08"]
        ],
    )
    insert(connection, "fct_points_liability", [(ACORN, date(2026, 2, 1), 90), (ACORN, date(2026, 3, 1), 80)])
    insert(connection, "dim_campaign", [(ACORN, _FAIR, "festival", "年货节", "New Year fair")])
    insert(
        connection,
        "fct_campaign_results",
        [
            (
                ACORN,
                _FAIR,
                date(2026, 1, 20),
                date(2026, 1, 26),
                5_000,
                1_200,
                900,
                300,
                0.24,
                960,
                7,
                4,
                9,
                6,
                0.5,
            )
        ],
    )
