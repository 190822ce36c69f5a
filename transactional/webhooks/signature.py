"""How messages are signed: the Standard Webhooks convention (standardwebhooks.com), symmetric, version 1."""

import base64
import hmac
from datetime import datetime
from hashlib import sha256

_PREFIX = "whsec_"
SECRET_BYTES = 32


def secret_text(secret: bytes) -> str:
    """Return a secret as its owner is shown it, the form that verifying libraries take."""
    return _PREFIX + base64.b64encode(secret).decode()


def signed_headers(*, message_id: str, sent_at: datetime, body: bytes, secret: bytes) -> dict[str, str]:
    """Return the three headers by which a receiver tells that we sent this body, and when.

    What is signed is `<id>.<seconds since 1970>.<body>`, by HMAC-SHA256.
    """
    timestamp = str(int(sent_at.timestamp()))
    digest = hmac.digest(secret, b".".join((message_id.encode(), timestamp.encode(), body)), sha256)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
