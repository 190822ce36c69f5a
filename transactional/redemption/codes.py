"""Opens the voucher codes of an answer for the client; wherever answers are kept, codes stay encrypted."""

from base64 import b64decode
from typing import Any
from uuid import UUID

import msgspec

from transactional.redemption.telling import SEALED_CODES
from transactional.vault import Vault, VaultKeyMissing

_MARK = f'"{SEALED_CODES}"'.encode()


def context_of(tenant_id: UUID, item_id: UUID) -> bytes:
    """Return the context a code is sealed for: moved to another offer it does not open."""
    return b"voucher_code" + tenant_id.bytes + item_id.bytes


def open_codes(body: dict[str, Any], vault: Vault | None, tenant_id: UUID) -> dict[str, Any]:
    """Return a body with its encrypted codes replaced by the codes themselves.

    Raises:
        VaultKeyMissing: the key they were encrypted with is not here.
    """
    sealed = body.pop(SEALED_CODES, None)
    if sealed is None:
        return body
    if not sealed:
        return body | {"codes": []}
    if vault is None:
        raise VaultKeyMissing
    codes = [{"item_id": code["item_id"], "code": _opened(vault, tenant_id, code)} for code in sealed]
    return body | {"codes": codes}


def open_answer(body: bytes, vault: Vault | None, tenant_id: UUID) -> bytes:
    """Return an encoded answer with its codes opened; one without codes is not even decoded."""
    if _MARK not in body:
        return body
    return msgspec.json.encode(open_codes(msgspec.json.decode(body), vault, tenant_id))


def _opened(vault: Vault, tenant_id: UUID, code: dict[str, Any]) -> str:
    context = context_of(tenant_id, UUID(str(code["item_id"])))
    return vault.open(b64decode(code["sealed"]), context=context).decode()
