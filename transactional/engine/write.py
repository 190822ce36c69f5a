"""Writes the outcomes of a batch in one statement."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.engine.commands import Redeem
from transactional.engine.decide import Earned, Outcome, Redeemed, Refused, State
from transactional.identifiers import uuid7

# Entry 0 of a transfer is the program's side; it is derived here, so it need not travel.
_WRITE = """
with new_transfer as (
    insert into mall.transfer
        (tenant_id, transfer_id, kind, member_id, redemption_id, reference, effective_at)
    select tenant_id, transfer_id, kind, member_id, redemption_id, reference, effective_at
    from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[])
        as t(tenant_id, transfer_id, kind, member_id, redemption_id, reference, effective_at)
), program_entry as (
    insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, amount)
    select t.tenant_id, t.transfer_id, 0, a.account_id, -t.amount
    from unnest($1::uuid[], $2::uuid[], $3::text[], $8::bigint[])
        as t(tenant_id, transfer_id, kind, amount)
    join mall.account a on a.tenant_id = t.tenant_id
        and a.kind = case t.kind when 'redeem' then 'redeemed' else 'issuance' end
), member_entry as (
    insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, lot_id, amount, balance_after)
    select *
    from unnest($9::uuid[], $10::uuid[], $11::smallint[], $12::uuid[], $13::uuid[], $14::bigint[], $15::bigint[])
), new_lot as (
    insert into mall.lot
        (tenant_id, account_id, lot_id, issued_points, remaining_points, active_from, expires_on)
    select *
    from unnest($16::uuid[], $17::uuid[], $18::uuid[], $19::bigint[], $20::bigint[], $21::timestamptz[], $22::date[])
), changed_lot as (
    update mall.lot l set remaining_points = c.remaining
    from unnest($23::uuid[], $24::uuid[], $25::uuid[], $26::bigint[]) as c(tenant_id, account_id, lot_id, remaining)
    where l.tenant_id = c.tenant_id and l.account_id = c.account_id and l.lot_id = c.lot_id
), changed_account as (
    update mall.account a set balance = c.balance, version = c.version
    from unnest($27::uuid[], $28::uuid[], $29::bigint[], $30::bigint[]) as c(tenant_id, account_id, balance, version)
    where a.tenant_id = c.tenant_id and a.account_id = c.account_id
), changed_stock as (
    update mall.stock s set on_hand = c.on_hand
    from unnest($31::uuid[], $32::uuid[], $33::bigint[]) as c(tenant_id, item_id, on_hand)
    where s.tenant_id = c.tenant_id and s.item_id = c.item_id
), new_redemption as (
    insert into mall.redemption
        (tenant_id, redemption_id, member_id, status, points, effective_at, completed_at)
    select *
    from unnest($34::uuid[], $35::uuid[], $36::uuid[], $37::text[], $38::bigint[], $39::timestamptz[], $40::timestamptz[])
), new_line as (
    insert into mall.redemption_line (tenant_id, redemption_id, line_no, item_id, quantity, unit_points)
    select *
    from unnest($41::uuid[], $42::uuid[], $43::smallint[], $44::uuid[], $45::int[], $46::bigint[])
), new_answer as (
    insert into mall.idempotency_key
        (tenant_id, key, operation, body_hash, redemption_id, response_status, response_body)
    select *
    from unnest($47::uuid[], $48::text[], $49::text[], $50::bytea[], $51::uuid[], $52::smallint[], $53::text[])
), new_message as (
    insert into mall.outbox (tenant_id, outbox_id, topic, subject_id, payload)
    select *
    from unnest($54::uuid[], $55::uuid[], $56::text[], $57::uuid[], $58::jsonb[])
)
select 1
"""

_COLUMN_COUNTS = (8, 7, 7, 4, 4, 3, 7, 6, 7, 5)


async def write_outcomes(connection: Connection, outcomes: list[Outcome], state: State) -> None:
    """Write what was decided, inside the caller's transaction; `state` is as `decide` left it."""
    tables = (
        _transfers(outcomes),
        _entries(outcomes),
        *_lots(outcomes, state),
        _accounts(outcomes, state),
        _stock(outcomes, state),
        _redemptions(outcomes),
        _lines(outcomes),
        _answers(outcomes, state),
        _messages(outcomes, state),
    )
    columns: list[list[Any]] = []
    for rows, count in zip(tables, _COLUMN_COUNTS, strict=True):
        columns.extend([list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(count)])
    await connection.execute(_WRITE, *columns)


def _transfers(outcomes: list[Outcome]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for o in outcomes:
        match o:
            case Redeemed(command=c):
                # The redemption's own deduction carries the redemption's id.
                id_ = c.redemption_id
                rows.append((c.tenant_id, id_, "redeem", c.member_id, id_, None, c.at, -o.points))
            case Earned(command=c):
                rows.append(
                    (c.tenant_id, c.transfer_id, c.kind, c.member_id, None, c.reference, c.at, c.points)
                )
    return rows


def _entries(outcomes: list[Outcome]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for o in outcomes:
        match o:
            case Redeemed(command=c):
                balance = o.balance_after + o.points
                for number, (lot_id, points) in enumerate(o.debits, start=1):
                    balance -= points
                    rows.append((c.tenant_id, c.redemption_id, number, c.member_id, lot_id, -points, balance))
            case Earned(command=c):
                rows.append(
                    (c.tenant_id, c.transfer_id, 1, c.member_id, o.lot.lot_id, c.points, o.balance_after)
                )
    return rows


def _lots(outcomes: list[Outcome], state: State) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    created = {o.lot.lot_id: o for o in outcomes if isinstance(o, Earned)}
    new = [
        (
            o.command.tenant_id,
            o.command.member_id,
            lot_id,
            o.lot.issued,
            o.lot.remaining,
            o.lot.active_from,
            o.lot.expires_on,
        )
        for lot_id, o in created.items()
    ]
    touched = {lot_id for o in outcomes if isinstance(o, Redeemed) for lot_id, _ in o.debits}
    changed = [
        (tenant_id, member_id, lot.lot_id, lot.remaining)
        for tenant_id, member_id in _members(outcomes)
        for lot in state.accounts[tenant_id, member_id].lots
        if lot.lot_id in touched and lot.lot_id not in created
    ]
    return new, changed


def _accounts(outcomes: list[Outcome], state: State) -> list[tuple[Any, ...]]:
    return [
        (*slot, state.accounts[slot].balance, state.accounts[slot].version) for slot in _members(outcomes)
    ]


def _members(outcomes: Iterable[Outcome]) -> set[tuple[UUID, UUID]]:
    return {(o.command.tenant_id, o.command.member_id) for o in outcomes if isinstance(o, Redeemed | Earned)}


def _stock(outcomes: list[Outcome], state: State) -> list[tuple[Any, ...]]:
    taken = {
        (o.command.tenant_id, line.item_id) for o in outcomes if isinstance(o, Redeemed) for line in o.lines
    }
    return [(tenant_id, item_id, state.on_hand[tenant_id][item_id]) for tenant_id, item_id in taken]


def _redemptions(outcomes: list[Outcome]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for o in outcomes:
        if isinstance(o, Redeemed):
            c = o.command
            completed_at = c.at if o.status == "completed" else None
            rows.append((c.tenant_id, c.redemption_id, c.member_id, o.status, o.points, c.at, completed_at))
    return rows


def _lines(outcomes: list[Outcome]) -> list[tuple[Any, ...]]:
    return [
        (o.command.tenant_id, o.command.redemption_id, number, line.item_id, line.quantity, line.unit_points)
        for o in outcomes
        if isinstance(o, Redeemed)
        for number, line in enumerate(o.lines, start=1)
    ]


def _answers(outcomes: list[Outcome], state: State) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for o in outcomes:
        c = o.command
        answer = state.answers[c.tenant_id, c.key]
        rows.append(
            (
                c.tenant_id,
                c.key,
                "redeem" if isinstance(c, Redeem) else "earn",
                c.body_hash,
                o.command.redemption_id if isinstance(o, Redeemed) else None,
                answer.status,
                answer.body.decode(),
            )
        )
    return rows


def _messages(outcomes: list[Outcome], state: State) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for o in outcomes:
        if isinstance(o, Refused):
            continue
        c = o.command
        body = state.answers[c.tenant_id, c.key].body.decode()
        if isinstance(o, Redeemed):
            subject, topic = o.command.redemption_id, f"redemption.{o.status}"
        else:
            subject, topic = o.command.transfer_id, f"points.{o.command.kind}"
        rows.append((c.tenant_id, uuid7(c.at), topic, subject, body))
    return rows
