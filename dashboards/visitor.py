"""Who is looking: read from the signed session cookie and from nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer

COOKIE = "pointmart_session"
SESSION_SECONDS = 43_200
_SALT = "pointmart.session"


class NotLoggedIn(Exception):
    """There is no session cookie, it is forged, or it is too old."""


@dataclass(frozen=True)
class Visitor:
    """A logged-in person of one tenant."""

    tenant_id: UUID
    tenant_name: str
    username: str
    role: str


def read_visitor(cookies: Mapping[str, str], secret: str) -> Visitor:
    """Return who the session cookie names.

    Raises:
        NotLoggedIn: the cookie is missing, not signed by us, or older than `SESSION_SECONDS`.
    """
    try:
        claims = URLSafeTimedSerializer(secret, salt=_SALT).loads(cookies[COOKIE], max_age=SESSION_SECONDS)
        return Visitor(UUID(claims["tenant_id"]), claims["tenant_name"], claims["username"], claims["role"])
    except (BadData, KeyError, TypeError, ValueError) as error:
        raise NotLoggedIn from error
