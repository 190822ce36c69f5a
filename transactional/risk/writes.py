"""What a batch writes of its risk rules, as parts of the batch's one statement or as a statement of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from transactional.database import Connection
from transactional.risk.domain import Assessment
from transactional.risk.judge import Attempt, RiskState


@dataclass(frozen=True, slots=True)
class Judged:
    """An attempt that was not allowed, as it is stored; `redemption_id` is the one that is parked, if any."""

    assessment_id: UUID
    redemption_id: UUID | None
    attempt: Attempt
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Write:
    """A data-modifying statement over the rows given as one array per column.

    Attributes:
        sql: the statement with `{rows}` where the rows come from.
        types: the SQL type of each column.
    """

    sql: str
    types: tuple[str, ...]

    def numbered(self, first: int) -> str:
        """Return the statement whose arrays are the parameters from number `first` on."""
        arrays = ", ".join(f"${first + n}::{type_}[]" for n, type_ in enumerate(self.types))
        return self.sql.format(rows=f"unnest({arrays})")


VELOCITY = Write(
    """
    update mall.velocity v set recent = c.recent, seen_at = c.seen_at
    from {rows} as c(tenant_id, dimension, subject, recent, seen_at)
    where v.tenant_id = c.tenant_id and v.dimension = c.dimension and v.subject = c.subject
    """,
    ("uuid", "text", "bytea", "bytea", "timestamptz"),
)
DEVICE_MEMBER = Write(
    """
    insert into mall.device_member (tenant_id, device, member_id, first_seen_at)
    select * from {rows} order by 1, 2, 3
    on conflict do nothing
    """,
    ("uuid", "bytea", "uuid", "timestamptz"),
)
ASSESSMENT = Write(
    """
    insert into mall.risk_assessment
        (tenant_id, assessment_id, redemption_id, member_id, device, ip, verdict, score, triggered, effective_at)
    select * from {rows}
    """,
    ("uuid", "uuid", "uuid", "uuid", "bytea", "bytea", "text", "int", "jsonb", "timestamptz"),
)


def velocity_rows(state: RiskState) -> list[tuple[Any, ...]]:
    """Return the rows of VELOCITY; members' counts belong to their accounts (`RiskState.packed_members`)."""
    return [(*key, state.packed(key), at) for key, at in state.touched.items() if key[1] != "member"]


def device_member_rows(state: RiskState) -> list[tuple[Any, ...]]:
    """Return the rows of DEVICE_MEMBER."""
    return [
        (tenant_id, device, member_id, datetime.fromtimestamp(second, UTC))
        for (tenant_id, device), members in state.device_members.items()
        for member_id, second in members.added.items()
    ]


def assessment_rows(judged: Sequence[Judged]) -> list[tuple[Any, ...]]:
    """Return the rows of ASSESSMENT; what was allowed is not kept."""
    return [
        (
            j.attempt.tenant_id,
            j.assessment_id,
            j.redemption_id,
            j.attempt.member_id,
            j.attempt.device,
            j.attempt.ip,
            j.assessment.verdict,
            j.assessment.score,
            msgspec.json.encode(j.assessment.triggered).decode(),
            j.attempt.at,
        )
        for j in judged
        if j.assessment.verdict != "allow"
    ]


def statement() -> str:
    """Return the three writes as one statement."""
    device_first = 1 + len(VELOCITY.types)
    assessment_first = device_first + len(DEVICE_MEMBER.types)
    return (
        f"with velocity as ({VELOCITY.numbered(1)}), device_member as ({DEVICE_MEMBER.numbered(device_first)}), "
        f"assessment as ({ASSESSMENT.numbered(assessment_first)}) select 1"
    )


async def write_risk(connection: Connection, state: RiskState, judged: Sequence[Judged]) -> None:
    """Write counts, new members of devices and verdicts, inside the caller's transaction.

    The counts of members are not written here: they lie in the caller's rows of mall.account.
    """
    parts = (
        (VELOCITY, velocity_rows(state)),
        (DEVICE_MEMBER, device_member_rows(state)),
        (ASSESSMENT, assessment_rows(judged)),
    )
    columns: list[list[Any]] = []
    for write, rows in parts:
        columns.extend([list(column) for column in zip(*rows, strict=True)] or [[] for _ in write.types])
    if any(columns):
        await connection.execute(statement(), *columns)
