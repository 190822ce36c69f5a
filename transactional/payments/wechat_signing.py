"""WeChat Pay API v3 on the wire: what is signed in requests, answers and notifications, and sealed resources."""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from transactional.payments.keys import is_signed, sign
from transactional.payments.refusals import BadSignature, StaleNotice, UnknownPlatformKey

SCHEME = "WECHATPAY2-SHA256-RSA2048"
SEALING = "AEAD_AES_256_GCM"
MAX_SKEW_SECONDS = 300


def request_message(method: str, target: str, timestamp: str, nonce: str, body: bytes) -> bytes:
    """Return what a merchant signs; `target` is the path with its query, as sent."""
    return f"{method}\n{target}\n{timestamp}\n{nonce}\n".encode() + body + b"\n"


def answer_message(timestamp: str, nonce: str, body: bytes) -> bytes:
    """Return what the platform signs, in an answer as in a notification."""
    return f"{timestamp}\n{nonce}\n".encode() + body + b"\n"


def authorization(
    key: RSAPrivateKey,
    *,
    mchid: str,
    serial: str,
    method: str,
    target: str,
    timestamp: str,
    nonce: str,
    body: bytes,
) -> str:
    """Return the Authorization header of a merchant's request."""
    signature = sign(key, request_message(method, target, timestamp, nonce, body))
    return (
        f'{SCHEME} mchid="{mchid}",nonce_str="{nonce}",signature="{signature}",'
        f'timestamp="{timestamp}",serial_no="{serial}"'
    )


def seal(api_v3_key: bytes, *, nonce: str, associated_data: str, plain: bytes) -> str:
    """Return a resource sealed under a merchant's APIv3 key (32 bytes), in base64; the nonce has 12 bytes."""
    return base64.b64encode(
        AESGCM(api_v3_key).encrypt(nonce.encode(), plain, associated_data.encode())
    ).decode()


def unseal(api_v3_key: bytes, resource: Mapping[str, object]) -> bytes:
    """Return the plain text of a sealed resource.

    Raises:
        ValueError: it was not sealed under this key, or was changed.
    """
    nonce, sealed = resource.get("nonce"), resource.get("ciphertext")
    associated_data = resource.get("associated_data") or ""
    if resource.get("algorithm") != SEALING:
        raise ValueError(f"the resource is not sealed with {SEALING}")
    if not (isinstance(nonce, str) and isinstance(sealed, str) and isinstance(associated_data, str)):
        raise ValueError("the sealed resource is incomplete")
    try:
        return AESGCM(api_v3_key).decrypt(
            nonce.encode(), base64.b64decode(sealed, validate=True), associated_data.encode()
        )
    except (InvalidTag, binascii.Error) as error:
        raise ValueError("the resource was not sealed under this merchant's APIv3 key") from error


def check_platform_signature(
    platform_keys: Mapping[str, RSAPublicKey], headers: Mapping[str, str], body: bytes, now: datetime
) -> None:
    """Make sure that the platform signed an answer or a notification, at most five minutes from `now`.

    Raises:
        BadSignature: a header is missing, the key is unknown, or the signature is not of this body.
        StaleNotice: it was signed too long ago, or in the future.
    """
    lower = {name.lower(): value for name, value in headers.items()}
    parts = [lower.get(f"wechatpay-{part}", "") for part in ("timestamp", "nonce", "signature", "serial")]
    timestamp, nonce, signature, serial = parts
    if not all(parts):
        raise BadSignature("the headers Wechatpay-Timestamp, -Nonce, -Signature and -Serial are all needed")
    key = platform_keys.get(serial)
    if key is None:
        raise UnknownPlatformKey(
            f"the platform key {serial[:80]} is not configured; add it to the tenant's platform_keys"
        )
    if not is_signed(key, answer_message(timestamp, nonce, body), signature):
        raise BadSignature("the signature is not WeChat Pay's for this body")
    # Only now: what an unsigned timestamp says is of no interest.
    if re.fullmatch("[0-9]{1,12}", timestamp) is None:
        raise StaleNotice("Wechatpay-Timestamp is no time in seconds")
    if abs(now.timestamp() - int(timestamp)) > MAX_SKEW_SECONDS:
        raise StaleNotice(
            f"signed at {timestamp}, more than {MAX_SKEW_SECONDS} s from now; check this server's clock"
        )
