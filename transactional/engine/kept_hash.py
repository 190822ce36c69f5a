"""How hashes of requests are kept beside their first answers."""

import hmac


def keyed(hash_key: bytes, body_hash: bytes) -> bytes:
    """Return a request's hash as it is kept, 32 bytes: without the key nobody can try requests against it."""
    return hmac.digest(hash_key, body_hash, "sha256")
