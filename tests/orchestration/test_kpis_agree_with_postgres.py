"""The KPIs of the warehouse and the same KPIs in plain SQL on PostgreSQL agree to the unit."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import psycopg
import pytest

from orchestration.cli.completejourney.replay import ReplayWindow, replay
from orchestration.cli.completejourney.source import read_mall
from orchestration.cli.postgres import EmbeddedPostgres
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.run import Words, simulate
from orchestration.landing.land import land
from orchestration.settings import DataFolder
from orchestration.warehouse.build import build
from orchestration.warehouse.project import Project
from tests.databases import fresh_database
from tests.orchestration.postgres_kpis import GROUPED, QUERIES, SHELF, SHELF_INDEX, query, query_of_groups
from tests.orchestration.postgres_scores import MONEY, SUPPLIER_COUNTS, supplier_scores, value_score
from tests.orchestration.recounted import pilot_effect, satisfaction_drivers
from tests.orchestration.recounted_liability import Held, liabilities
from tests.small_world import insert_small_world

MARTS = {"day": ("fct_kpis_daily", "date"), "month": ("fct_kpis_monthly", "month")}


# Every item was short now and then, for 5 to 90 hours; some are still.
ALERTS = """
insert into mall.stock_alert (tenant_id, item_id, threshold_quantity, quantity, opened_at, closed_at)
select tenant_id, item_id, 5, 1, moment, case when not is_last or n % 2 = 0 then moment + interval '5 hours' * (1 + n % 18) end
from (
    select o.tenant_id, o.item_id, row_number() over (order by o.tenant_id, o.item_id, moment) as n, moment,
        moment = max(moment) over (partition by o.tenant_id, o.item_id) as is_last
    from mall.offer o
    cross join generate_series(timestamptz '2025-08-20 03:00:00+00', '2025-11-30', interval '6 days 7 hours') moment
) alerts
"""
# A pilot in the middle of the world at every second tenant.
PILOTS = """
insert into mall.pilot (tenant_id, salt, share_bp, starts_on, ends_on, set_by, set_at)
select tenant_id, md5(code), 2500, '2025-10-01', '2025-11-15', 'test', now()
from (select *, row_number() over (order by code) as place from mall.tenant) t where place % 2 = 1
"""

# What the first shop credited until September is over by the end of October, so that there is something to tell by.
SHORT_LIVED = """
update mall.lot set expires_on = '2025-10-31'
where tenant_id = (select tenant_id from mall.tenant order by code limit 1)
    and lot_id in (select transfer_id from mall.transfer where effective_at < timestamptz '2025-10-01 00:00+08')
"""

# Of each third answer something was asked the day before: answered in time, late, or not at all.
QUESTIONS = """
insert into mall.after_sales_case (tenant_id, reference, request_hash, redemption_id, member_id, type, reason, opened_at,
    due_at, answered_at)
select tenant_id, 'question ' || n, sha256(''), redemption_id, member_id, 'inquiry', 'other', asked, asked + interval '24 hours',
    case when n % 12 > 0 then asked + interval '5 hours' * (n % 12) end
from (
    select *, row_number() over (order by tenant_id, feedback_id) as n, answered_at - interval '1 day' as asked
    from mall.feedback where redemption_id is not null
) f where n % 3 = 0
"""

# Rows that a definition treats apart. A world without them would agree however they are counted.
FACTS = {
    "flash sale": "redemption where mode = 'flash_sale'",
    "refund": "redemption where status = 'refunded'",
    "order on its way": "redemption where status in ('allocated', 'shipped', 'delivered')",
    "order not paid in time": "redemption where cancel_reason = 'timeout'",
    "order rejected by a reviewer": "redemption where cancel_reason like 'rejected by %'",
    "order cancelled for another reason": "redemption where cancel_reason not like 'rejected by %' and cancel_reason <> 'timeout'",
    "empty shelf": "refusal where reason = 'out-of-stock'",
    "sold-out sale": "refusal where reason = 'flash-sale-sold-out'",
    "request denied": "refusal where reason = 'risk-denied'",
    "too few points": "refusal where reason = 'insufficient-points'",
    "goods sent back": "stock_movement where reason = 'return'",
    "answer": "feedback",
    "stock below its threshold": "stock_alert where closed_at is null",
    "parcel shipped late": "compensation where clock = 'shipping'",
    "parcel that came late": "compensation where clock = 'delivery'",
    "remote parcel in time that others would not be": "shipment where region = 'remote' "
    "and delivered_at > shipped_at + interval '48 hours' and delivered_at <= shipped_at + interval '72 hours'",
    "parcel under way": "shipment where ended_at is null",
    "parcel that got lost": "shipment where status = 'lost'",
    "complaint": "after_sales_case where type = 'complaint'",
    "case that is answered": "after_sales_case where answered_at is not null",
    "fee that is waived": "fee where waived_fen > 0",
    "settlement": "settlement_statement",
    "review in words": "item_review where sentiment = 'negative'",
    "chat in words": "chat where sentiment = 'positive'",
}


def small_world(url: str) -> None:
    with psycopg.connect(url) as connection:
        insert_small_world(connection)


def replayed_year(url: str) -> None:
    window = ReplayWindow(60, date(2017, 1, 1), date(2017, 12, 31))
    asyncio.run(replay(url, read_mall(), window, lambda done, of: None))


def simulated_world(url: str) -> None:
    # Four months with Double 11 in them, and a seed by which every one of FACTS came about.
    plan = WorldPlan(tenants=4, members=200, days=125, seed=29, until=date(2025, 11, 30))
    with TemporaryDirectory() as truth:
        simulate(url, plan, Path(truth), Words(bytes(32)), lambda done, of: None)
    with psycopg.connect(url) as connection:
        connection.execute(ALERTS)
        connection.execute(PILOTS)
        connection.execute(QUESTIONS)
        connection.execute(SHORT_LIVED)


# The first is also asked what it has; tests of one world that stand at the same place share it.
WORLDS = (simulated_world, small_world, replayed_year)


def name_of(world: Callable[[str], None]) -> str:
    return world.__name__


@pytest.fixture(scope="module", params=WORLDS, ids=name_of)
def mall(
    request: pytest.FixtureRequest,
    postgres_server: EmbeddedPostgres,
    template_database: str,
    tmp_path_factory: pytest.TempPathFactory,
    project: Project,
) -> Iterator[tuple[str, Path]]:
    """The URL of a filled mall, and the warehouse that was built of it."""
    with fresh_database(postgres_server, template_database, f"kpis_{request.param.__name__}") as url:
        request.param(url)
        folder = DataFolder(tmp_path_factory.mktemp(request.param.__name__))
        folder.create()
        land(folder, url, datetime.now(UTC))
        project = project.over(folder)
        predicted = project.descendants(
            id_ for id_ in project.manifest["sources"] if id_.split(".")[2] == "ml"
        )
        outcome = build(project, [node for node in project.nodes() if node not in predicted])
        assert outcome.refusal is None
        yield url, folder.warehouse


def read_mart(warehouse: Path, unit: str) -> dict[str, dict[tuple[object, date], tuple[int, int]]]:
    """Return (numerator, denominator) by metric, and by tenant and period."""
    mart, period = MARTS[unit]
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"select metric, tenant_id, {period}, numerator, denominator from marts.{mart}"
        ).fetchall()
    built: dict[str, dict[tuple[object, date], tuple[int, int]]] = {}
    for metric, tenant_id, start, numerator, denominator in rows:
        built.setdefault(metric, {})[tenant_id, start] = (numerator, denominator)
    return built


@pytest.mark.parametrize("mall", WORLDS[:1], ids=name_of, indirect=True)
def test_the_simulated_world_has_something_of_everything(mall: tuple[str, Path]) -> None:
    """Two counts of nothing agree whatever the definition."""
    url, warehouse = mall
    with psycopg.connect(url) as connection:
        missing = [
            fact
            for fact, rows in FACTS.items()
            if connection.execute(f"select from mall.{rows} limit 1").fetchone() is None
        ]
    assert missing == []
    found = read_mart(warehouse, "month")
    assert len({tenant_id for tenant_id, _ in found["activity_rate"]}) == 4
    nothing_of = {
        metric
        for metric, counts in found.items()
        if not all(any(part) for part in zip(*counts.values(), strict=True))
    }
    # Its ledger is right, and its reviewers are shown what was parked and nothing of what was denied.
    assert nothing_of == {"ledger_breaks", "false_block_rate"}


@pytest.mark.parametrize("unit", MARTS)
def test_every_kpi_of_every_period_agrees_with_plain_sql(mall: tuple[str, Path], unit: str) -> None:
    url, warehouse = mall
    built = read_mart(warehouse, unit)
    assert built.keys() == QUERIES.keys()
    with psycopg.connect(url) as connection:
        connection.execute(SHELF)
        connection.execute(SHELF_INDEX)
        # Without counts of rows it plans for tables that are nearly empty, and takes minutes.
        connection.execute("analyze")
        for metric, found in built.items():
            told = {
                (tenant_id, start): (int(numerator), int(denominator))
                for tenant_id, start, numerator, denominator in connection.execute(query(metric, unit))
            }
            # A period without anything to count has no row in plain SQL.
            differing = {
                key: (counts, told.get(key, (0, 0)))
                for key, counts in found.items()
                if counts != told.get(key, (0, 0))
            }
            assert differing == {}, f"{metric} by {unit}: (warehouse, PostgreSQL)"
            assert told.keys() <= found.keys(), f"{metric} by {unit}: periods that the warehouse lacks"


@pytest.mark.parametrize("mall", WORLDS[:1], ids=name_of, indirect=True)
def test_every_kpi_of_every_segment_agrees_with_plain_sql(mall: tuple[str, Path]) -> None:
    url, warehouse = mall
    groups, keys = (
        "select tenant_id, member_id, month, kind as group_kind, member_group from marts.fct_member_segments "
        "cross join lateral (values ('segment', segment), ('stage', lifecycle_stage)) as of_kind(kind, member_group)",
        "tenant_id, month, group_kind, member_group",
    )
    with duckdb.connect(str(warehouse), read_only=True) as built:
        placed = built.execute(f"{groups} qualify count(*) over (partition by {keys}) >= 10").fetchall()
        left_out = built.execute(f"select count(*) from ({groups})").fetchone() != (len(placed),)
        found = built.execute(
            f"select metric, {keys}, numerator, denominator from marts.fct_kpis_by_segment_monthly"
        ).fetchall()
    # Groups of fewer than ten members are there, and told nowhere.
    assert left_out
    told_groups = {(row[0], *row[2:]) for row in placed}
    assert {(metric, *key) for metric, *key, _, _ in found} == {
        (metric, *group) for metric in GROUPED for group in told_groups
    }
    with psycopg.connect(url) as connection:
        connection.execute(
            "create temporary table placed (tenant_id uuid, member_id uuid, month date, group_kind text, member_group text)"
        )
        with connection.cursor().copy("copy placed from stdin") as copy:
            for row in placed:
                copy.write_row(row)
        connection.execute("analyze")
        for metric in GROUPED:
            counts = {tuple(key): (a, b) for name, *key, a, b in found if name == metric}
            told = {
                tuple(key): (int(a), int(b)) for *key, a, b in connection.execute(query_of_groups(metric))
            }
            assert {key: told.get(key, (0, 0)) for key in counts} == counts, metric
            assert told.keys() <= counts.keys(), metric
            assert any(a for a, _ in counts.values()), metric


@pytest.mark.parametrize("mall", WORLDS[:1], ids=name_of, indirect=True)
def test_suppliers_are_scored_by_what_plain_sql_counts(mall: tuple[str, Path]) -> None:
    url, warehouse = mall
    with psycopg.connect(url) as connection:
        connection.execute("analyze")
        counts = connection.execute(SUPPLIER_COUNTS).fetchall()
    with duckdb.connect(str(warehouse), read_only=True) as built:
        keys = "tenant_id, supplier_id, month"
        parts = (
            f"select {keys}, component, numerator, denominator from marts.fct_supplier_score_parts_monthly"
        )
        assert set(built.execute(parts).fetchall()) == set(counts)
        scores = built.execute(f"select {keys}, score, n, low, high from marts.fct_supplier_scores_monthly")
        published = {tuple(row[:3]): row[3:] for row in scores.fetchall()}
    expected = supplier_scores(counts)
    assert {key: n for key, (_, n, _, _) in published.items()} == {key: n for key, (_, n) in expected.items()}
    assert len({score for score, *_ in published.values()}) > 10
    for key, (score, _, low, high) in published.items():
        assert score == pytest.approx(expected[key][0], abs=1e-5)
        assert low <= score <= high


@pytest.mark.parametrize("mall", WORLDS[:1], ids=name_of, indirect=True)
def test_money_and_value_follow_from_plain_sql_and_the_formula(mall: tuple[str, Path]) -> None:
    url, warehouse = mall
    with psycopg.connect(url) as connection:
        told = {tuple(row) for row in connection.execute(MONEY)}
    with duckdb.connect(str(warehouse), read_only=True) as built:
        money = built.execute(
            "select tenant_id, month, charged_fen, waived_fen, due_fen, net_invoiced_fen, paid_fen, statement_count, "
            "on_time_statement_count, owed_fen from marts.fct_money_monthly where charged_fen > 0 or statement_count > 0"
        ).fetchall()
        assert set(money) == told
        values: dict[tuple[object, date], dict[str, float]] = {}
        for tenant_id, month, metric, value in built.execute(
            "select tenant_id, month, metric, value from marts.fct_kpis_monthly where value is not null union all "
            "select tenant_id, month, 'fee_share', due_fen / redeemed_fen from marts.fct_money_monthly "
            "where charged_fen > 0 and redeemed_fen > 0"
        ).fetchall():
            values.setdefault((tenant_id, month), {})[metric] = value
        scores = {
            (tenant_id, month): score
            for tenant_id, month, score in built.execute(
                "select tenant_id, month, value_score from marts.fct_value_scores_monthly"
            ).fetchall()
        }
    assert scores.keys() == values.keys()
    for key, score in scores.items():
        assert score == pytest.approx(value_score(values[key]), abs=1e-5)


def test_what_points_will_cost_follows_lot_by_lot_from_the_books(
    mall: tuple[str, Path], request: pytest.FixtureRequest
) -> None:
    url, warehouse = mall
    with psycopg.connect(url) as connection:
        expected = liabilities(connection)
    with duckdb.connect(str(warehouse), read_only=True) as built:
        rows = built.execute(
            "select tenant_id, cohort_month, as_of_month, remaining_points, liability_fen, is_fallback "
            "from marts.fct_points_liability"
        ).fetchall()
        months = built.execute(
            "select tenant_id, month, remaining_points, liability_fen from marts.fct_points_liability_monthly"
        ).fetchall()
    assert {row[:3]: Held(*row[3:]) for row in rows} == expected
    for tenant_id, month, remaining, fen in months:
        held = [one for key, one in expected.items() if (key[0], key[2]) == (tenant_id, month)]
        assert remaining == sum(one.remaining_points for one in held)
        assert fen == sum(one.liability_fen for one in held)
    assert any(one.liability_fen for one in expected.values())
    if request.node.callspec.id == name_of(simulated_world):
        told = [one for one in expected.values() if not one.is_fallback and one.liability_fen]
        assert told, "nothing is estimated by what older points came to"


@pytest.mark.parametrize("mall", WORLDS[:1], ids=name_of, indirect=True)
def test_what_satisfaction_goes_with_and_what_pilots_came_to_are_what_python_counts(
    mall: tuple[str, Path],
) -> None:
    url, warehouse = mall
    with psycopg.connect(url) as connection:
        drivers, pilots = satisfaction_drivers(connection), pilot_effect(connection)
    with duckdb.connect(str(warehouse), read_only=True) as built:
        rows = built.execute(
            "select tenant_id, month, driver, value, answer_count, satisfied_count from marts.fct_satisfaction_drivers_monthly"
        ).fetchall()
        assert {tuple(key): (n, satisfied) for *key, n, satisfied in rows} == drivers
        rows = built.execute(
            "select tenant_id, metric, pilot_numerator, pilot_denominator, others_numerator, others_denominator "
            "from marts.fct_pilot_effect"
        ).fetchall()
        assert {tuple(row[:2]): tuple(row[2:]) for row in rows} == pilots
    met = {key[2:] for key in drivers}
    assert met >= {
        ("shipping", "on_time"), ("shipping", "late"), ("after_sales", "none"), ("after_sales", "within_24h"), ("after_sales", "late"),
        ("stock", "refused"), ("stock", "not_refused"), ("sentiment", "negative"), ("sentiment", "positive"),
        ("item_class", "staple"), ("item_class", "scarce"),
    }  # fmt: skip
    assert {metric for _, metric in pilots} == {
        "member_redemption_rate",
        "complaint_rate",
        "virtual_issue_rate",
    }
    assert len({tenant for tenant, _ in pilots}) == 2
    assert all(ours and others for _, ours, _, others in pilots.values())
