"""Encryption of the few secrets that must be read again: AES-256-GCM with the key of this installation."""

import base64
import binascii
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from transactional.problems import Problem

_KEY_BYTES = 32
_NONCE_BYTES = 12
# The first byte of everything sealed, so that a later form can be told from this one.
_FORM = b"\x01"


class VaultKeyMissing(Problem):
    """This installation has no key to encrypt secrets with."""

    slug = "vault-key-missing"
    title = "Secrets cannot be kept here"
    status = 503

    def __init__(self) -> None:
        super().__init__(
            "this installation cannot keep secrets; let its operator set POINTMART_VAULT_KEY to 32 bytes in base64"
        )


class SealBroken(Exception):
    """What is to be opened was sealed with another key or for another context, or was changed."""


def key_of(text: str) -> bytes:
    """Return the key that a text of base64 (either alphabet, padded or not) says.

    Raises:
        ValueError: it does not say 32 bytes.
    """
    plain = text.strip().rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the key must be 32 bytes in base64") from error
    if len(key) != _KEY_BYTES:
        raise ValueError(f"the key must be 32 bytes in base64, not {len(key)}")
    return key


class Vault:
    """Seals and opens small secrets with one key of 32 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, *, context: bytes) -> bytes:
        """Return `plain` encrypted, to be opened with the same context only.

        The context says whose secret it is, such as the row's key: moved to another row it does not open.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return _FORM + nonce + self._cipher.encrypt(nonce, plain, context)

    def open(self, sealed: bytes, *, context: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            SealBroken: it is not what this key sealed for this context.
        """
        form, nonce, encrypted = sealed[:1], sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if form != _FORM:
            raise SealBroken("the secret was sealed in a form that this version does not know")
        try:
            return self._cipher.decrypt(nonce, encrypted, context)
        except (InvalidTag, ValueError) as error:
            raise SealBroken("the secret was sealed with another key or was changed") from error
