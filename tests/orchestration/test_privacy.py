"""No personal word reaches landing, warehouse, models or releases; and an erased member leaves all of them.

Words are planted in every field of the tables behind the export views that people type into.
"""

import asyncio
import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import psycopg
import pytest
from rich.console import Console

from orchestration.landing.batches import VIEWS
from orchestration.landing.erasure import BEHAVIOUR_VIEWS
from orchestration.pipeline import run_pipeline
from orchestration.release.retention import drop_outdated
from orchestration.release.summary import ReleaseSummary
from orchestration.settings import DataFolder, PipelineSettings
from tests.small_world import FIRST_DAY, SmallWorld, insert_small_world
from transactional.database import committer_pool
from transactional.engine.committer import commit_batch
from transactional.identifiers import uuid7
from transactional.members.commands import EraseMember

WORD = "zhangsan-13800138000"
# A word of business, to see that the scan finds what is there.
PUBLIC_WORD = "Harbour Bank"

# What the export views read of text: names of tenants and goods, and codes that a program chose. Whoever adds a column
# here has made sure that no person types into it, or that the view hands on no more than a code of it. A member's profile
# is one of four groups, each of a large part of all members: it identifies nobody, and goes with the member all the same.
READ_BY_VIEWS = {
    "tenant.code", "tenant.name", "tenant.industry", "item.code", "item.name", "item.category", "category.category", "category.name_zh", "category.name_en", "item.kind",
    "brand.code", "brand.name_zh", "brand.name_en", "stock_correction.kind", "carrier_rate.carrier", "carrier_rate.region",
    "item.class", "member.profile", "offer.handover", "stock_movement.reason", "transfer.kind", "account.kind", "redemption.status",
    "redemption.mode", "event.kind", "event.policy", "event.context", "event.stage", "hold.status", "refusal.operation", "refusal.reason",
    "risk_assessment.verdict", "risk_assessment.decided_verdict", "payment.provider", "payment.status",
    "warehouse.code", "warehouse.name", "warehouse.region", "warehouse_movement.reason", "reservation.purpose",
    "supplier.code", "supplier.name", "supplier.status", "supplier_document.kind", "supplier_document.number", "supplier_sample.result", "supplier_trial.result", "supplier_suspension.failed_gate", "purchase_order.origin", "purchase_order.status",
    "holiday_plan.occasion_id", "holiday_plan.status", "shipment.carrier", "shipment.province", "shipment.region",
    "shipment.status", "compensation.clock", "compensation.party", "compensation.carrier", "compensation.outcome",
    "after_sales_case.type", "after_sales_case.reason", "after_sales_case.outcome", "after_sales_case.responsibility",
    "feedback.channel", "survey.code", "survey_answer.kind", "item_review.hidden_reason",
    *(f"{table}.{name}" for table in ("survey_answer", "item_review", "chat") for name in ("language", "topic", "sentiment")),
    "tariff_line.line_code", "tariff_line.basis", "fee.line_code",
    "invoice.number", "settlement_statement.party_kind", "reconciliation.provider",
    "licence.kind", "licence.number", "pilot.salt", "top_up.provider", "top_up.status",
    "campaign.kind", "campaign.name_zh", "campaign.name_en", "campaign.audience", "campaign.scheme", "campaign_use.kind",
    # Of attributes only those that are not personal, whose values are declared choices.
    "attribute_declaration.name", "attribute_declaration.purpose", "member_attribute.name", "member_attribute.value",
    "feature_switch.feature", "settlement_line.source", "exchange_statement.direction", "shipment_event.kind",
    "shipment_event.source",
    *(TYPED := {"redemption.cancel_reason", "risk_assessment.triggered", "shipment_event.event_key"}),
}  # fmt: skip
# Relations that hold an erased member's id because they are books, by schema; the release may hold the ledger alone.
BOOKS = {
    "staging": {"stg_entries", "stg_holds", "stg_lots", "stg_members", "stg_redemptions"},
    "intermediate": {"int_member_transfers", "int_redemptions", "int_redemption_lines"},
    "marts": {"fct_entries"},
}

TABLES_BEHIND_VIEWS = """
select distinct table_name from information_schema.view_table_usage
where view_schema = 'export' and table_schema = 'mall' order by 1
"""
TEXT_COLUMNS = """
select c.table_name, c.column_name, c.data_type
from information_schema.columns c
join information_schema.tables t using (table_schema, table_name)
where c.table_schema = 'mall' and t.table_type = 'BASE TABLE' and c.data_type in ('text', 'jsonb')
order by 1, 2
"""


def plant(connection: psycopg.Connection[Any], world: SmallWorld) -> set[str]:
    """Give every table behind a view a row and put the word into its typed fields; return the fields."""
    tenant_id, item_id = world.tenant_ids[0], world.item_ids[0]
    names = {
        "t": tenant_id,
        "i": item_id,
        "at": FIRST_DAY + timedelta(days=5),
        "r": world.redemption_ids[tenant_id][0],
    }
    connection.execute("set session_replication_role = replica")
    for member_id in world.member_ids[tenant_id][:3]:
        names["m"] = member_id
        connection.execute(
            "insert into mall.refusal (tenant_id, refusal_id, member_id, operation, reason, item_id, quantity, "
            "effective_at) values (%(t)s, uuidv7(), %(m)s, 'redeem', 'out-of-stock', %(i)s, 2, %(at)s)",
            names,
        )
        connection.execute(
            "insert into mall.risk_assessment (tenant_id, assessment_id, member_id, verdict, score, triggered, "
            "effective_at) values (%(t)s, uuidv7(), %(m)s, 'deny', 60, '[]', %(at)s)",
            names,
        )
        connection.execute(
            "insert into mall.hold (tenant_id, hold_id, member_id, points, lot_ids, lot_points, status, effective_at, "
            "expires_at, resolved_at) select tenant_id, uuidv7(), account_id, 5, array[lot_id], array[5], 'released', "
            "%(at)s, %(at)s::timestamptz + interval '1 hour', %(at)s from mall.lot "
            "where tenant_id = %(t)s and account_id = %(m)s limit 1",
            names,
        )
        connection.execute(
            "insert into mall.member_attribute (tenant_id, member_id, name, value, changed_at) "
            "values (%(t)s, %(m)s, 'city_tier', 't1', %(at)s)",
            names,
        )
    connection.execute(
        "insert into mall.payment (tenant_id, payment_id, redemption_id, provider, amount_fen, status) "
        "values (%(t)s, uuidv7(), %(r)s, 'wechat', 5, 'closed')",
        names,
    )
    connection.execute(
        "insert into mall.flash_sale (tenant_id, sale_id, reference, request_hash, item_id, price_points, starts_at, "
        "ends_at, allotted, left_count, member_limit, closed_at) values (%(t)s, uuidv7(), 's', "
        "decode(repeat('00', 32), 'hex'), %(i)s, 5, %(at)s, %(at)s::timestamptz + interval '1 hour', 2, 2, 1, "
        "%(at)s::timestamptz + interval '1 hour')",
        names,
    )
    connection.execute(
        "insert into mall.draw (tenant_id, draw_id, reference, request_hash, name, ticket_points, starts_at, ends_at, "
        "max_tickets, member_limit, one_prize_per_member, entropy_source, seed_hash, sealed_seed, pseudonym_salt, "
        "log_head, cancelled_at, cancel_reason) select %(t)s, uuidv7(), 'd', h, 'd', 5, %(at)s, "
        "%(at)s::timestamptz + interval '1 hour', 5, 1, true, 'x', h, h, h, h, %(at)s, 'x' "
        "from decode(repeat('00', 32), 'hex') h",
        names,
    )
    connection.execute(
        "insert into mall.attribute_declaration (tenant_id, name, type, purpose, is_personal, choices, declared_by, "
        "declared_at) values (%(t)s, 'city_tier', 'choice', 'profiling', false, '{t1,t2}', 'x', %(at)s)",
        names,
    )
    plant_procurement(connection, names)
    plant_money(connection, names)
    connection.execute(
        "update mall.risk_assessment set decided_verdict = 'deny', decided_by = 'x', decided_at = now()"
    )
    connection.execute("update mall.draw set entropy = 'x', entropy_recorded_at = now()")
    behind = {table for (table,) in connection.execute(TABLES_BEHIND_VIEWS).fetchall()}
    planted = set()
    for table, column, data_type in connection.execute(TEXT_COLUMNS).fetchall():
        field = f"{table}.{column}"
        if table not in behind or (field in READ_BY_VIEWS and field not in TYPED):
            continue
        # Apart by their place, for some are unique.
        word = f"'{WORD} ' || ctid::text"
        if data_type == "jsonb":
            word = f"jsonb_build_array(jsonb_build_object('kind', 'velocity', 'note', {word}))"
        try:
            with connection.transaction():
                connection.execute(f"update mall.{table} set {column} = {word}")
        except psycopg.errors.CheckViolation:
            continue  # takes codes only
        planted.add(field)
    connection.execute("set session_replication_role = origin")
    connection.commit()
    return planted


def erase(database_url: str, tenant_id: UUID, member_id: UUID) -> int:
    """Erase a member as the service does and return the points that were taken."""

    async def committed() -> Any:
        now = datetime.now(UTC)
        command = EraseMember(
            tenant_id=tenant_id,
            key="erase",
            body_hash=bytes(32),
            at=now,
            member_id=member_id,
            transfer_id=uuid7(now),
        )
        async with committer_pool(database_url, 1) as pool, pool.acquire() as connection:
            (answer,) = await commit_batch(connection, [command])
        return answer

    answer = asyncio.run(committed())
    assert answer.status == 200, answer.body
    return int(
        duckdb.sql(
            "select json_extract($1::json, '$.points_taken')", params=[answer.body.decode()]
        ).fetchall()[0][0]
    )


@dataclass
class Lived:
    """Two runs, before and after a member was erased."""

    folder: DataFolder
    planted: set[str]
    tenant_id: UUID
    member_id: UUID
    other_id: UUID
    refusing_id: UUID
    points_taken: int
    first: ReleaseSummary
    second: ReleaseSummary
    words: dict[str, list[str]]
    before: dict[str, list[str]]
    profiles_before: set[str | None]


@contextmanager
def everything(
    folder: DataFolder, releases: list[str]
) -> Iterator[tuple[duckdb.DuckDBPyConnection, dict[str, str]]]:
    """Attach all there is of a data folder; give what each relation is called by where it is kept."""
    with duckdb.connect() as connection:
        relations = {}
        for view in VIEWS:
            relations[f"landing/{view}"] = (
                f"read_parquet('{folder.landing / view}/*.parquet', union_by_name = true, filename = true)"
            )
        for path in sorted(folder.ml.glob("*.parquet")):
            relations[f"ml/{path.stem}"] = f"read_parquet('{path}')"
        files = {"warehouse": folder.warehouse} | {
            release: folder.releases / release / "marts.duckdb" for release in releases
        }
        for number, (place, file) in enumerate(files.items()):
            # The warehouse under its own name, by which its views call its tables.
            name = f"release_{number}" if number else place
            connection.execute(f"attach '{file}' as {name} (read_only)")
            found = connection.execute(
                "select table_schema, table_name from information_schema.tables where table_catalog = $1",
                [name],
            ).fetchall()
            relations |= {
                f"{place}/{schema}.{table}": f'{name}."{schema}"."{table}"' for schema, table in found
            }
        yield connection, relations


def places_of(folder: DataFolder, word: str, releases: list[str]) -> list[str]:
    """Return every column of everything in which a word stands, whatever its type."""
    found = []
    with everything(folder, releases) as (connection, relations):
        for place, relation in relations.items():
            names = [row[0] for row in connection.execute(f"describe from {relation}").fetchall()]
            sums = ", ".join(f"""bool_or(contains(lower("{name}"::varchar), lower($1)))""" for name in names)
            row = connection.execute(f"select {sums} from {relation}", [word]).fetchone() or ()
            found += [f"{place}:{name}" for name, is_there in zip(names, row, strict=True) if is_there]
    return found + [
        f"{release}/arrays.{path.stem}:bytes"
        for release in releases
        for path in sorted((folder.releases / release / "arrays").iterdir())
        if as_bytes(word) in path.read_bytes()
    ]


def as_bytes(word: str) -> bytes:
    """Return a word as arrays keep it: ids as their sixteen bytes."""
    try:
        return UUID(word).bytes
    except ValueError:
        return word.encode()


def landed_profiles(folder: DataFolder, member_id: UUID) -> set[str | None]:
    """Return the groups of a member in all landed versions of its record."""
    rows = duckdb.sql(
        f"select distinct profile from read_parquet('{folder.landing}/member/*.parquet', union_by_name = true) "
        f"where member_id = '{member_id}'"
    ).fetchall()
    return {profile for (profile,) in rows}


@pytest.fixture(scope="module")
def lived(
    tmp_path_factory: pytest.TempPathFactory,
    module_database_url: str,
    lend_parsed: Callable[[DataFolder], None],
) -> Lived:
    settings = PipelineSettings(data_dir=tmp_path_factory.mktemp("privacy"), database_url=module_database_url)
    folder, console = settings.folder, Console(file=io.StringIO())
    lend_parsed(folder)
    with psycopg.connect(module_database_url) as connection:
        world = insert_small_world(connection)
        planted = plant(connection, world)
        tenant_id = world.tenant_ids[0]
        member_id, other_id, refusing_id = world.member_ids[tenant_id][1:4]
        connection.execute(
            "update mall.member set profile = 'family', is_personalised = member_id <> %s where member_id = any(%s)",
            (refusing_id, [member_id, other_id, refusing_id]),
        )
    first = run_pipeline(settings, console)
    words = {word: places_of(folder, word, [first.release_id]) for word in (WORD, PUBLIC_WORD)}
    before = {
        str(member): places_of(folder, str(member), [first.release_id])
        for member in (member_id, other_id, refusing_id)
    }
    profiles_before = landed_profiles(folder, member_id)
    points = erase(module_database_url, tenant_id, member_id)
    second = run_pipeline(settings, console)
    return Lived(
        folder, planted, tenant_id, member_id, other_id, refusing_id, points, first, second, words, before,
        profiles_before,
    )  # fmt: skip


def plant_procurement(connection: psycopg.Connection[Any], names: dict[str, Any]) -> None:
    """Give the tables of warehouses, suppliers and orders a row each; who did what in them must not leave."""
    names["w"] = connection.execute(
        "insert into mall.warehouse (tenant_id, code, name, region, is_default) "
        "values (%(t)s, 'planted', '仓', '华东', false) returning warehouse_id",
        names,
    ).fetchone()[0]  # type: ignore[index]
    names["s"] = connection.execute(
        "insert into mall.supplier (tenant_id, code, name) values (%(t)s, 'planted', '商') returning supplier_id",
        names,
    ).fetchone()[0]  # type: ignore[index]
    names["k"] = connection.execute(
        "insert into mall.supplier_terms (tenant_id, supplier_id, item_id, lead_time_days, worst_lead_time_days, "
        "unit_cost_fen, valid_from) values (%(t)s, %(s)s, %(i)s, 1, 1, 1, '2026-01-01') returning terms_id",
        names,
    ).fetchone()[0]  # type: ignore[index]
    for statement in (
        "insert into mall.brand (code, name_zh, name_en) values ('planted', '牌', 'Brand')",
        "insert into mall.stock_correction (tenant_id, reference, request_hash, warehouse_id, item_id, quantity, kind, reason, "
        "corrected_by, effective_at) values (%(t)s, 'c', decode(repeat('00', 32), 'hex'), %(w)s, %(i)s, -1, 'damage', 'x', "
        "'x', %(at)s)",
        "insert into mall.carrier_rate (carrier, region, valid_from, first_grams, first_fen, step_grams, step_fen, "
        "announced_by, announced_at) values ('sf', 'remote', '2026-01-01', 1, 1, 1, 1, 'x', %(at)s)",
        "insert into mall.stock_alert (tenant_id, item_id, threshold_quantity, quantity, opened_at, acknowledged_at, "
        "acknowledged_by) values (%(t)s, %(i)s, 2, 1, %(at)s, %(at)s, 'x')",
        "insert into mall.expired_stock (tenant_id, warehouse_id, item_id, expires_on, quantity, opened_at) "
        "values (%(t)s, %(w)s, %(i)s, '2026-03-01', 1, %(at)s)",
        "insert into mall.reservation (tenant_id, reservation_id, reference, request_hash, item_id, purpose, quantity, "
        "left_count, reserved_by, reserved_at, expires_at, released_at) values (%(t)s, uuidv7(), 'v', "
        "decode(repeat('00', 32), 'hex'), %(i)s, 'campaign', 1, 1, 'x', %(at)s, "
        "%(at)s::timestamptz + interval '1 hour', %(at)s)",
        "insert into mall.purchase_order (tenant_id, purchase_order_id, reference, request_hash, supplier_id, origin, "
        "order_by, created_by, created_at) values (%(t)s, %(r)s, 'po', decode(repeat('00', 32), 'hex'), %(s)s, "
        "'manual', '2026-03-01', 'x', %(at)s)",
        "insert into mall.purchase_order_line (tenant_id, purchase_order_id, line_no, item_id, warehouse_id, terms_id, "
        "quantity, unit_cost_fen, lead_time_days, expected_on, most_quantity) "
        "values (%(t)s, %(r)s, 1, %(i)s, %(w)s, %(k)s, 1, 1, 1, '2026-03-02', 1)",
        "insert into mall.supplier_document (tenant_id, supplier_id, kind, number, issued_on, valid_from, expires_on, "
        "file_url, file_sha256, handed_in_by, handed_in_at, verified_by, verified_at, rejected_by, rejected_at, "
        "rejected_reason) values (%(t)s, %(s)s, 'quality_report', 'planted', '2026-01-01', '2026-01-01', '2026-12-31', "
        "'x', repeat('0', 64), 'x', %(at)s, 'x', %(at)s::timestamptz + interval '1 second', 'x', "
        "%(at)s::timestamptz + interval '2 seconds', 'x')",
        "insert into mall.supplier_document_alert (tenant_id, document_id, days_before, opened_at, acknowledged_at, "
        "acknowledged_by) select tenant_id, document_id, 30, %(at)s, %(at)s, 'x' from mall.supplier_document "
        "where tenant_id = %(t)s and number = 'planted'",
        "insert into mall.draw_prize (tenant_id, draw_id, prize_no, item_id, name, quantity, value_fen) "
        "select tenant_id, draw_id, 1, %(i)s, 'x', 1, 1 from mall.draw where tenant_id = %(t)s",
        "insert into mall.supplier_sample (tenant_id, supplier_id, reference, result, score, remarks, tested_on, noted_by, "
        "noted_at) values (%(t)s, %(s)s, 'x', 'passed', 90, 'x', '2026-01-01', 'x', "
        "%(at)s::timestamptz + interval '3 seconds')",
        "insert into mall.supplier_suspension (tenant_id, supplier_id, failed_gate, reason, suspended_by, suspended_at, "
        "lifted_by, lifted_at) values (%(t)s, %(s)s, 'trial', 'x', 'x', %(at)s::timestamptz + interval '4 seconds', 'x', "
        "%(at)s::timestamptz + interval '5 seconds')",
        "insert into mall.supplier_trial (tenant_id, purchase_order_id, supplier_id, begun_at) "
        "values (%(t)s, %(r)s, %(s)s, %(at)s::timestamptz + interval '6 seconds')",
        "insert into mall.shipment (tenant_id, shipment_id, redemption_id, reference, request_hash, carrier, "
        "tracking_number, province, region, created_at, ask_next_at) values (%(t)s, %(r)s, %(r)s, 'p', "
        "decode(repeat('00', 32), 'hex'), 'sf', 'SF0001', '广东', 'nationwide', %(at)s, %(at)s)",
        "insert into mall.shipment_line (tenant_id, shipment_id, line_no, redemption_id, quantity) "
        "values (%(t)s, %(r)s, 1, %(r)s, 1)",
        "insert into mall.shipment_event (tenant_id, shipment_id, event_key, kind, occurred_at, source) "
        "values (%(t)s, %(r)s, 'x', 'collected', %(at)s, 'push')",
        "insert into mall.compensation (tenant_id, clock, subject_id, redemption_id, member_id, party, due_at, opened_at, "
        "points, outcome, settled_at, settled_by, note) select tenant_id, 'shipping', redemption_id, redemption_id, "
        "member_id, 'platform', %(at)s, %(at)s, 0, 'paid', %(at)s, 'x', 'x' from mall.redemption "
        "where tenant_id = %(t)s and redemption_id = %(r)s",
        "insert into mall.after_sales_case (tenant_id, reference, request_hash, redemption_id, member_id, type, reason, "
        "opened_at, due_at, answered_at, outcome, responsibility, is_restocked, decided_by, decided_at) "
        "select tenant_id, 'c', decode(repeat('00', 32), 'hex'), redemption_id, member_id, 'complaint', 'late', %(at)s, "
        "%(at)s::timestamptz + interval '1 day', %(at)s, 'reject', 'member', false, 'x', %(at)s from mall.redemption "
        "where tenant_id = %(t)s and redemption_id = %(r)s",
        "insert into mall.survey (tenant_id, survey_id, code, request_hash, title, opened_by, opened_at) "
        "values (%(t)s, %(r)s, 'planted', decode(repeat('00', 32), 'hex'), 't', 'x', %(at)s)",
        "insert into mall.survey_question (tenant_id, survey_id, question_no, kind, wording, is_satisfaction, is_required) "
        "values (%(t)s, %(r)s, 1, 'score', 'w', false, true)",
        "insert into mall.survey_response (tenant_id, survey_id, member_id, redemption_id, request_hash, answered_at) "
        "select %(t)s, %(r)s, account_id, null, decode(repeat('00', 32), 'hex'), %(at)s from mall.account "
        "where tenant_id = %(t)s and kind = 'member'",
        "insert into mall.survey_answer (tenant_id, survey_id, member_id, question_no, kind, score) "
        "select tenant_id, survey_id, member_id, 1, 'score', 5 from mall.survey_response",
        "insert into mall.item_review (tenant_id, review_id, redemption_id, line_no, item_id, member_id, request_hash, "
        "stars, sealed_text, text_length, language, topic, written_at, hidden_at, hidden_by, hidden_reason) "
        "select tenant_id, redemption_id, redemption_id, line_no, item_id, member_id, decode(repeat('00', 32), 'hex'), 1, "
        "'x', 1, 'zh', 'other', %(at)s, %(at)s, 'x', 'other' "
        "from mall.redemption join mall.redemption_line using (tenant_id, redemption_id) where line_no = 1",
        "insert into mall.chat (tenant_id, chat_id, reference, request_hash, member_id, started_at, ended_at, message_count, "
        "member_message_count, agent_message_count) select %(t)s, account_id, 'c' || account_id, "
        "decode(repeat('00', 32), 'hex'), account_id, %(at)s, %(at)s, 1, 0, 0 from mall.account "
        "where tenant_id = %(t)s and kind = 'member'",
        "insert into mall.holiday_plan (tenant_id, plan_id, occasion_id, first_day, last_day, status, decided_by, "
        "decided_at, as_of_date, release_id) values (%(t)s, %(r)s, 'planted', '2026-04-01', '2026-04-02', 'approved', "
        "'x', %(at)s, '2026-03-01', '20260301T020000Z-0123abcd')",
        "insert into mall.holiday_plan_line (tenant_id, plan_id, item_id, warehouse_id, proposed_quantity, "
        "proposed_order_by, quantity, order_by, edited_by, edited_at, is_too_late, wish_quantity, order_up_to, "
        "risk_without, risk_with, cost_without_fen, cost_with_fen, demand_mean, demand_q05, demand_q50, demand_q95, "
        "confidence) values (%(t)s, %(r)s, %(i)s, %(w)s, 1, '2026-03-05', 1, '2026-03-05', 'x', %(at)s, false, 1, 1, "
        "0.5, 0.1, 10, 1, 1, 0, 1, 2, 'low')",
    ):
        connection.execute(statement, names)


def plant_money(connection: psycopg.Connection[Any], names: dict[str, Any]) -> None:
    """Give the tables of tariffs, fees and invoices a row each; who charged what and why must not leave."""
    for statement in (
        "insert into mall.tariff (tariff_id, reference, valid_from, announced_by, announced_at, request_hash) "
        "values (%(r)s, 'r', '2026-01-01', 'x', %(at)s, decode(repeat('00', 32), 'hex'))",
        "insert into mall.tariff_line (tariff_id, line_code, basis, rate, name_zh, name_en) "
        "values (%(r)s, 'planted', 'piece', 1, 'x', 'x')",
        "insert into mall.fee (tenant_id, reference, month, tariff_id, line_code, confirmed_on, first_day, last_day, "
        "quantity, amount_fen, charged_by, charged_at) values (%(t)s, 'f', '2026-01-01', %(r)s, 'planted', "
        "'2026-01-01', '2026-01-02', '2026-01-02', 1, 1, 'x', %(at)s)",
        "insert into mall.invoice (tenant_id, invoice_id, number, month, fees, amount_fen, waived_fen, issued_at, due_on) "
        "values (%(t)s, %(r)s, 'planted-202601', '2026-01-01', 1, 1, 0, %(at)s, '2026-03-01')",
        "insert into mall.credit_note (tenant_id, invoice_id, reference, request_hash, amount_fen, reason, issued_by, "
        "issued_at) values (%(t)s, %(r)s, 'c', decode(repeat('00', 32), 'hex'), 1, 'x', 'x', %(at)s)",
        "insert into mall.invoice_payment (tenant_id, invoice_id, reference, amount_fen, received_at, recorded_by, noted_at) "
        "values (%(t)s, %(r)s, 'p', 1, %(at)s, 'x', %(at)s)",
        "insert into mall.top_up (tenant_id, top_up_id, redemption_id, line_no, item_id, quantity, provider, product_code, "
        "request_hash, account, next_attempt_at, expires_at, last_error, provider_reference, requested_at) "
        "values (%(t)s, %(r)s, %(r)s, 1, %(i)s, 1, 'sandbox', 'x', decode(repeat('00', 32), 'hex'), 'x', %(at)s, %(at)s, "
        "'x', 'x', %(at)s)",
        "insert into mall.settlement_statement (tenant_id, statement_id, party_kind, party_id, day, lines, quantity, owed_fen, "
        "stated_at, due_on) values (%(t)s, %(r)s, 'supplier', %(s)s, '2026-01-05', 1, 1, 1, %(at)s, '2026-01-06')",
        "insert into mall.settlement_payment (tenant_id, statement_id, reference, settled_at, recorded_by, noted_at) "
        "values (%(t)s, %(r)s, 's', %(at)s, 'x', %(at)s)",
        "insert into mall.settlement_line (tenant_id, statement_id, line_no, source, source_id, source_no, source_day, quantity, "
        "unit_cost_fen, amount_fen) values (%(t)s, %(r)s, 1, 'receipt', %(r)s, 1, '2026-01-05', 1, 1, 1)",
        "insert into mall.fee_confirmation (tenant_id, tariff_id, confirmed_on, confirmed_by, confirmed_at) "
        "values (%(t)s, %(r)s, '2026-01-01', 'x', %(at)s)",
        "insert into mall.exchange_statement (tenant_id, partner_id, direction, day, exchanges, points, fee_points, to_points, "
        "reversals, reversed_points, reversed_fee_points, reversed_to_points, net_to_points, owed_fen, stated_at) "
        "values (%(t)s, %(t)s, 'out', '2026-01-05', 1, 2, 0, 2, 0, 0, 0, 0, 2, 2, %(at)s)",
        "insert into mall.feature_switch (tenant_id, feature, is_on, changed_by, changed_at) "
        "values (%(t)s, 'draws', false, 'x', %(at)s)",
        "insert into mall.brand_demand (tenant_id, brand_id, is_demanded, changed_by, changed_at) "
        "select %(t)s, brand_id, true, 'x', %(at)s from mall.brand where code = 'planted'",
        "insert into mall.platform_brand_demand (brand_id, is_demanded, changed_by, changed_at) "
        "select brand_id, true, 'x', %(at)s from mall.brand where code = 'planted' on conflict do nothing",
        "insert into mall.reconciliation (tenant_id, provider, day, file_hash, matched, missing_here, missing_there, "
        "different_amount, file_fen, our_fen, imported_by, imported_at) values (%(t)s, 'wechat', '2026-01-05', "
        "decode(repeat('00', 32), 'hex'), 0, 0, 0, 0, 0, 0, 'x', %(at)s)",
        "insert into mall.licence (licence_id, kind, number, holder, valid_from, expires_on, registered_by, registered_at) "
        "values (%(r)s, 'planted', 'planted', 'x', '2026-01-01', '2026-01-02', 'x', %(at)s)",
        "insert into mall.licence_alert (licence_id, days_before, opened_at, acknowledged_at, acknowledged_by) "
        "values (%(r)s, 7, %(at)s, %(at)s, 'x')",
        "insert into mall.onboarding (tenant_id, request_hash, applied_on, applied_by, qualification_number, "
        "qualification_expires_on) values (%(t)s, decode(repeat('00', 32), 'hex'), '2026-01-01', 'x', 'x', '2030-01-01')",
        "insert into mall.acceptance_run (tenant_id, run_id, started_at, finished_at, is_passed, checks) "
        "values (%(t)s, %(r)s, %(at)s, %(at)s, true, '[]')",
        "insert into mall.pilot (tenant_id, salt, share_bp, starts_on, ends_on, set_by, set_at) "
        "values (%(t)s, repeat('0', 32), 1000, '2026-01-01', '2026-01-02', 'x', %(at)s)",
        "insert into mall.campaign (tenant_id, campaign_id, reference, request_hash, kind, name_zh, name_en, starts_at, "
        "ends_at, audience, earn_numerator, earn_denominator, budget_points, used_points, created_by, created_at, "
        "revision, edited_by, edited_at) values (%(t)s, %(r)s, 'c', "
        "decode(repeat('00', 32), 'hex'), 'member_day', 'planted', 'planted', %(at)s, %(at)s::timestamptz + interval '1 day', "
        "'everybody', 2, 1, 9, 5, 'x', %(at)s, 1, 'x', %(at)s)",
        "insert into mall.campaign_item (tenant_id, campaign_id, item_id) values (%(t)s, %(r)s, %(i)s)",
        "insert into mall.campaign_sale (tenant_id, campaign_id, sale_id) select tenant_id, %(r)s, sale_id "
        "from mall.flash_sale where tenant_id = %(t)s limit 1",
        "update mall.campaign set approved_by = 'x', approved_at = %(at)s, stopped_by = 'x', "
        "stopped_at = %(at)s::timestamptz + interval '1 hour', stop_reason = 'x' where tenant_id = %(t)s and campaign_id = %(r)s",
        "insert into mall.campaign_member (tenant_id, campaign_id, member_id, used_points) values (%(t)s, %(r)s, %(m)s, 5)",
        "insert into mall.campaign_use (tenant_id, cause_id, kind, campaign_id, member_id, points, effective_at) "
        "values (%(t)s, %(r)s, 'extra', %(r)s, %(m)s, 5, %(at)s)",
    ):
        connection.execute(statement, names)


def test_the_views_read_no_text_that_nobody_has_looked_at(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        read = connection.execute(
            "select distinct u.table_name || '.' || u.column_name from information_schema.view_column_usage u "
            "join information_schema.columns c using (table_schema, table_name, column_name) "
            "where u.view_schema = 'export' and u.table_schema = 'mall' and c.data_type in ('text', 'jsonb', 'bytea')"
        ).fetchall()
    assert {field for (field,) in read} <= READ_BY_VIEWS


def test_words_are_planted_wherever_people_type(lived: Lived) -> None:
    assert lived.planted >= {
        "member.external_ref", "feedback.comment", "transfer.reason", "transfer.reference", "hold.reference",
        "redemption.bill_reference", "redemption.cancel_reason", "stock_movement.reference", "draw.name",
        "draw.cancel_reason", "flash_sale.reference", "payment.provider_reference", "program.name",
        "risk_assessment.triggered", "risk_assessment.decided_by", "stock_alert.acknowledged_by",
        "supplier_document.rejected_reason", "supplier_sample.remarks", "supplier_suspension.reason",
        "reservation.reference", "reservation.reserved_by", "purchase_order.reference", "purchase_order.created_by",
        "holiday_plan.decided_by", "holiday_plan_line.edited_by", "shipment.reference", "compensation.settled_by",
        "compensation.note", "after_sales_case.reference", "after_sales_case.decided_by",
        "fee.reference", "fee.charged_by",
        "credit_note.reason", "credit_note.issued_by", "invoice_payment.reference", "invoice_payment.recorded_by",
        "settlement_payment.reference", "settlement_payment.recorded_by", "top_up.last_error", "top_up.provider_reference", "tariff.announced_by", "reconciliation.imported_by", "licence.registered_by", "onboarding.qualification_number",
        "pilot.set_by", "stock_correction.reason", "stock_correction.corrected_by",
        "carrier_rate.announced_by", "survey.title", "survey.opened_by", "item_review.hidden_by",
        "chat.reference", "campaign.reference", "campaign.created_by", "campaign.edited_by", "campaign.stop_reason",
        "attribute_declaration.declared_by", "acceptance_run.checks", "offer_opt_in.opted_in_by",
        "feature_switch.changed_by", "brand_demand.changed_by", "platform_brand_demand.changed_by",
        "fee_confirmation.confirmed_by", "shipment_event.event_key", "draw_prize.name",
        "supplier_document_alert.acknowledged_by",
    }  # fmt: skip


def test_no_planted_word_is_in_any_column_of_anything(lived: Lived) -> None:
    assert lived.words[WORD] == []
    found = {place.split("/")[0] for place in lived.words[PUBLIC_WORD]}
    assert found == {"landing", "warehouse", lived.first.release_id}


def test_the_member_was_everywhere_before(lived: Lived) -> None:
    behind = {place.split(":")[0] for place in lived.before[str(lived.member_id)]}
    assert behind >= {
        *(f"landing/{view}" for view in BEHAVIOUR_VIEWS), "ml/member_items", "warehouse/marts.fct_events",
        f"{lived.first.release_id}/marts.fct_redemption_lines", f"{lived.first.release_id}/marts.dim_member",
        f"{lived.first.release_id}/arrays.members.keys",
    }  # fmt: skip


def test_an_erased_member_is_nowhere_but_in_the_books(lived: Lived) -> None:
    left = {
        place.split(":")[0]
        for place in places_of(lived.folder, str(lived.member_id), [lived.second.release_id])
    }
    landed = {place.removeprefix("landing/") for place in left if place.startswith("landing/")}
    assert landed == {"member", "lot", "entry", "hold", "redemption"}
    assert not [place for place in left if place.startswith("ml/")]
    for schema in ("staging", "intermediate", "marts"):
        found = {place.split(".")[1] for place in left if place.startswith(f"warehouse/{schema}.")}
        assert found <= BOOKS[schema], schema
    released = {place.split(".")[1] for place in left if place.startswith(lived.second.release_id)}
    assert released <= BOOKS["marts"]


def test_the_group_of_an_erased_member_goes_from_every_version_that_was_landed(lived: Lived) -> None:
    assert lived.profiles_before == {"family"}
    assert landed_profiles(lived.folder, lived.member_id) == {None}
    assert landed_profiles(lived.folder, lived.other_id) == {"family"}


def test_whoever_refuses_personal_recommendations_is_in_no_list_and_counts_in_figures_of_all(
    lived: Lived,
) -> None:
    places = {
        place.split(":")[0].replace(lived.first.release_id, "release")
        for place in lived.before[str(lived.refusing_id)]
    }
    assert not [place for place in places if place.startswith("ml/")]
    assert not places & {"release/marts.fct_member_items", "release/marts.fct_member_recommendations"}
    assert places >= {"release/marts.dim_member", "release/marts.fct_redemption_lines"}
    # Another one has both.
    other = {place.split(":")[0] for place in lived.before[str(lived.other_id)]}
    assert other >= {"ml/member_items", "ml/member_recommendations"}


def test_another_member_stays_everywhere(lived: Lived) -> None:
    def relations(places: list[str], release_id: str) -> set[str]:
        return {place.split(":")[0].replace(release_id, "release") for place in places}

    other = str(lived.other_id)
    after = relations(places_of(lived.folder, other, [lived.second.release_id]), lived.second.release_id)
    assert after == relations(lived.before[other], lived.first.release_id)


def test_the_ledger_is_the_same_but_for_the_points_that_were_taken(lived: Lived) -> None:
    with everything(lived.folder, [lived.first.release_id, lived.second.release_id]) as (
        connection,
        relations,
    ):
        first, second = (
            relations[f"{release.release_id}/marts.fct_entries"] for release in (lived.first, lived.second)
        )
        assert connection.execute(f"from {first} except from {second}").fetchall() == []
        came = connection.execute(
            f"select account_kind, sum(amount_points)::bigint, any_value(transfer_kind) "
            f"from (from {second} except from {first}) group by 1 order by 1"
        ).fetchall()
    assert came == [("adjustment", lived.points_taken, "adjust"), ("member", -lived.points_taken, "adjust")]
    assert lived.points_taken > 0


def test_the_release_of_before_is_gone_after_a_week(lived: Lived, tmp_path: Path) -> None:
    copy = DataFolder(tmp_path / "copy")
    shutil.copytree(lived.folder.root, copy.root, symlinks=True)
    assert (copy.releases / lived.first.release_id).exists()
    assert drop_outdated(copy, datetime.now(UTC) + timedelta(days=6, hours=23)) == []
    assert drop_outdated(copy, datetime.now(UTC) + timedelta(days=7)) == [lived.first.release_id]
