"""Creates tenants. Needs the owner's connection: no tenant can make another."""

from dataclasses import dataclass
from uuid import UUID

from transactional.database import Connection

_PROGRAM_ACCOUNTS = ("issuance", "redeemed", "expired", "exchange", "adjustment", "receivable", "fee")


@dataclass(frozen=True)
class NewTenant:
    """What a tenant starts with.

    Attributes:
        lot_validity_months: points expire after so many months; None means never.
        point_cost_fen_per_100: what 100 points cost the tenant, in fen.
    """

    code: str
    name: str
    industry: str
    lot_validity_months: int | None = None
    point_cost_fen_per_100: int = 100
    is_test: bool = False


async def create_tenant(connection: Connection, new: NewTenant) -> UUID:
    """Create a tenant with its program and program accounts, and return its id.

    Raises:
        asyncpg.UniqueViolationError: the code is taken.
    """
    async with connection.transaction():
        tenant_id: UUID = await connection.fetchval(
            "insert into mall.tenant (code, name, industry, is_test) values ($1, $2, $3, $4) "
            "returning tenant_id",
            new.code,
            new.name,
            new.industry,
            new.is_test,
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
            "select $1, uuidv7(), kind from unnest($2::text[]) kind",
            tenant_id,
            list(_PROGRAM_ACCOUNTS),
        )
    return tenant_id


async def find_tenant(connection: Connection, code: str) -> UUID | None:
    """Return the id of the tenant with a code, or None."""
    found: UUID | None = await connection.fetchval("select tenant_id from mall.tenant where code = $1", code)
    return found
