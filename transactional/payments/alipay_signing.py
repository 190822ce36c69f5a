"""Alipay's RSA2 on the wire: sorted parameters are signed, and an answer's node exactly as it was written."""

import json
import re
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from transactional.payments.keys import sign

_SPACE = re.compile(r"[ \t\r\n]*")


def signed_text(fields: Mapping[str, str], *, without: frozenset[str]) -> bytes:
    """Return what is signed of a request or notification: `name=value` sorted by name, joined with `&`."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name not in without).encode()


def signed_request(key: RSAPrivateKey, fields: Mapping[str, str]) -> dict[str, str]:
    """Return a gateway request's fields with their signature; of a request `sign_type` is signed too."""
    return {**fields, "sign": sign(key, signed_text(fields, without=frozenset({"sign"})))}


def members(text: str) -> dict[str, str]:
    """Return the members of a JSON object, each value as the text it was written as.

    Decoding and encoding the node again would change its escapes and order, and so what was signed.

    Raises:
        ValueError: the text is no JSON object, or names a member twice.
    """
    decoder = json.JSONDecoder()
    found: dict[str, str] = {}
    at = _after(text, 0, "{")
    while True:
        name, at = decoder.raw_decode(text, at)
        if not isinstance(name, str) or name in found:
            raise ValueError("the object names a member twice, or not by a text")
        start = _skip(text, _after(text, _skip(text, at), ":"))
        _, at = decoder.raw_decode(text, start)
        found[name] = text[start:at]
        at = _skip(text, at)
        if text[at : at + 1] == "}":
            break
        at = _after(text, at, ",")
    if _skip(text, at + 1) != len(text):
        raise ValueError("something follows the object")
    return found


def _skip(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    assert found is not None
    return found.end()


def _after(text: str, at: int, mark: str) -> int:
    at = _skip(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"expected {mark} at character {at}")
    return _skip(text, at + 1)
