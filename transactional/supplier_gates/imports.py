"""`/v1/supplier-documents/import`: documents of suppliers, from a file; each is verified by itself."""

from fastapi import APIRouter

from transactional.file_imports import add_import
from transactional.sessions.asking import decider
from transactional.supplier_gates.documents import DocumentRow
from transactional.supplier_gates.handing_in import hand_in
from transactional.suppliers.operations import supplier_of
from transactional.taking import Taking

router = APIRouter(prefix="/v1", tags=["supplier documents"])


async def _take(taking: Taking, row: DocumentRow) -> bool:
    connection, tenant_id = taking.connection, taking.tenant_id
    _, is_new = await hand_in(
        connection,
        tenant_id=tenant_id,
        supplier_id=await supplier_of(connection, tenant_id=tenant_id, code=row.supplier_code),
        new=row.told(),
        by=taking.answered_by(),
        now=taking.now,
    )
    return is_new


add_import(router, "/supplier-documents", DocumentRow, _take, things="supplier documents", asker=decider)
