"""Notes what tests of samples found. Everything runs inside the caller's transaction."""

from dataclasses import astuple
from datetime import datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.problems import InvalidRequest
from transactional.supplier_gates.acts import begin_act, standing_of
from transactional.supplier_gates.domain import NewSample
from transactional.supplier_gates.refusals import GateNotReached, SampleExists


async def note_sample(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, new: NewSample, by: str, now: datetime
) -> tuple[UUID, bool]:
    """Note a test; the newest one counts, also of a supplier that is active. The same again changes nothing.

    Returns:
        Its id, and whether this call noted it.

    Raises:
        UnknownSupplier: it is not there.
        SampleExists: the reference names a test with other findings.
        GateNotReached: its documents are not in order, or it is suspended.
        InvalidRequest: the day is to come.
    """
    at = await begin_act(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    known = await connection.fetchrow(
        "select sample_id, (result, score, remarks, tested_on) = ($4::text, $5::int, $6::text, $7::date) as is_same "
        "from mall.supplier_sample where tenant_id = $1 and supplier_id = $2 and reference = $3",
        tenant_id,
        supplier_id,
        *astuple(new),
    )
    if known is not None:
        if not known["is_same"]:
            raise SampleExists(new.reference)
        return known["sample_id"], False
    if new.tested_on > business_date(now):
        raise InvalidRequest("tested_on: this cannot be in the future")
    standing = await standing_of(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=at)
    if standing in ("documents", "suspended"):
        raise GateNotReached("samples", standing)
    sample_id: UUID = await connection.fetchval(
        "insert into mall.supplier_sample (tenant_id, supplier_id, reference, result, score, remarks, tested_on, "
        "noted_by, noted_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning sample_id",
        tenant_id,
        supplier_id,
        *astuple(new),
        by,
        at,
    )
    return sample_id, True
