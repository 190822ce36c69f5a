"""A live database that holds what the literal release has landed, and ways to act in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from uuid import UUID, uuid4

import psycopg

from tests import literal_release as literal

# One hour after the literal release was made: a Wednesday morning in Shanghai.
NOW = datetime(2026, 4, 1, 3, 0, tzinfo=UTC)

ACORN_KEY = f"pm_{literal.ACORN.hex}_acorn-secret-0123456789-0123456789-0123456"
BIRCH_KEY = f"pm_{literal.BIRCH.hex}_birch-secret-0123456789-0123456789-0123456"
PLATFORM_KEY = f"pmp_{'read-' * 8}abc"
PIPELINE_KEY = f"pmp_{'write' * 8}abc"

_numbers = count(1)


class Mall:
    """Acts as the transactional service would, in plain SQL."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, sql: str, *values: object) -> None:
        """Run one statement."""
        self._connection.execute(sql, values)

    def snapshot(self) -> str:
        """Return a landing's snapshot: all that was written so far is visible in it, all to come is not."""
        row = self._connection.execute("select pg_current_snapshot()::text").fetchone()
        assert row is not None
        return row[0]

    def add_tenant(self, tenant_id: UUID, code: str, name: str, key: str) -> None:
        """Add a tenant with a program, its own accounts and one key."""
        self.execute("insert into mall.tenant values (%s, %s, %s, 'bank')", tenant_id, code, name)
        self.execute("insert into mall.program (tenant_id, name) values (%s, %s)", tenant_id, name)
        for kind in ("issuance", "redeemed"):
            self.execute("insert into mall.account values (%s, %s, %s)", tenant_id, uuid4(), kind)
        self.execute(
            "insert into mall.api_key (tenant_id, key_hash, label) values (%s, %s, 'test')",
            tenant_id,
            sha256(key.encode()).digest(),
        )

    def add_platform_key(self, key: str, scope: str) -> None:
        """Add a key of the platform for one purpose."""
        self.execute(
            "insert into mall.platform_key (key_hash, scope, label) values (%s, %s, 'test')",
            sha256(key.encode()).digest(),
            scope,
        )

    def revoke_platform_keys(self) -> None:
        """Revoke every key of the platform."""
        self.execute("update mall.platform_key set revoked_at = now()")

    def revoke_keys(self, tenant_id: UUID) -> None:
        """Revoke every key of a tenant."""
        self.execute("update mall.api_key set revoked_at = now() where tenant_id = %s", tenant_id)

    def add_member(self, tenant_id: UUID, member_id: UUID, *, is_test: bool = False) -> None:
        """Register a member without points."""
        self.execute(
            "insert into mall.member (tenant_id, member_id, external_ref, is_test, registered_at) "
            "values (%s, %s, %s, %s, '2026-01-01')",
            tenant_id,
            member_id,
            str(member_id),
            is_test,
        )
        self.execute("insert into mall.account values (%s, %s, 'member')", tenant_id, member_id)

    def earn(
        self,
        tenant_id: UUID,
        member_id: UUID,
        points: int,
        *,
        lot_id: UUID | None = None,
        active_from: datetime = NOW - timedelta(days=1),
        expires_on: str | None = None,
    ) -> UUID:
        """Credit a member with a lot and return its id."""
        lot_id = lot_id or uuid4()
        self.execute(
            "insert into mall.lot values (%s, %s, %s, %s, %s, %s, %s)",
            *(tenant_id, member_id, lot_id, points, points, active_from, expires_on),
        )
        self._transfer(tenant_id, member_id, lot_id, points, "earn", "issuance", transfer_id=lot_id)
        return lot_id

    def redeem(
        self,
        tenant_id: UUID,
        member_id: UUID,
        item_id: UUID,
        points: int,
        *,
        lot_id: UUID | None = None,
        at: datetime = NOW - timedelta(minutes=5),
        redemption_id: UUID | None = None,
    ) -> UUID:
        """Redeem one piece of an item from a lot of the member, by default its first, and return the id."""
        redemption_id = redemption_id or uuid4()
        self.execute(
            "insert into mall.redemption (tenant_id, redemption_id, member_id, status, points, effective_at) "
            "values (%s, %s, %s, 'completed', %s, %s)",
            *(tenant_id, redemption_id, member_id, points, at),
        )
        self.execute(
            "insert into mall.redemption_line values (%s, %s, 1, %s, 1, %s)",
            *(tenant_id, redemption_id, item_id, points),
        )
        lot_id = lot_id or literal.LOTS[member_id]
        self._transfer(
            tenant_id, member_id, lot_id, -points, "redeem", "redeemed", redemption_id=redemption_id
        )
        return redemption_id

    def hold(self, tenant_id: UUID, member_id: UUID, points: int, *, expires_at: datetime) -> None:
        """Set points of a member's first lot aside."""
        self.execute(
            "insert into mall.hold (tenant_id, hold_id, member_id, points, lot_ids, lot_points, status, "
            "effective_at, expires_at) values (%s, uuidv7(), %s, %s, array[%s], array[%s::bigint], 'open', %s, %s)",
            *(tenant_id, member_id, points, literal.LOTS[member_id], points, NOW, expires_at),
        )

    def act(self, tenant_id: UUID, member_id: UUID, kind: str, item_id: UUID, at: datetime) -> None:
        """Write one behaviour event."""
        self.execute(
            "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at) values (%s, %s, %s, %s, %s)",
            *(tenant_id, member_id, kind, item_id, at),
        )

    def show(self, tenant_id: UUID, member_id: UUID, item_id: UUID, at: datetime) -> None:
        """Write that a recommendation showed an item."""
        self.execute(
            "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at, request_id, position, propensity, "
            "policy) values (%s, %s, 'impression', %s, %s, uuidv7(), 1, 0.5, 'recipe')",
            *(tenant_id, member_id, item_id, at),
        )

    def add_item(self, item_id: UUID, name: str, category: str, kind: str = "physical") -> None:
        """Add an item to the platform."""
        self.execute(
            "insert into mall.item values (%s, %s, %s, %s, %s, 'staple')",
            *(item_id, f"code-{next(_numbers)}", name, category, kind),
        )

    def offer(self, tenant_id: UUID, item_id: UUID, price_points: int, on_hand: int = 10) -> None:
        """Offer an item in a tenant's shop, with stock."""
        self.execute(
            "insert into mall.offer values (%s, %s, %s, 'shipping', '2026-01-01', '2026-01-01')",
            *(tenant_id, item_id, price_points),
        )
        self.execute("insert into mall.stock values (%s, %s, %s)", tenant_id, item_id, on_hand)

    def sell(
        self,
        tenant_id: UUID,
        item_id: UUID,
        price_points: int,
        *,
        left: int = 5,
        member_limit: int = 1,
        starts_at: datetime = NOW - timedelta(hours=1),
        ends_at: datetime = NOW + timedelta(hours=1),
    ) -> UUID:
        """Open a flash sale of an item, with pieces of its own, and return its id."""
        sale_id = uuid4()
        self.execute(
            "insert into mall.flash_sale (tenant_id, sale_id, reference, request_hash, item_id, price_points, "
            "starts_at, ends_at, allotted, left_count, member_limit) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            *(tenant_id, sale_id, str(sale_id), sale_id.bytes * 2, item_id, price_points),
            *(starts_at, ends_at, max(left, 1), left, member_limit),
        )
        return sale_id

    def take_cash(
        self, tenant_id: UUID, points: int, fen: int, *, share_min_bp: int = 0, share_max_bp: int = 10_000
    ) -> None:
        """Let a tenant's members pay part of a price in cash."""
        self.execute(
            "update mall.program set cash_points = %s, cash_fen = %s, cash_share_min_bp = %s, "
            "cash_share_max_bp = %s where tenant_id = %s",
            *(points, fen, share_min_bp, share_max_bp, tenant_id),
        )

    def _transfer(
        self,
        tenant_id: UUID,
        member_id: UUID,
        lot_id: UUID,
        points: int,
        kind: str,
        counter: str,
        *,
        transfer_id: UUID | None = None,
        redemption_id: UUID | None = None,
    ) -> None:
        transfer_id = transfer_id or uuid4()
        self.execute(
            "insert into mall.transfer values (%s, %s, %s, %s, %s, null, %s)",
            *(tenant_id, transfer_id, kind, member_id, redemption_id, NOW),
        )
        self.execute(
            "insert into mall.entry values (%s, %s, 1, %s, %s, %s)",
            *(tenant_id, transfer_id, member_id, lot_id, points),
        )
        self.execute(
            "insert into mall.entry select %s, %s, 2, account_id, null, %s from mall.account "
            "where tenant_id = %s and kind = %s",
            *(tenant_id, transfer_id, -points, tenant_id, counter),
        )


@contextmanager
def literal_mall(database_url: str) -> Iterator[Mall]:
    """Fill a migrated database with what the literal release landed; the block acts after that landing."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        mall = Mall(connection)
        with connection.transaction():
            _fill(mall)
        yield mall


def _fill(mall: Mall) -> None:
    rows = literal.rows()
    mall.add_tenant(literal.ACORN, literal.ACORN_CODE, literal.ACORN_NAME, ACORN_KEY)
    mall.add_tenant(literal.BIRCH, literal.BIRCH_CODE, literal.BIRCH_NAME, BIRCH_KEY)
    mall.add_platform_key(PLATFORM_KEY, "read")
    mall.add_platform_key(PIPELINE_KEY, "write_back")
    for item_id, _, name, category, kind, _ in rows["dim_item"]:
        mall.add_item(item_id, name, category, kind)
    for tenant_id, item_id, price_points, *_ in rows["dim_offer"]:
        mall.offer(tenant_id, item_id, price_points)
    landed = {literal.MEI: 1_000, literal.LAN: 300, literal.OTTO: 1_000}
    for tenant_id, member_id, *_ in rows["dim_member"]:
        mall.add_member(tenant_id, member_id)
        mall.earn(tenant_id, member_id, landed[member_id], lot_id=literal.LOTS[member_id])
    for tenant_id, redemption_id, _, member_id, item_id, _, _, _, _, points, at, *_ in rows[
        "fct_redemption_lines"
    ]:
        moment = datetime.fromisoformat(at)
        mall.redeem(tenant_id, member_id, item_id, points, at=moment, redemption_id=redemption_id)
