"""Texts are sealed before they are stored, each for the place it stands in: moved elsewhere it does not open."""

import hmac
from uuid import UUID

from pydantic import BaseModel

from transactional.vault import SealBroken, Vault, VaultKeyMissing

# What stands in place of a text that this installation's key no longer opens.
UNREADABLE = "（无法解密 / cannot be decrypted）"


def require(vault: Vault | None) -> Vault:
    """Return the vault.

    Raises:
        VaultKeyMissing: there is none, so no text is taken.
    """
    if vault is None:
        raise VaultKeyMissing
    return vault


def seal(vault: Vault, text: str, kind: str, *place: UUID | int) -> bytes:
    """Return a text sealed for its place, such as the ids of its row."""
    return vault.seal(text.encode(), context=_context(kind, place))


def unseal(vault: Vault, sealed: bytes, kind: str, *place: UUID | int) -> str:
    """Return what was sealed for a place.

    Raises:
        SealBroken: it was sealed with another key, or for another place.
    """
    return vault.open(sealed, context=_context(kind, place)).decode()


def shown(vault: Vault | None, sealed: bytes | None, kind: str, *place: UUID | int) -> str | None:
    """Return what a person is shown of a sealed text; None without one."""
    if sealed is None:
        return None
    try:
        return unseal(require(vault), sealed, kind, *place)
    except SealBroken:
        return UNREADABLE


def keyed_hash(vault: Vault | None, body: BaseModel) -> bytes:
    """Return what tells a retry from another request, 32 bytes; without the key nobody can try texts against it."""
    return hmac.digest(require(vault).subkey(b"texts"), body.model_dump_json().encode(), "sha256")


def _context(kind: str, place: tuple[UUID | int, ...]) -> bytes:
    return kind.encode() + b"".join(
        part.bytes if isinstance(part, UUID) else part.to_bytes(8) for part in place
    )
