"""Creates tenants and sets their rules. Needs the owner's connection, or the committer's: no tenant can make another."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from transactional.database import Connection
from transactional.identifiers import derived
from transactional.tenants.domain import Program, check_program

_CHANGE_PROGRAM = """
update mall.program
set lot_validity_months = $2, pending_days = $3, expiry_rounding = $4, return_policy = $5, refund_grace_days = $6,
    qualification = $7, cash_points = $8, cash_fen = $9, cash_share_min_bp = $10, cash_share_max_bp = $11,
    offset_points = $12, offset_fen = $13, payment_minutes = $14, review_hours = $15, confirmation_hours = $16
where tenant_id = $1
"""
PLATFORM_CODE = "platform"
_PLATFORM_NAME = "Pointmart 平台"
_PROGRAM_ACCOUNTS = ("issuance", "redeemed", "expired", "exchange", "adjustment", "receivable", "fee")


@dataclass(frozen=True)
class NewTenant:
    """What a tenant starts with.

    Attributes:
        lot_validity_months: points expire after so many months; None means never.
        point_cost_fen_per_100: what 100 points cost the tenant, in fen.
        tenant_id: its identifier; None makes a new one.
        is_live: whether it is live at once; otherwise it is taken on step by step, in test mode until then.
        live_on: the day since which it is live; None means today.
    """

    code: str
    name: str
    industry: str
    lot_validity_months: int | None = None
    point_cost_fen_per_100: int = 100
    is_test: bool = False
    tenant_id: UUID | None = None
    is_live: bool = True
    live_on: date | None = None


async def create_tenant(connection: Connection, new: NewTenant) -> UUID:
    """Create a tenant with its program and program accounts, and return its id.

    Raises:
        asyncpg.UniqueViolationError: the code is taken.
    """
    async with connection.transaction():
        tenant_id: UUID = await connection.fetchval(
            "insert into mall.tenant (tenant_id, code, name, industry, is_test, live_on) "
            "values (coalesce($5, uuidv7()), $1, $2, $3, $4, "
            "case when $6 then coalesce($7, (now() at time zone 'Asia/Shanghai')::date) end) returning tenant_id",
            new.code,
            new.name,
            new.industry,
            new.is_test,
            new.tenant_id,
            new.is_live,
            new.live_on,
        )
        await connection.execute(
            "insert into mall.program (tenant_id, name, lot_validity_months, point_cost_fen_per_100) "
            "values ($1, $2, $3, $4)",
            tenant_id,
            f"{new.name}积分",
            new.lot_validity_months,
            new.point_cost_fen_per_100,
        )
        await connection.execute(
            "insert into mall.account (tenant_id, account_id, kind) "
            "select $1, account_id, kind from unnest($2::uuid[], $3::text[]) as k(account_id, kind)",
            tenant_id,
            [derived(tenant_id, number) for number in range(len(_PROGRAM_ACCOUNTS))],
            list(_PROGRAM_ACCOUNTS),
        )
    return tenant_id


async def platform_tenant(connection: Connection) -> UUID:
    """Return the tenant that the platform's own people log in at, made if there is none; it has no program and no members."""
    await connection.execute(
        "insert into mall.tenant (code, name, industry, live_on) "
        "select $1, $2, 'platform', (now() at time zone 'Asia/Shanghai')::date "
        "where not exists (select from mall.tenant where industry = 'platform')",
        PLATFORM_CODE,
        _PLATFORM_NAME,
    )
    tenant_id: UUID = await connection.fetchval(
        "select tenant_id from mall.tenant where industry = 'platform' order by recorded_at limit 1"
    )
    return tenant_id


async def find_tenant(connection: Connection, code: str) -> UUID | None:
    """Return the id of the tenant with a code, or None."""
    found: UUID | None = await connection.fetchval("select tenant_id from mall.tenant where code = $1", code)
    return found


async def change_program(connection: Connection, *, tenant_id: UUID, program: Program) -> None:
    """Set a tenant's points rules. They hold for what happens from now on; lots keep their days.

    Raises:
        ProgramRefused: the rules make no sense.
    """
    check_program(program)
    p = program
    await connection.execute(
        _CHANGE_PROGRAM,
        tenant_id,
        p.lot_validity_months,
        p.pending_days,
        p.expiry_rounding,
        p.return_policy,
        p.refund_grace_days,
        p.qualification,
        p.cash and p.cash.points,
        p.cash and p.cash.fen,
        p.cash_share_min_bp,
        p.cash_share_max_bp,
        p.offset and p.offset.points,
        p.offset and p.offset.fen,
        p.payment_minutes,
        p.review_hours,
        p.confirmation_hours,
    )
