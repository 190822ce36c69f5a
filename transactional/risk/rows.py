"""Locks and reads what a batch's rules look at."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.risk.devices import DeviceMembers
from transactional.risk.domain import (
    AccountAge,
    Blocked,
    DeviceAccounts,
    MissingContext,
    Rule,
    ScoreSum,
    Velocity,
)
from transactional.risk.judge import Attempt, Block, DatedRule, RiskState, RuleBook
from transactional.risk.recent import Recent
from transactional.risk.subjects import Subject
from transactional.risk.velocity import read_velocity, subject_columns

_RULES = """
select tenant_id, rule_id, kind, dimension, measure, threshold, window_seconds, days, verdict, score,
    valid_from, valid_until
from mall.risk_rule
where tenant_id = any($1::uuid[]) and valid_from <= $3 and (valid_until is null or valid_until > $2)
order by tenant_id, rule_id
"""
_BLOCKS = """
select b.tenant_id, b.dimension, b.subject, b.valid_from, b.valid_until
from mall.risk_block b
join unnest($1::uuid[], $2::text[], $3::bytea[]) as w(tenant_id, dimension, subject)
    using (tenant_id, dimension, subject)
where b.valid_from <= $5 and (b.valid_until is null or b.valid_until > $4)
"""
# One row per pair of device and member. Here and above the look-ups are scalar subqueries, which always go by key:
# for `exists` the planner may read the whole table into a hash, 7 ms at only 30,000 rows.
# Of each device the newest members suffice: one more than any rule allows.
_DEVICE_MEMBERS = """
select w.tenant_id, w.device, w.member_id,
    array(
        select floor(extract(epoch from d.first_seen_at))::bigint
        from mall.device_member d
        where d.tenant_id = w.tenant_id and d.device = w.device and d.first_seen_at >= $4
        order by d.first_seen_at desc
        limit $5
    ) as first_seen,
    (
        select true from mall.device_member d
        where d.tenant_id = w.tenant_id and d.device = w.device and d.member_id = w.member_id
    ) as is_known
from unnest($1::uuid[], $2::bytea[], $3::uuid[]) as w(tenant_id, device, member_id)
"""


async def load_risk(
    connection: Connection,
    attempts: Sequence[Attempt],
    member_recents: Mapping[tuple[UUID, UUID], bytes | None],
    *,
    lock: bool = True,
) -> RiskState:
    """Lock and read what the rules of the attempts' tenants look at, inside the caller's transaction.

    `member_recents` is `account.recent` of the members by (tenant, member), whose rows the caller has locked.
    The rules are those committed when this begins; all attempts of the batch meet the same. Without `lock`
    nothing is locked or made. The tenants' own counts are missing: all batches
    share them, so they are locked last.
    """
    state = RiskState()
    if not attempts:
        return state
    earliest, latest = min(a.at for a in attempts), max(a.at for a in attempts)
    state.books = await load_rules(connection, {a.tenant_id for a in attempts}, earliest, latest)
    judged = [a for a in attempts if a.tenant_id in state.books]
    stored: set[Subject] = set()
    listed: set[Subject] = set()
    pairs: set[tuple[UUID, bytes, UUID]] = set()
    for attempt in judged:
        tenant_id, book = attempt.tenant_id, state.books[attempt.tenant_id]
        for dimension, subject in attempt.subjects():
            key = (tenant_id, dimension, subject)
            if dimension != "tenant" and book.reads_blocks:
                listed.add(key)
            if dimension not in book.kept_seconds:
                continue
            if dimension in ("ip", "device"):
                stored.add(key)
            elif dimension == "member" and key not in state.recents:
                packed = member_recents.get((tenant_id, attempt.member_id))
                state.recents[key] = Recent(packed or b"")
        if attempt.device is not None and book.device_days:
            pairs.add((tenant_id, attempt.device, attempt.member_id))
    if stored:
        state.recents |= await read_velocity(connection, stored, latest, lock=lock)
    if listed:
        state.blocks = await load_blocks(connection, listed, earliest, latest)
    if pairs:
        state.device_members = await _load_device_members(connection, pairs, state, earliest)
    return state


async def load_rules(
    connection: Connection, tenants: Iterable[UUID], earliest: datetime, latest: datetime
) -> dict[UUID, RuleBook]:
    """Return the rule books of the tenants that have rules in force at any time between two moments."""
    dated: dict[UUID, list[DatedRule]] = {}
    for row in await connection.fetch(_RULES, list(tenants), earliest, latest):
        rule = DatedRule(rule_of(row), row["valid_from"], row["valid_until"])
        dated.setdefault(row["tenant_id"], []).append(rule)
    return {tenant_id: RuleBook(rules) for tenant_id, rules in dated.items()}


def rule_of(row: asyncpg.Record) -> Rule:
    """Return the rule of a row of mall.risk_rule."""
    common = (row["rule_id"], row["verdict"], row["score"])
    match row["kind"]:
        case "velocity":
            return Velocity(
                *common, row["dimension"], row["measure"], row["threshold"], row["window_seconds"]
            )
        case "account_age":
            return AccountAge(*common, row["days"])
        case "blocked":
            return Blocked(*common)
        case "device_accounts":
            return DeviceAccounts(*common, row["threshold"], row["days"])
        case "missing_context":
            return MissingContext(*common, row["dimension"])
        case "score_sum":
            return ScoreSum(row["rule_id"], row["verdict"], row["threshold"])
        case kind:
            raise AssertionError(f"the table's check lets no rule of kind {kind} in")


async def load_blocks(
    connection: Connection, subjects: Iterable[Subject], earliest: datetime, latest: datetime
) -> dict[Subject, Sequence[Block]]:
    """Return the blocks of subjects that are in force at any time between two moments."""
    blocks: dict[Subject, Sequence[Block]] = {}
    for row in await connection.fetch(_BLOCKS, *subject_columns(subjects), earliest, latest):
        key: Subject = (row["tenant_id"], row["dimension"], row["subject"])
        blocks[key] = (*blocks.get(key, ()), Block(row["valid_from"], row["valid_until"]))
    return blocks


async def _load_device_members(
    connection: Connection, pairs: set[tuple[UUID, bytes, UUID]], state: RiskState, earliest: datetime
) -> dict[tuple[UUID, bytes], DeviceMembers]:
    books = [state.books[tenant_id] for tenant_id, _, _ in pairs]
    since = earliest - timedelta(days=max(b.device_days for b in books))
    enough = max(b.device_limit for b in books) + 1
    first_seen: dict[tuple[UUID, bytes], list[int]] = {}
    known: dict[tuple[UUID, bytes], list[UUID]] = {}
    columns = [list(column) for column in zip(*pairs, strict=True)]
    for row in await connection.fetch(_DEVICE_MEMBERS, *columns, since, enough):
        key = (row["tenant_id"], row["device"])
        first_seen[key] = row["first_seen"]
        if row["is_known"]:
            known.setdefault(key, []).append(row["member_id"])
    return {key: DeviceMembers(seconds, known.get(key, ())) for key, seconds in first_seen.items()}
