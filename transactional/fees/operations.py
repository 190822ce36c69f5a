"""Announces tariffs, takes confirmations and charges. Everything runs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.fees.domain import TariffLine, amount_fen, binding, month_of, spans, waived_until
from transactional.fees.queries import confirmed_tariffs, is_invoiced, list_tariffs, live_day, measured
from transactional.fees.refusals import (
    FeeExists,
    MonthInvoiced,
    NotChargedByHand,
    NotConfirmed,
    NotLive,
    TariffExists,
    UnknownTariff,
)
from transactional.problems import InvalidRequest
from transactional.row_report import all_or_nothing

_CHARGE = """
insert into mall.fee (tenant_id, reference, month, tariff_id, line_code, confirmed_on, first_day, last_day, quantity,
    amount_fen, waived_fen, charged_by, charged_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
returning fee_id
"""
_MEASURED = "measured "


@dataclass(frozen=True)
class NewTariff:
    """A tariff to announce; `reference` is the platform's own name of it."""

    reference: str
    valid_from: date
    lines: tuple[TariffLine, ...]
    announced_by: str


@dataclass(frozen=True)
class NewCharge:
    """Pieces of a line to charge for a day; `reference` names the charge, so that it is charged once."""

    reference: str
    line_code: str
    quantity: int
    day: date


async def lock_books(connection: Connection, *, tenant_id: UUID) -> None:
    """Let one transaction at a time write fees and invoices of a tenant."""
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('books ' || $1, 0))", str(tenant_id)
    )


async def announce_tariff(
    connection: Connection, *, new: NewTariff, request_hash: bytes, now: datetime
) -> tuple[UUID, bool]:
    """Announce a tariff; it binds nobody who has not confirmed it.

    Returns:
        Its id, and whether this call announced it.

    Raises:
        TariffExists: the reference or the day belongs to another one.
    """
    tariff_id = await connection.fetchval(
        "insert into mall.tariff (reference, valid_from, announced_by, announced_at, request_hash) "
        "values ($1, $2, $3, $4, $5) on conflict do nothing returning tariff_id",
        new.reference,
        new.valid_from,
        new.announced_by,
        now,
        request_hash,
    )
    if tariff_id is None:
        known = await connection.fetchrow(
            "select tariff_id, request_hash from mall.tariff where reference = $1", new.reference
        )
        if known is None or known["request_hash"] != request_hash:
            raise TariffExists(new.reference, new.valid_from)
        return known["tariff_id"], False
    await connection.executemany(
        "insert into mall.tariff_line (tariff_id, line_code, basis, rate, name_zh, name_en) "
        "values ($1, $2, $3, $4, $5, $6)",
        [
            (tariff_id, line.line_code, line.basis, line.rate, line.name_zh, line.name_en)
            for line in new.lines
        ],
    )
    return tariff_id, True


async def confirm_tariff(
    connection: Connection, *, tenant_id: UUID, tariff_id: UUID, by: str, now: datetime
) -> bool:
    """Note that a tenant confirms a tariff today, and tell whether it had not; the first confirmation stays.

    Raises:
        UnknownTariff: it is not there.
    """
    if not await list_tariffs(connection, tariff_id=tariff_id):
        raise UnknownTariff(tariff_id)
    noted = await connection.fetchval(
        "insert into mall.fee_confirmation (tenant_id, tariff_id, confirmed_on, confirmed_by, confirmed_at) "
        "values ($1, $2, $3, $4, $5) on conflict (tenant_id, tariff_id) do nothing returning true",
        tenant_id,
        tariff_id,
        business_date(now),
        by,
        now,
    )
    return bool(noted)


async def charge(
    connection: Connection, *, tenant_id: UUID, new: NewCharge, by: str, now: datetime
) -> tuple[UUID, bool]:
    """Charge pieces by hand.

    Returns:
        The fee's id, and whether this call charged it.

    Raises:
        UnknownTenant: there is none with this id.
        NotLive, NotConfirmed: it was not live on the day, or has confirmed no such line for it.
        NotChargedByHand: the line is measured.
        FeeExists: the reference names another charge.
        MonthInvoiced: the day's month takes no further fee.
        InvalidRequest: the day is yet to come.
    """
    await lock_books(connection, tenant_id=tenant_id)
    live_on = await live_day(connection, tenant_id=tenant_id)
    known = await connection.fetchrow(
        "select fee_id, (line_code, quantity, first_day) = ($3::text, $4::bigint, $5::date) as is_same "
        "from mall.fee where tenant_id = $1 and reference = $2",
        tenant_id,
        new.reference,
        new.line_code,
        new.quantity,
        new.day,
    )
    if known is not None:
        if not known["is_same"]:
            raise FeeExists(new.reference)
        return known["fee_id"], False
    if new.reference.startswith(_MEASURED):
        raise InvalidRequest(
            f"reference: names that begin with {_MEASURED!r} are the mall's own; choose another one"
        )
    if new.day > business_date(now):
        raise InvalidRequest(f"day: {new.day} is yet to come; charge what was done")
    if live_on is None or new.day < live_on:
        raise NotLive(new.day)
    tariff = binding(await confirmed_tariffs(connection, tenant_id=tenant_id), new.day)
    line = next((one for one in tariff.lines if one.line_code == new.line_code), None) if tariff else None
    if tariff is None or line is None:
        raise NotConfirmed(new.line_code, new.day)
    if line.basis != "piece":
        raise NotChargedByHand(line.line_code, line.basis)
    month = month_of(new.day)
    if await is_invoiced(connection, tenant_id=tenant_id, month=month):
        raise MonthInvoiced(month)
    amount = amount_fen(line, quantity=new.quantity, first=new.day)
    waived = amount if new.day < waived_until(live_on) else 0
    fee_id: UUID = await connection.fetchval(
        _CHARGE, tenant_id, new.reference, month, tariff.tariff_id, line.line_code, tariff.confirmed_on, new.day,
        new.day, new.quantity, amount, waived, by, now,
    )  # fmt: skip
    return fee_id, True


async def charge_all(
    connection: Connection, *, tenant_id: UUID, charges: Sequence[NewCharge], by: str, now: datetime
) -> int:
    """Charge all of a list or nothing, and return how many were new.

    Raises:
        UnknownTenant: there is none with this id.
        RowsRefused: naming each charge that is refused.
    """
    await live_day(connection, tenant_id=tenant_id)
    made = await all_or_nothing(
        charges, lambda new: charge(connection, tenant_id=tenant_id, new=new, by=by, now=now)
    )
    return sum(is_new for _, is_new in made)


async def charge_measured(connection: Connection, *, tenant_id: UUID, month: date, now: datetime) -> None:
    """Charge the lines of a month that are measured; what was charged before stays. Needs the lock of the books.

    Days that no confirmed tariff binds cost nothing. A line that comes to nothing is charged all the same, so that an
    invoice tells what was looked at.
    """
    live_on = await live_day(connection, tenant_id=tenant_id)
    confirmed = await confirmed_tariffs(connection, tenant_id=tenant_id)
    for span in spans(month, confirmed=confirmed, live_on=live_on):
        for line in span.tariff.lines:
            if line.basis == "piece":
                continue
            quantity = await measured(
                connection, tenant_id=tenant_id, basis=line.basis, first=span.first, last=span.last
            )
            amount = amount_fen(line, quantity=quantity, first=span.first)
            await connection.execute(
                _CHARGE.replace("returning fee_id", "on conflict (tenant_id, reference) do nothing"),
                tenant_id,
                f"{_MEASURED}{line.line_code} {span.first}",
                month,
                span.tariff.tariff_id,
                line.line_code,
                span.tariff.confirmed_on,
                span.first,
                span.last,
                quantity,
                amount,
                amount if span.is_waived else 0,
                "mall",
                now,
            )
