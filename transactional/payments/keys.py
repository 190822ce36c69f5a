"""RSA keys and SHA256withRSA (PKCS #1 v1.5) signatures in base64, which both providers use."""

import base64
import binascii
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

MIN_KEY_BITS = 2048


class UnusableKey(Exception):
    """A key file cannot be read, or holds no RSA key of at least 2048 bits."""


def read_private_key(file: Path) -> RSAPrivateKey:
    """Return the private key in a PEM file (PKCS #8 or PKCS #1, without a password).

    Raises:
        UnusableKey: naming the file.
    """
    try:
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableKey(f"{file} holds no private key that can be read: {error}") from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < MIN_KEY_BITS:
        raise UnusableKey(f"{file} holds no RSA key of at least {MIN_KEY_BITS} bits")
    return key


def read_public_key(file: Path) -> RSAPublicKey:
    """Return the public key in a PEM file: a bare key or a certificate, whichever the provider hands out.

    Raises:
        UnusableKey: naming the file.
    """
    try:
        text = file.read_bytes()
        key: object = (
            x509.load_pem_x509_certificate(text).public_key()
            if b"BEGIN CERTIFICATE" in text
            else serialization.load_pem_public_key(text)
        )
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise UnusableKey(f"{file} holds no public key that can be read: {error}") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_KEY_BITS:
        raise UnusableKey(f"{file} holds no RSA key of at least {MIN_KEY_BITS} bits")
    return key


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """Return the base64 signature of a message."""
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Tell whether a base64 signature of a message was made with the key's private half."""
    try:
        key.verify(base64.b64decode(signature, validate=True), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
