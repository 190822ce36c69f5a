"""One writer of redemptions whose status changes, in plain SQL: as the engine writes them, a few at a time."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import psycopg

from tests.small_world import credit

PRICE = 10
_AT = datetime.fromisoformat("2026-05-01T04:00:00+00:00")


class Till:
    """Serves one member of a tenant from one lot; nobody else writes about this member."""

    def __init__(
        self, connection: psycopg.Connection[Any], tenant_id: UUID, member_id: UUID, random: Random
    ) -> None:
        self._connection = connection
        self._tenant_id, self._member_id = tenant_id, member_id
        self._random = random
        self._lot_id = credit(connection, tenant_id, member_id, "earn", 1_000_000, _AT - timedelta(days=1))
        connection.commit()

    def begin(self) -> None:
        """Begin a transaction that has a number before it does anything."""
        self._run("select pg_current_xact_id()")

    def serve(self, item_id: UUID) -> None:
        """Do one thing at random with redemptions of an item."""
        lived = self._run(
            "select redemption_id, status from mall.redemption join mall.redemption_line using (tenant_id, redemption_id) "
            "where tenant_id = %s and member_id = %s and item_id = %s and mode in ('points', 'points_cash') "
            "and status in ('created', 'allocated', 'partially_refunded')",
            *(self._tenant_id, self._member_id, item_id),
        )  # fmt: skip
        choices = ["ask"] if len(lived) < 5 else []
        redemption_id, status = self._random.choice(lived) if lived else (None, None)
        if status == "created":
            choices += ["pay", "pay", "cancel"]
        elif status:
            choices += ["refund"]
        match self._random.choice(choices):
            case "ask":
                self.ask(item_id)
            case "pay":
                self.pay(redemption_id)
            case "cancel":
                self.cancel(redemption_id)
            case "refund":
                self.refund(redemption_id)

    def ask(self, item_id: UUID) -> UUID:
        """Hold points and take pieces of an item."""
        quantity = self._random.randint(1, 3)
        cash_points = self._random.choice((0, PRICE * quantity // 2))
        ((redemption_id, hold_id),) = self._run("select uuidv7(), uuidv7()")
        points = PRICE * quantity - cash_points
        self._run(
            "insert into mall.redemption (tenant_id, redemption_id, member_id, mode, status, points, cash_points, "
            "cash_fen, hold_id, deadline, effective_at) values (%s, %s, %s, %s, 'created', %s, %s, %s, %s, %s, %s)",
            *(self._tenant_id, redemption_id, self._member_id, "points_cash" if cash_points else "points"),
            *(points, cash_points, 7 * cash_points, hold_id, _AT + timedelta(minutes=15), _AT),
        )
        self._run(
            "insert into mall.hold (tenant_id, hold_id, member_id, points, lot_ids, lot_points, status, redemption_id, "
            "effective_at, expires_at) values (%s, %s, %s, %s, array[%s], array[%s::bigint], 'open', %s, %s, %s)",
            *(self._tenant_id, hold_id, self._member_id, points, self._lot_id, points, redemption_id),
            *(_AT, _AT + timedelta(minutes=15)),
        )
        self._run(
            "insert into mall.redemption_line (tenant_id, redemption_id, line_no, item_id, quantity, unit_points) "
            "values (%s, %s, 1, %s, %s, %s)",
            *(self._tenant_id, redemption_id, item_id, quantity, PRICE),
        )
        self._run(
            "update mall.stock set on_hand = on_hand - %s where tenant_id = %s and item_id = %s",
            *(quantity, self._tenant_id, item_id),
        )
        return redemption_id

    def pay(self, redemption_id: UUID) -> None:
        """Take what is held."""
        ((points,),) = self._run(
            "update mall.redemption set status = 'allocated', deadline = null "
            "where tenant_id = %s and redemption_id = %s returning points",
            *(self._tenant_id, redemption_id),
        )
        self._resolve(redemption_id, "captured", points)
        self._transfer(redemption_id, "redeem", -points)

    def cancel(self, redemption_id: UUID) -> None:
        """Let go of what waits."""
        self._run(
            "update mall.redemption set status = 'cancelled', cancel_reason = 'timeout', deadline = null "
            "where tenant_id = %s and redemption_id = %s",
            *(self._tenant_id, redemption_id),
        )
        self._resolve(redemption_id, "released", 0)
        self._put_back(redemption_id, None)

    def refund(self, redemption_id: UUID) -> None:
        """Give a piece back, and the points and cash that it stands for."""
        ((left,),) = self._run(
            "update mall.redemption_line set refunded_quantity = refunded_quantity + 1 "
            "where tenant_id = %s and redemption_id = %s returning quantity - refunded_quantity",
            *(self._tenant_id, redemption_id),
        )
        ((before, after),) = self._run(
            "with parts as (select points, cash_fen, (quantity - %s)::numeric / quantity as share from mall.redemption "
            " join mall.redemption_line using (tenant_id, redemption_id) where tenant_id = %s and redemption_id = %s) "
            "update mall.redemption r set status = %s, refunded_points = floor(parts.points * share), "
            "refunded_cash_fen = floor(parts.cash_fen * share) from parts where tenant_id = %s and redemption_id = %s "
            "returning old.refunded_points, new.refunded_points",
            *(left, self._tenant_id, redemption_id, "partially_refunded" if left else "refunded"),
            *(self._tenant_id, redemption_id),
        )  # fmt: skip
        if after > before:
            self._transfer(redemption_id, "refund", after - before)
        self._put_back(redemption_id, 1)

    def _resolve(self, redemption_id: UUID, status: str, captured: int) -> None:
        self._run(
            "update mall.hold set status = %s, captured_points = %s, resolved_at = %s "
            "where tenant_id = %s and redemption_id = %s",
            *(status, captured, _AT, self._tenant_id, redemption_id),
        )

    def _put_back(self, redemption_id: UUID, quantity: int | None) -> None:
        self._run(
            "with back as (insert into mall.stock_movement (tenant_id, item_id, quantity, reason, effective_at) "
            " select tenant_id, item_id, coalesce(%s, quantity), 'return', %s from mall.redemption_line "
            " where tenant_id = %s and redemption_id = %s returning tenant_id, item_id, quantity) "
            "update mall.stock s set on_hand = on_hand + back.quantity from back "
            "where s.tenant_id = back.tenant_id and s.item_id = back.item_id",
            *(quantity, _AT, self._tenant_id, redemption_id),
        )

    def _transfer(self, redemption_id: UUID, kind: str, points: int) -> None:
        ((transfer_id,),) = self._run(
            "insert into mall.transfer (tenant_id, kind, member_id, redemption_id, effective_at) "
            "values (%s, %s, %s, %s, %s) returning transfer_id",
            *(self._tenant_id, kind, self._member_id, redemption_id, _AT),
        )
        self._run(
            "update mall.lot set remaining_points = remaining_points + %s where tenant_id = %s and lot_id = %s",
            *(points, self._tenant_id, self._lot_id),
        )
        self._run(
            "insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, lot_id, amount, balance_after) "
            "values (%s, %s, 1, %s, %s, %s, 0)",
            *(self._tenant_id, transfer_id, self._member_id, self._lot_id, points),
        )
        self._run(
            "insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, amount) "
            "select tenant_id, %s, 0, account_id, %s from mall.account where tenant_id = %s and kind = 'redeemed'",
            *(transfer_id, -points, self._tenant_id),
        )

    def _run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        cursor = self._connection.execute(statement, values)
        return cursor.fetchall() if cursor.description else []
