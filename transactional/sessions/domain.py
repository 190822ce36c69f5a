"""Sessions without database or web: who someone is, the signed token, and the refusals."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from transactional.clock import Clock
from transactional.problems import Problem

SESSION_SALT = "pointmart.session"
SESSION_LIFETIME = timedelta(hours=12)
ROLES = ("enterprise_viewer", "enterprise_admin", "planner", "operator", "risk_analyst", "platform_admin")
# Whose word orders goods.
DECIDING_ROLES: Final = frozenset({"enterprise_admin", "planner"})
# Who answers and decides cases, and keeps what is promised.
SERVING_ROLES: Final = frozenset({"enterprise_admin", "operator"})
# Who sees what risk rules held back, and lets it go on or stops it; who proposes, activates and ends rules.
REVIEWING_ROLES: Final = frozenset({"enterprise_admin", "risk_analyst"})
# Who reads what an enterprise is charged and owes.
BOOK_READING_ROLES: Final = frozenset({"enterprise_admin", "enterprise_viewer"})
# Who reads who changed what.
AUDITING_ROLES: Final = frozenset({"enterprise_admin"})
# The platform's own people, who act for no tenant.
OPERATING_ROLES: Final = frozenset({"platform_admin"})
# Who may act for a member in the mall: it spends that member's points.
ACTING_ROLES: Final = frozenset({"enterprise_admin"})
# After so many wrong passwords in a row a login takes none for a while, the right one neither.
MAX_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 200


class WrongCredentials(Problem):
    """No such tenant, no such username, a disabled or locked login or a wrong password: one answer for all."""

    slug = "wrong-credentials"
    title = "The login was refused"
    status = 401

    def __init__(self) -> None:
        super().__init__(
            "the enterprise code, the username or the password is wrong; check them and try again, and after "
            f"{MAX_FAILURES} wrong passwords wait {LOCKED_FOR // timedelta(minutes=1)} minutes"
        )


class LoginTaken(Problem):
    """The tenant has a login with that username."""

    slug = "login-taken"
    title = "The username is taken"
    status = 409

    def __init__(self, username: str) -> None:
        super().__init__(f"the username {username} is taken; choose another one")


class LinkTaken(Problem):
    """The subject is linked to another login, or the login to another subject of the same provider."""

    slug = "link-taken"
    title = "It is linked already"
    status = 409

    def __init__(self, username: str, subject: str) -> None:
        super().__init__(f"{username} is linked to {subject} there", username=username)
        self.username = username


class SessionOver(Problem):
    """The session has expired, is not signed by us, or its login is gone."""

    slug = "session-over"
    title = "The session has ended"
    status = 401

    def __init__(self) -> None:
        super().__init__("your session has ended; log in again with POST /v1/sessions")


class RoleNeeded(Problem):
    """The person's role does not let them do this."""

    slug = "role-needed"
    title = "This needs another role"
    status = 403

    def __init__(self, username: str, roles: frozenset[str] = DECIDING_ROLES) -> None:
        super().__init__(
            f"the role of {username!r} does not allow this; ask somebody with the role "
            + " or ".join(sorted(roles, reverse=True)),
            roles=sorted(roles),
        )


class WrongPassword(Problem):
    """The password that is to be changed is another one, or was guessed too often."""

    slug = "wrong-password"
    title = "The password was not changed"
    status = 403

    def __init__(self) -> None:
        super().__init__(
            f"your current password is another one; after {MAX_FAILURES} wrong ones wait "
            f"{LOCKED_FOR // timedelta(minutes=1)} minutes"
        )


class PersonNeeded(Problem):
    """A key asked for what only a person who is logged in can do."""

    slug = "person-needed"
    title = "This needs a person"
    status = 403

    def __init__(self) -> None:
        super().__init__("this is for people: send the token of a session from POST /v1/sessions")


class InvalidLogin(Problem):
    """A new login cannot be made from these values."""

    slug = "invalid-login"
    title = "The login cannot be created"
    status = 422


@dataclass(frozen=True)
class Visitor:
    """Who logged in: a person of one tenant in one role."""

    tenant_id: UUID
    tenant_code: str
    tenant_name: str
    username: str
    role: str


@dataclass(frozen=True)
class Session:
    """A visitor with the token that proves it until `expires_at` (UTC)."""

    visitor: Visitor
    token: str
    expires_at: datetime


class SessionSigner:
    """Signs visitors into tokens, and reads them back.

    The token is `itsdangerous`' timed, URL-safe form under the salt `pointmart.session`.
    """

    def __init__(self, secret: str, clock: Clock) -> None:
        class ClockedSigner(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock().timestamp())

        self._serializer = URLSafeTimedSerializer(secret, salt=SESSION_SALT, signer=ClockedSigner)
        self._clock = clock

    def sign(self, visitor: Visitor) -> Session:
        """Return a new session of a visitor, valid from now on for `SESSION_LIFETIME`."""
        token = self._serializer.dumps({**asdict(visitor), "tenant_id": str(visitor.tenant_id)})
        expires_at = self._clock().replace(microsecond=0) + SESSION_LIFETIME
        return Session(visitor, str(token), expires_at)

    def now(self) -> datetime:
        """Return the time by which sessions begin and end, in whole seconds, as tokens have it."""
        return self._clock().replace(microsecond=0)

    def read(self, token: str) -> tuple[Visitor, datetime]:
        """Return the visitor of a token as they were when it was signed, and when that was.

        Raises:
            SessionOver: it is not signed by us, or older than `SESSION_LIFETIME`.
        """
        try:
            claims, signed_at = self._serializer.loads(
                token, max_age=int(SESSION_LIFETIME.total_seconds()), return_timestamp=True
            )
            told = {field.name: str(claims[field.name]) for field in fields(Visitor)}
            return Visitor(**told | {"tenant_id": UUID(told["tenant_id"])}), signed_at  # type: ignore[arg-type]
        except (BadData, KeyError, TypeError, ValueError) as error:
            raise SessionOver from error
