"""Imports after-sales cases of the past, written once as they ended. No events are told: what is past is no news.

Words are stored as they come, and the worker seals them: an import is of the machine that it runs on, without the key.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from transactional.after_sales.domain import ANSWER_WITHIN, Outcome, Reason, Responsibility, Type
from transactional.database import Connection
from transactional.suppliers.importing import supplier_of_items

_LINE_NO = 1


@dataclass(frozen=True, slots=True)
class PastCase:
    """A case about all pieces of a redemption of one item: opened, answered and decided, in this order.

    Attributes:
        is_restocked: whether pieces that were refunded are back on the shelf.
        text: what the member wrote.
        answer, decision: what was said to it, and why it was decided like that.
        by: who answered and decided.
    """

    case_id: UUID
    redemption_id: UUID
    member_id: UUID
    item_id: UUID
    quantity: int
    type: Type
    reason: Reason
    text: str
    answer: str
    decision: str
    opened_at: datetime
    answered_at: datetime
    decided_at: datetime
    outcome: Outcome
    responsibility: Responsibility
    is_restocked: bool
    by: str


class PastCases:
    """A tenant's cases of the past. Nobody else may answer or decide them meanwhile; the caller sees to that."""

    def __init__(self, connection: Connection, tenant_id: UUID, suppliers: Mapping[UUID, UUID]) -> None:
        """Use `begin`."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._suppliers = suppliers
        self._kept: list[PastCase] = []

    @classmethod
    async def begin(cls, connection: Connection, *, tenant_id: UUID) -> "PastCases":
        """Begin with the suppliers that the tenant has."""
        return cls(connection, tenant_id, await supplier_of_items(connection, tenant_id=tenant_id))

    def add(self, case: PastCase) -> None:
        """Take a case; its refund, if it has one, is made by the caller when the case is decided."""
        self._kept.append(case)

    async def flush(self, now: datetime) -> None:
        """Write the cases that are decided by `now`; their redemptions are written before."""
        done = [case for case in self._kept if case.decided_at <= now]
        self._kept = [case for case in self._kept if case.decided_at > now]
        await self._write(done, now)

    async def finish(self, now: datetime) -> None:
        """Write the others that are open at `now` as they stand; the import ends with it."""
        await self._write([case for case in self._kept if case.opened_at <= now], now)
        self._kept = []

    async def _write(self, cases: list[PastCase], now: datetime) -> None:
        if not cases:
            return
        async with self._connection.transaction():
            await self._connection.copy_records_to_table(
                "after_sales_case", schema_name="mall", columns=_CASE, records=self._rows(cases, now)
            )
            await self._connection.copy_records_to_table(
                "after_sales_note", schema_name="mall", columns=_NOTE, records=self._notes(cases, now)
            )

    def _rows(self, cases: list[PastCase], now: datetime) -> Iterator[tuple[Any, ...]]:
        for case in cases:
            due = case.opened_at + ANSWER_WITHIN
            answered = case.answered_at if case.answered_at <= now else None
            decided = (
                (
                    case.outcome,
                    case.responsibility,
                    case.is_restocked,
                    case.by,
                    case.decided_at,
                    case.decided_at,
                )
                if case.decided_at <= now
                else (None,) * 6
            )
            yield (
                self._tenant_id, case.case_id, str(case.case_id), sha256(case.case_id.bytes).digest(), case.redemption_id,
                _LINE_NO, case.quantity, case.member_id, self._suppliers.get(case.item_id), case.type, case.reason,
                case.opened_at, due, due if (answered or now) > due else None, answered, *decided,
            )  # fmt: skip

    def _notes(self, cases: list[PastCase], now: datetime) -> Iterator[tuple[Any, ...]]:
        for case in cases:
            for kind, text, by, at in (
                ("opened", case.text, "member", case.opened_at),
                ("answered", case.answer, case.by, case.answered_at),
                ("decided", case.decision, case.by, case.decided_at),
            ):
                if at <= now:
                    yield self._tenant_id, case.case_id, kind, text, by, at


_CASE = (
    "tenant_id", "case_id", "reference", "request_hash", "redemption_id", "line_no", "quantity", "member_id",
    "supplier_id", "type", "reason", "opened_at", "due_at", "overdue_at", "answered_at", "outcome", "responsibility",
    "is_restocked", "decided_by", "decided_at", "closed_at",
)  # fmt: skip
_NOTE = ("tenant_id", "case_id", "kind", "text", "noted_by", "noted_at")
