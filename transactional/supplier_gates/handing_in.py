"""Takes suppliers' documents and the verdicts on them. Everything runs inside the caller's transaction."""

from dataclasses import astuple
from datetime import datetime
from uuid import UUID

from transactional.catalogue.domain import UnknownBrand
from transactional.database import Connection
from transactional.supplier_gates.acts import begin_act
from transactional.supplier_gates.domain import NewDocument
from transactional.supplier_gates.refusals import DocumentExists, DocumentJudged, UnknownDocument

_SAME = """
select document_id, (level, issued_on, valid_from, expires_on, file_url, file_sha256)
    is not distinct from ($6::smallint, $7::date, $8::date, $9::date, $10::text, $11::text) as is_same
from mall.supplier_document
where tenant_id = $1 and supplier_id = $2 and kind = $3 and number = $4 and brand_id is not distinct from $5::uuid
    and rejected_at is null
"""
_INSERT = """
insert into mall.supplier_document (tenant_id, supplier_id, kind, number, brand_id, level, issued_on, valid_from,
    expires_on, file_url, file_sha256, handed_in_by, handed_in_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) returning document_id
"""


async def hand_in(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, new: NewDocument, by: str, now: datetime
) -> tuple[UUID, bool]:
    """Take a document; nothing follows from it until it is verified. The same again changes nothing.

    Returns:
        Its id, and whether this call took it.

    Raises:
        UnknownSupplier, UnknownBrand: they are not there.
        DocumentExists: the number names one with other contents that was not rejected.
    """
    at = await begin_act(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    if new.brand_id is not None and not await connection.fetchval(
        "select exists (select from mall.brand where brand_id = $1)", new.brand_id
    ):
        raise UnknownBrand(new.brand_id)
    known = await connection.fetchrow(_SAME, tenant_id, supplier_id, *astuple(new))
    if known is not None:
        if not known["is_same"]:
            raise DocumentExists(new.kind, new.number)
        return known["document_id"], False
    document_id: UUID = await connection.fetchval(_INSERT, tenant_id, supplier_id, *astuple(new), by, at)
    return document_id, True


async def verify(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, document_id: UUID, by: str, now: datetime
) -> None:
    """Note that a document was found to be genuine; again changes nothing. What hangs on it holds at once.

    Raises:
        UnknownSupplier, UnknownDocument: they are not there.
        DocumentJudged: it was rejected.
    """
    at = await begin_act(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    verdict = await _verdict(connection, tenant_id, supplier_id, document_id)
    if verdict == "rejected":
        raise DocumentJudged(document_id, verdict)
    if verdict is None:
        await connection.execute(
            "update mall.supplier_document set verified_by = $3, verified_at = $4 "
            "where tenant_id = $1 and document_id = $2",
            tenant_id,
            document_id,
            by,
            at,
        )


async def reject(
    connection: Connection,
    *,
    tenant_id: UUID,
    supplier_id: UUID,
    document_id: UUID,
    reason: str,
    is_forged: bool,
    by: str,
    now: datetime,
) -> None:
    """Note that a document is worth nothing, also if it was verified before; again changes nothing.

    With `is_forged` the supplier is suspended with it.

    Raises:
        UnknownSupplier, UnknownDocument: they are not there.
    """
    at = await begin_act(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    if await _verdict(connection, tenant_id, supplier_id, document_id) == "rejected":
        return
    await connection.execute(
        "update mall.supplier_document set rejected_by = $3, rejected_at = $4, rejected_reason = $5, is_forged = $6 "
        "where tenant_id = $1 and document_id = $2",
        tenant_id,
        document_id,
        by,
        at,
        reason,
        is_forged,
    )


async def _verdict(
    connection: Connection, tenant_id: UUID, supplier_id: UUID, document_id: UUID
) -> str | None:
    row = await connection.fetchrow(
        "select case when rejected_at is not null then 'rejected' when verified_at is not null then 'verified' end "
        "as verdict from mall.supplier_document where tenant_id = $1 and supplier_id = $2 and document_id = $3",
        tenant_id,
        supplier_id,
        document_id,
    )
    if row is None:
        raise UnknownDocument(document_id)
    verdict: str | None = row["verdict"]
    return verdict
