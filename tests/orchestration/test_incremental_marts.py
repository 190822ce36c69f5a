"""Incremental builds of what reaches beyond a day: sales, draws, quiet tenants, windows that close, late members."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from orchestration.warehouse.project import Project
from tests.dbt_project.till import Till
from tests.orchestration.warehouses import Warehouses
from tests.small_world import DAYS, FIRST_DAY, SmallWorld, credit, insert_small_world, redeem

AFTER = FIRST_DAY + timedelta(days=DAYS)


@pytest.fixture(scope="module")
def world(module_database_url: str) -> SmallWorld:
    with psycopg.connect(module_database_url) as connection:
        world = insert_small_world(connection)
        _fill(connection, world)
    return world


@pytest.fixture(scope="module")
def warehouses(
    module_database_url: str, world: SmallWorld, tmp_path_factory: pytest.TempPathFactory, project: Project
) -> Iterator[Warehouses]:
    made = Warehouses(module_database_url, tmp_path_factory.mktemp("warehouses"), project)
    made.build(made.land())
    yield made
    made.assert_tests_hold()


@pytest.fixture
def connection(module_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database_url, autocommit=True) as opened:
        yield opened


def test_a_flash_sale_opens_sells_takes_back_and_closes(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id, item_id = world.tenant_ids[0], world.item_ids[0]
    members = world.member_ids[tenant_id]
    opens = FIRST_DAY + timedelta(days=6, hours=3)
    sale_id = _open_sale(connection, tenant_id, item_id, opens)
    _build_in_part(warehouses)
    bought = [
        _redeem_in(
            connection, tenant_id, members[number], item_id, opens + timedelta(hours=20 * number),
            mode="flash_sale", flash_sale_id=sale_id,
        )
        for number in range(3)
    ]  # fmt: skip
    _leave(connection, sale_id, 6)
    _build_in_part(warehouses)
    _cancel(connection, bought[0], opens + timedelta(hours=30))
    _leave(connection, sale_id, 7)
    _build_in_part(warehouses)
    connection.execute(
        "update mall.flash_sale set closed_at = %s where sale_id = %s",
        (opens + timedelta(days=2), sale_id),
    )
    _build_in_part(warehouses)
    _cancel(connection, bought[1], opens + timedelta(days=4))
    _build_in_part(warehouses)


def test_a_reservation_is_made_gives_out_and_ends(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id, item_id, reservation_id = world.tenant_ids[0], world.item_ids[0], uuid4()
    made = FIRST_DAY + timedelta(days=7, hours=2)
    connection.execute(
        "insert into mall.reservation (tenant_id, reservation_id, reference, request_hash, item_id, purpose, quantity, "
        "left_count, reserved_by, reserved_at, expires_at) values (%s, %s, 'v', %s, %s, 'bulk_order', 5, 5, 'x', %s, %s)",
        (tenant_id, reservation_id, b"h" * 32, item_id, made, made + timedelta(days=9)),
    )
    _build_in_part(warehouses)
    with connection.transaction():
        connection.execute(
            "insert into mall.stock_movement (tenant_id, item_id, quantity, reason, effective_at) "
            "values (%s, %s, -2, 'issue', %s)",
            (tenant_id, item_id, made + timedelta(days=1)),
        )
        connection.execute(
            "update mall.reservation set left_count = 3 where reservation_id = %s", (reservation_id,)
        )
        _take(connection, tenant_id, item_id, 2)
    _build_in_part(warehouses)
    connection.execute(
        "update mall.reservation set released_at = %s where reservation_id = %s",
        (made + timedelta(days=3), reservation_id),
    )
    _build_in_part(warehouses)


def test_a_prize_leaves_the_shelf_when_its_draw_is_revealed(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id, item_id, draw_id = world.tenant_ids[0], world.item_ids[1], uuid4()
    opens = FIRST_DAY + timedelta(days=3)
    connection.execute(
        "insert into mall.draw (tenant_id, draw_id, reference, request_hash, name, ticket_points, starts_at, ends_at, "
        "max_tickets, member_limit, one_prize_per_member, seed_hash, sealed_seed, pseudonym_salt, log_head) "
        "values (%s, %s, 'draw', %s, 'Draw', 10, %s, %s, 100, 5, true, %s, 'sealed', %s, %s)",
        (tenant_id, draw_id, b"h" * 32, opens, opens + timedelta(days=5), b"s" * 32, b"p" * 32, b"l" * 32),
    )
    ticket = _redeem_in(
        connection, tenant_id, world.member_ids[tenant_id][1], item_id, opens + timedelta(hours=1),
        mode="draw", draw_id=draw_id,
    )  # fmt: skip
    # Until then nobody has won: the ticket has no line, and all pieces are on the shelf.
    connection.execute("delete from mall.redemption_line where redemption_id = %s", (ticket,))
    _take(connection, tenant_id, item_id, -1)
    connection.execute(
        "insert into mall.feedback (tenant_id, member_id, redemption_id, score, answered_at) values (%s, %s, %s, 2, %s)",
        (tenant_id, world.member_ids[tenant_id][1], ticket, opens + timedelta(days=4)),
    )
    _build_in_part(warehouses)
    with connection.transaction():
        connection.execute(
            "update mall.draw set revealed_at = %s, seed = %s where draw_id = %s",
            (opens + timedelta(days=6), b"s" * 32, draw_id),
        )
        connection.execute(
            "insert into mall.redemption_line (tenant_id, redemption_id, line_no, item_id, quantity, unit_points) "
            "values (%s, %s, 1, %s, 1, 0)",
            (tenant_id, ticket, item_id),
        )
        _take(connection, tenant_id, item_id, 1)
    _build_in_part(warehouses)
    assert warehouses.rows(
        f"select count(*) from marts.fct_redemptions where redemption_id = '{ticket}' and mode = 'draw'"
    ) == [(1,)]


def test_a_completion_and_a_payment_that_come_later_reach_their_days(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[0]
    redemption_id = _redeem_in(
        connection,
        tenant_id,
        world.member_ids[tenant_id][1],
        world.item_ids[3],
        FIRST_DAY + timedelta(days=2),
    )
    _build_in_part(warehouses)
    _set(connection, redemption_id, status="completed", completed_at=AFTER - timedelta(days=1))
    _build_in_part(warehouses)
    connection.execute(
        "insert into mall.payment (tenant_id, payment_id, redemption_id, provider, amount_fen, status) "
        "values (%s, %s, %s, 'wechat', 100, 'pending')",
        (tenant_id, uuid4(), redemption_id),
    )
    _build_in_part(warehouses)
    assert warehouses.rows(
        f"select payment_status from marts.fct_redemptions where redemption_id = '{redemption_id}'"
    ) == [("pending",)]


def test_a_top_up_that_is_settled_later_reaches_the_day_of_its_redemption(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id, at = world.tenant_ids[0], FIRST_DAY + timedelta(days=3)
    redemption_id = _redeem_in(connection, tenant_id, world.member_ids[tenant_id][2], world.item_ids[3], at)
    _set(connection, redemption_id, status="completed", completed_at=at)
    connection.execute(
        "insert into mall.top_up (tenant_id, top_up_id, redemption_id, line_no, item_id, quantity, provider, product_code, "
        "request_hash, account, next_attempt_at, expires_at, requested_at) values (%s, %s, %s, 1, %s, 1, 'sandbox', 'x', "
        "decode(repeat('00', 32), 'hex'), 'x', %s, %s, %s)",
        (tenant_id, redemption_id, redemption_id, world.item_ids[3], at, at, at),
    )
    _build_in_part(warehouses)
    asked = f"select is_prompt from marts.fct_virtual_redemptions where redemption_id = '{redemption_id}'"
    assert warehouses.rows(asked) == [(False,)]
    connection.execute(
        "update mall.top_up set status = 'succeeded', account = null, settled_at = %s where top_up_id = %s",
        (at + timedelta(seconds=5), redemption_id),
    )
    _build_in_part(warehouses)
    assert warehouses.rows(asked) == [(True,)]


def test_points_that_are_taken_days_after_their_redemption_are_found(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[0]
    asked, paid = (FIRST_DAY + timedelta(days=days) for days in (4, 9))
    with connection.transaction():
        redemption_id = redeem(
            connection, tenant_id, world.member_ids[tenant_id][1], [(world.item_ids[0], 1, 10)], paid
        )
        _set(connection, redemption_id, effective_at=asked)
    _build_in_part(warehouses)
    assert warehouses.rows(
        f"select is_deducted_once from intermediate.int_redemption_outcomes where redemption_id = '{redemption_id}'"
    ) == [(True,)]


def test_what_a_member_did_first_moves_with_a_refund_and_with_what_comes_late(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id, item_id = world.tenant_ids[0], world.item_ids[1]
    march, april, may, june = (FIRST_DAY + timedelta(days=days) for days in (5, 35, 61, 95))
    members = [_join(connection, tenant_id, name, FIRST_DAY) for name in ("early", "asking")]
    credit(connection, tenant_id, members[0], "earn", 1_000, FIRST_DAY + timedelta(days=2))
    till = Till(connection, tenant_id, members[1], Random(5))
    first = redeem(connection, tenant_id, members[0], [(item_id, 1, 10)], march)
    asked = till.ask(item_id)
    sale_id = _open_sale(connection, tenant_id, item_id, may)
    for member_id in members:
        _redeem_in(
            connection, tenant_id, member_id, item_id, may + timedelta(hours=1),
            mode="flash_sale", flash_sale_id=sale_id,
        )  # fmt: skip
    _leave(connection, sale_id, 7)
    redeem(connection, tenant_id, members[0], [(item_id, 1, 10)], june)
    _build_in_part(warehouses)
    assert _beginnings(warehouses, members[0]) == (march.date(), march.date(), date(2026, 3, 1))
    assert _new_redeemers(warehouses, sale_id) == 0
    # Given back, the first is still what the member asked for, but neither kept nor completed.
    with connection.transaction():
        _take_back(connection, first, june, status="refunded", cancel_reason=None)
        till.cancel(asked)
    _build_in_part(warehouses)
    assert _beginnings(warehouses, members[0]) == (march.date(), june.date(), date(2026, 5, 1))
    assert _new_redeemers(warehouses, sale_id) == 1
    redeem(connection, tenant_id, members[0], [(item_id, 1, 10)], april)
    _build_in_part(warehouses)
    assert _beginnings(warehouses, members[0]) == (march.date(), april.date(), date(2026, 4, 1))


def test_a_member_who_joined_in_a_past_month_is_in_its_segments(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    member_id = _join(connection, world.tenant_ids[0], "late", FIRST_DAY + timedelta(days=2))
    _build_in_part(warehouses)
    months = warehouses.rows(
        f"select count(*) from marts.fct_member_segments where member_id = '{member_id}'"
    )
    assert months[0][0] >= 1


def test_groups_are_told_once_they_are_large_enough(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tables = (
        "fct_kpis_by_segment_monthly", "fct_funnel_by_segment_monthly", "fct_redemptions_by_segment_monthly",
        "fct_item_performance_by_segment_monthly", "fct_points_by_segment_monthly", "fct_points_liability_by_segment",
        "fct_points_expiry_by_segment", "fct_cohort_retention_by_segment",
    )  # fmt: skip
    assert all(warehouses.rows(f"select 1 from marts.{table} limit 1") for table in tables)
    tenant_id = world.tenant_ids[1]
    told = f"select count(*) from marts.fct_points_by_segment_monthly where tenant_id = '{tenant_id}'"
    assert warehouses.rows(told) == [(0,)]
    for number in range(10):
        _join(connection, tenant_id, f"late {number}", FIRST_DAY + timedelta(days=3))
    _build_in_part(warehouses)
    assert warehouses.rows(told)[0][0] > 0


def test_what_parcels_cases_and_texts_tell_reaches_the_months_of_groups(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id, asked = world.tenant_ids[0], FIRST_DAY + timedelta(days=9)
    ((member_id,),) = connection.execute(
        "select member_id from mall.member where external_ref = 'crowd 1'"
    ).fetchall()
    redemption_id = _redeem_in(connection, tenant_id, member_id, world.item_ids[2], asked)
    _build_in_part(warehouses)
    known = {"t": tenant_id, "m": member_id, "r": redemption_id, "h": b"h" * 32}

    def tell(statement: str, day: int) -> None:
        connection.execute(statement, known | {"at": asked + timedelta(days=day)})

    with connection.transaction():
        tell(
            "insert into mall.shipment (tenant_id, shipment_id, redemption_id, reference, request_hash, carrier, "
            "tracking_number, province, region, status, created_at, shipped_at, due_at, ask_next_at) values (%(t)s, "
            "%(r)s, %(r)s, 'p', %(h)s, 'sf', 'SF0001', '广东', 'nationwide', 'in_transit', %(at)s, %(at)s, %(at)s, %(at)s)",
            1,
        )
        tell(
            "insert into mall.shipment_line (tenant_id, shipment_id, line_no, redemption_id, quantity) "
            "values (%(t)s, %(r)s, 1, %(r)s, 1)",
            1,
        )
    _build_in_part(warehouses)
    assert _served(warehouses, member_id) > {("deliver_on_time_rate", 0, 1), ("ship_48h_rate", 0, 1)}
    tell(
        "update mall.shipment set status = 'delivered', delivered_at = %(at)s, ended_at = %(at)s where shipment_id = %(r)s",
        2,
    )
    _build_in_part(warehouses)
    assert ("deliver_on_time_rate", 1, 1) in _served(warehouses, member_id)
    tell(
        "insert into mall.after_sales_case (tenant_id, reference, request_hash, redemption_id, member_id, type, reason, "
        "opened_at, due_at) values (%(t)s, 'c', %(h)s, %(r)s, %(m)s, 'complaint', 'late', %(at)s, "
        "%(at)s::timestamptz + interval '1 day')",
        4,
    )
    tell(
        "insert into mall.chat (tenant_id, chat_id, reference, request_hash, member_id, started_at, ended_at, "
        "message_count, member_message_count, agent_message_count, text_length, language, topic) "
        "values (%(t)s, %(r)s, 'c', %(h)s, %(m)s, %(at)s, %(at)s, 1, 1, 0, 1, 'zh', 'other')",
        4,
    )
    _build_in_part(warehouses)
    assert ("after_sales_24h_rate", 0, 1) in _served(warehouses, member_id)
    tell("update mall.after_sales_case set answered_at = %(at)s where redemption_id = %(r)s", 4)
    _build_in_part(warehouses)
    tell(
        "update mall.chat set sentiment = 'negative', sentiment_score = 0.9, sentiment_model = 'm' where chat_id = %(r)s",
        4,
    )
    _build_in_part(warehouses)
    served = _served(warehouses, member_id)
    assert served > {
        ("after_sales_24h_rate", 1, 1),
        ("complaint_rate", 1, 0),
        ("sentiment_negative_rate", 1, 1),
    }
    told = warehouses.rows(
        "select distinct metric from intermediate.int_group_counts_monthly where numerator > 0 and metric in "
        f"{tuple(metric for metric, numerator, _ in served if numerator)}"
    )
    assert len(told) == len([numerator for _, numerator, _ in served if numerator])


def test_terms_that_begin_or_end_in_the_past_reach_the_days_of_what_was_redeemed(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id, item_id = world.tenant_ids[0], world.item_ids[0]
    began = FIRST_DAY.date() - timedelta(days=10)
    usual, better = (
        _supply(connection, tenant_id, item_id, code, rank, began) for code, rank in (("u", 9), ("b", 8))
    )
    _build_in_part(warehouses)
    assert _suppliers(warehouses) == {better}
    ended = FIRST_DAY.date() + timedelta(days=5)
    connection.execute(
        "update mall.supplier_terms set valid_until = %s where supplier_id = %s", (ended, better)
    )
    _build_in_part(warehouses)
    assert _suppliers(warehouses) == {usual, better}
    _supply(connection, tenant_id, item_id, "best", 1, began)
    _build_in_part(warehouses)
    assert _suppliers(warehouses).isdisjoint({usual, better})


def test_another_handover_changes_days_that_nobody_can_list(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    connection.execute(
        "update mall.offer set handover = 'shipping' where tenant_id = %s and item_id = %s",
        (world.tenant_ids[0], world.item_ids[0]),
    )
    changes = warehouses.land()
    assert changes.spans is None
    warehouses.build(changes)
    assert warehouses.differing() == {}


def test_windows_close_and_months_end_for_a_tenant_that_was_quiet(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    quiet, busy = world.tenant_ids[0], world.tenant_ids[1]
    member_id, item_id = world.member_ids[quiet][2], world.item_ids[2]
    for days in (1, 12, 40):
        redeem(connection, busy, world.member_ids[busy][1], [(item_id, 1, 10)], AFTER + timedelta(days=days))
        _build_in_part(warehouses)
    before = _closed(warehouses, quiet)
    redeem(connection, quiet, member_id, [(item_id, 1, 10)], AFTER + timedelta(days=70))
    _build_in_part(warehouses)
    credit(connection, quiet, member_id, "earn", 10, AFTER + timedelta(days=120))
    _build_in_part(warehouses)
    assert _closed(warehouses, quiet) > before


def _closed(warehouses: Warehouses, tenant_id: UUID) -> int:
    ((count,),) = warehouses.rows(
        f"select count(is_repurchased) from marts.fct_member_redemption_days where tenant_id = '{tenant_id}'"
    )
    return int(count)


def _beginnings(warehouses: Warehouses, member_id: UUID) -> tuple[date, ...]:
    """Return the days of a member's first demand and first completion, and the first month with one that was kept."""
    tables = (
        ("int_first_redemptions", "first_date"),
        ("int_first_completions", "first_date"),
        ("int_member_redemption_months", "first_month"),
    )
    dates = [
        warehouses.rows(f"select distinct {day} from intermediate.{table} where member_id = '{member_id}'")
        for table, day in tables
    ]
    return tuple(found for ((found,),) in dates)


def _served(warehouses: Warehouses, member_id: UUID) -> set[tuple[str, int, int]]:
    """Return what service counted of a member: metric, numerator, denominator."""
    return {
        (metric, numerator, denominator)
        for metric, numerator, denominator in warehouses.rows(
            "select metric, numerator, denominator from intermediate.int_member_service_counts "
            f"where member_id = '{member_id}'"
        )
    }


def _new_redeemers(warehouses: Warehouses, sale_id: UUID) -> int:
    ((count,),) = warehouses.rows(
        f"select new_redeemer_count from marts.fct_campaign_effect where sale_id = '{sale_id}'"
    )
    return int(count)


def _build_in_part(warehouses: Warehouses) -> None:
    changes = warehouses.land()
    assert changes.spans, changes.reason
    warehouses.build(changes)
    assert warehouses.differing() == {}


def _fill(connection: psycopg.Connection[Any], world: SmallWorld) -> None:
    """Give the first tenant so many members that some of its groups may be told of, and an item that is shipped."""
    tenant_id = world.tenant_ids[0]
    connection.execute(
        "update mall.offer set handover = 'shipping' where tenant_id = %s and item_id = %s",
        (tenant_id, world.item_ids[2]),
    )
    for number in range(30):
        joined = FIRST_DAY + timedelta(hours=number)
        member_id = _join(connection, tenant_id, f"crowd {number}", joined)
        credit(connection, tenant_id, member_id, "earn", 1_000, joined + timedelta(days=1))
        item_id = world.item_ids[number % 4]
        connection.execute(
            "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at) values (%s, %s, 'view', %s, %s)",
            (tenant_id, member_id, item_id, joined + timedelta(days=2)),
        )
        if number % 2:
            redeem(
                connection,
                tenant_id,
                member_id,
                [(item_id, 1, 10 * number)],
                joined + timedelta(days=3 + number),
            )


def _supply(
    connection: psycopg.Connection[Any], tenant_id: UUID, item_id: UUID, code: str, rank: int, since: date
) -> UUID:
    row = connection.execute(
        "with supplier as (insert into mall.supplier (tenant_id, code, name) values (%s, %s, 'S') returning *) "
        "insert into mall.supplier_terms (tenant_id, supplier_id, item_id, lead_time_days, worst_lead_time_days, "
        "unit_cost_fen, rank, valid_from) select tenant_id, supplier_id, %s, 1, 1, 1, %s, %s from supplier "
        "returning supplier_id",
        (tenant_id, f"s-{code}", item_id, rank, since),
    ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def _suppliers(warehouses: Warehouses) -> set[UUID]:
    found = warehouses.rows("select distinct supplier_id from intermediate.int_supplier_redemptions")
    return {supplier_id for (supplier_id,) in found}


def _join(connection: psycopg.Connection[Any], tenant_id: UUID, reference: str, at: datetime) -> UUID:
    row = connection.execute(
        "with joined as (insert into mall.member (tenant_id, external_ref, registered_at) values (%s, %s, %s) "
        "returning tenant_id, member_id) insert into mall.account (tenant_id, account_id, kind) "
        "select tenant_id, member_id, 'member' from joined returning account_id",
        (tenant_id, reference, at),
    ).fetchone()
    assert row is not None
    return UUID(str(row[0]))


def _open_sale(connection: psycopg.Connection[Any], tenant_id: UUID, item_id: UUID, opens: datetime) -> UUID:
    sale_id = uuid4()
    connection.execute(
        "insert into mall.flash_sale (tenant_id, sale_id, reference, request_hash, item_id, price_points, starts_at, "
        "ends_at, allotted, left_count, member_limit, recorded_at) "
        "values (%s, %s, %s, %s, %s, 10, %s, %s, 9, 9, 5, %s)",
        (
            tenant_id, sale_id, str(sale_id), b"h" * 32, item_id, opens, opens + timedelta(days=3),
            opens - timedelta(hours=30),
        ),
    )  # fmt: skip
    return sale_id


def _redeem_in(
    connection: psycopg.Connection[Any], tenant_id: UUID, member_id: UUID, item_id: UUID, at: datetime, **terms: Any
) -> UUID:  # fmt: skip
    with connection.transaction():
        redemption_id = redeem(connection, tenant_id, member_id, [(item_id, 1, 10)], at)
        _set(connection, redemption_id, status="paid", completed_at=None, **terms)
    return redemption_id


def _take(connection: psycopg.Connection[Any], tenant_id: UUID, item_id: UUID, quantity: int) -> None:
    connection.execute(
        "update mall.stock set on_hand = on_hand - %s where tenant_id = %s and item_id = %s",
        (quantity, tenant_id, item_id),
    )


def _leave(connection: psycopg.Connection[Any], sale_id: UUID, count: int) -> None:
    connection.execute("update mall.flash_sale set left_count = %s where sale_id = %s", (count, sale_id))


def _cancel(connection: psycopg.Connection[Any], redemption_id: UUID, at: datetime) -> None:
    _take_back(connection, redemption_id, at, status="cancelled", cancel_reason="other")


def _take_back(connection: psycopg.Connection[Any], redemption_id: UUID, at: datetime, **terms: Any) -> None:
    """End a redemption: its points and pieces come back."""
    with connection.transaction():
        _set(connection, redemption_id, ended_at=at, **terms)
        row = connection.execute(
            "update mall.redemption set refunded_points = points where redemption_id = %s "
            "returning tenant_id, member_id, points",
            (redemption_id,),
        ).fetchone()
        assert row is not None
        tenant_id, member_id, points = row
        credit(
            connection, tenant_id, member_id, "refund", points, at,
            counter_account="redeemed", redemption_id=redemption_id,
        )  # fmt: skip
        connection.execute(
            "insert into mall.stock_movement (tenant_id, item_id, quantity, reason, effective_at) "
            "select tenant_id, item_id, quantity, 'return', %s from mall.redemption_line where redemption_id = %s",
            (at, redemption_id),
        )
        connection.execute(
            "update mall.stock s set on_hand = s.on_hand + l.quantity from mall.redemption_line l "
            "where l.redemption_id = %s and (l.tenant_id, l.item_id) = (s.tenant_id, s.item_id)",
            (redemption_id,),
        )


def _set(connection: psycopg.Connection[Any], redemption_id: UUID, **values: Any) -> None:
    assignments = ", ".join(f"{name} = %({name})s" for name in values)
    connection.execute(
        f"update mall.redemption set {assignments} where redemption_id = %(id)s",
        values | {"id": redemption_id},
    )
