"""What a batch writes of its risk rules: counts, members of devices, and the verdicts that were not `allow`."""

from datetime import UTC, datetime

import msgspec

from transactional.engine.book import Book
from transactional.engine.writing.statement import Part, Row, insert, update


def _velocity(book: Book) -> list[Row]:
    # Members' counts are in their accounts.
    return [(*key, book.risk.packed(key), at) for key, at in book.risk.touched.items() if key[1] != "member"]


def _device_members(book: Book) -> list[Row]:
    return [
        (tenant_id, device, member_id, datetime.fromtimestamp(second, UTC))
        for (tenant_id, device), members in book.risk.device_members.items()
        for member_id, second in members.added.items()
    ]


def _assessments(book: Book) -> list[Row]:
    return [
        (
            j.attempt.tenant_id, j.assessment_id, j.redemption_id, j.attempt.member_id, j.attempt.device,
            j.attempt.ip, j.assessment.verdict, j.assessment.score,
            msgspec.json.encode(j.assessment.triggered).decode(), j.attempt.at,
        )
        for j in book.judged
    ]  # fmt: skip


def _verdicts(book: Book) -> list[Row]:
    return [(v.tenant_id, v.redemption_id, v.verdict, v.reviewer, v.at, v.reason) for v in book.verdicts]


PARTS: tuple[Part, ...] = (
    update(
        "velocity",
        3,
        "tenant_id uuid, dimension text, subject bytea, recent bytea, seen_at timestamptz",
        _velocity,
    ),
    Part(
        "device_member",
        "tenant_id uuid, device bytea, member_id uuid, first_seen_at timestamptz",
        "insert into mall.device_member ({names}) select * from {rows} order by 1, 2, 3 on conflict do nothing",
        _device_members,
    ),
    insert(
        "risk_assessment",
        "tenant_id uuid, assessment_id uuid, redemption_id uuid, member_id uuid, device bytea, ip bytea, "
        "verdict text, score int, triggered jsonb, effective_at timestamptz",
        _assessments,
    ),
    update(
        "risk_assessment",
        2,
        "tenant_id uuid, redemption_id uuid, decided_verdict text, decided_by text, decided_at timestamptz, "
        "decided_reason text",
        _verdicts,
    ),
)
