"""Who is asking: a tenant or the platform, by an API key that is looked up by its SHA-256, or a person of a tenant.

A person sends the session they logged in to. All are looked up in the database, so that a revoked key and a disabled
login count at once.
"""

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b, sha256
from typing import ClassVar
from uuid import UUID

from itsdangerous import BadData, URLSafeTimedSerializer
from msgspec import Struct
from pydantic import SecretStr

from serving.database import Database, DatabaseAway
from serving.problems import Problem

_FORM = re.compile(r"pm_([0-9a-f]{32})_[\x21-\x7e]{1,200}")
# Signed tokens have dots, keys need none.
_SESSION_FORM = re.compile(r"(?!pm_|pmp_)[\x21-\x7e]+\.[\x21-\x7e]{1,4000}")
_PLATFORM_FORM = re.compile(r"pmp_[\x21-\x7e]{1,200}")
_REMEMBERED_KEYS = 10_000
# From this share of its freshness on a key is looked up again beside the answers, so that none of them waits for it.
_CHECKED_AHEAD = 0.5
_KEY = "select from access.api_key where tenant_id = $1 and key_hash = $2"
_LOGIN = (
    "select from access.login where tenant_id = $1 and username = $2 "
    "and (sessions_from is null or sessions_from <= $3)"
)
# As transactional signs them.
_SESSION_SALT, _SESSION_SECONDS = "pointmart.session", 43_200


class Unauthenticated(Problem):
    """Send your tenant's API key as `Authorization: Bearer pm_…`, or the token of a session."""

    slug = "unauthenticated"
    title = "A valid API key is needed"
    status = 401
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}

    def __init__(self) -> None:
        super().__init__(
            "send your tenant's API key as `Authorization: Bearer pm_…`, or the token of a session from POST "
            "/v1/sessions of the transactional API; one that is unknown, revoked or over does not do"
        )


class PlatformKeyNeeded(Problem):
    """Send a platform key for reading as `Authorization: Bearer pmp_…`; a tenant's key does not do."""

    slug = "platform-key-needed"
    title = "A valid platform key is needed"
    status = 401
    headers: ClassVar[dict[str, str]] = {"WWW-Authenticate": "Bearer"}

    def __init__(self) -> None:
        super().__init__(
            "this tells of all tenants: send a platform key for reading as `Authorization: Bearer pmp_…`; "
            "`pointmart platform key` makes one, and a tenant's key or one that is revoked does not do"
        )


class DatabaseUnavailable(Problem):
    """The live database is away and the release alone cannot answer this; try again in a moment."""

    slug = "database-unavailable"
    title = "The live database is away"
    status = 503
    headers: ClassVar[dict[str, str]] = {"Retry-After": "1"}


class _Key(Struct, frozen=True):
    """What a tenant's key says of itself; whether it is good is another question."""

    tenant_id: UUID
    key_hash: bytes


@dataclass(frozen=True)
class _Person:
    """Whose a session says to be, and when it was opened."""

    token: str
    tenant_id: UUID
    username: str
    opened_at: datetime


class Caller(Struct, frozen=True):
    """An authenticated tenant; is_degraded: the key could not be checked anew, because the database is away."""

    tenant_id: UUID
    is_degraded: bool


@dataclass(frozen=True)
class PlatformCaller:
    """One of the platform's own people or programs; is_degraded as with a tenant."""

    is_degraded: bool


class KeyRing:
    """Knows which tenant a key belongs to, remembering good keys for a short while."""

    def __init__(
        self,
        database: Database,
        *,
        fresh_seconds: float,
        grace_seconds: float,
        session_secret: SecretStr | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._fresh_seconds = fresh_seconds
        self._grace_seconds = grace_seconds
        self._monotonic = monotonic
        self._sessions = (
            None
            if session_secret is None
            else URLSafeTimedSerializer(session_secret.get_secret_value(), salt=_SESSION_SALT)
        )
        self._seen_at: dict[bytes, float] = {}
        # Look-ups beside the answers.
        self._ahead: dict[bytes, asyncio.Task[bool]] = {}
        # By the hash of a header: the header itself is a secret.
        self._read: dict[bytes, _Key] = {}

    async def caller(self, authorization: str | None) -> Caller:
        """Return who sent an `Authorization` header.

        Raises:
            Unauthenticated: it is missing, malformed, unknown or revoked.
            DatabaseUnavailable: the key cannot be checked now and was not seen lately.
        """
        if (key := self._key(authorization)) is not None:
            return Caller(
                key.tenant_id,
                await self._is_degraded(key.key_hash, Unauthenticated, _KEY, key.tenant_id, key.key_hash),
            )
        if (person := self._person(authorization)) is not None:
            query, values = _LOGIN, (person.tenant_id, person.username, person.opened_at)
            return Caller(
                person.tenant_id,
                await self._is_degraded(_hash(person.token), Unauthenticated, query, *values),
            )
        raise Unauthenticated

    async def platform_caller(self, authorization: str | None) -> PlatformCaller:
        """Return who sent an `Authorization` header with a key of the platform for reading.

        Raises:
            PlatformKeyNeeded: there is none, or it is unknown, revoked, a tenant's or for something else.
            DatabaseUnavailable: the key cannot be checked now and was not seen lately.
        """
        matched = _sent(authorization, _PLATFORM_FORM)
        if matched is None:
            raise PlatformKeyNeeded
        query = "select from access.platform_key where key_hash = $1 and scope = 'read'"
        key_hash = _hash(matched[0])
        return PlatformCaller(await self._is_degraded(key_hash, PlatformKeyNeeded, query, key_hash))

    async def _is_degraded(
        self, key_hash: bytes, unknown: type[Unauthenticated | PlatformKeyNeeded], query: str, *values: object
    ) -> bool:
        """Make sure that a key is good, and tell whether only because it was good lately.

        Args:
            unknown: what is raised if it is not.
            query, values: what finds it.
        """
        age = self._monotonic() - self._seen_at.get(key_hash, float("-inf"))
        if age < self._fresh_seconds:
            if age > self._fresh_seconds * _CHECKED_AHEAD and key_hash not in self._ahead:
                task = self._ahead[key_hash] = asyncio.create_task(self._is_good(key_hash, query, values))
                task.add_done_callback(lambda done: self._checked(key_hash, done))
            return False
        try:
            is_good = await self._is_good(key_hash, query, values)
        except DatabaseAway as error:
            if age < self._grace_seconds:
                return True
            raise DatabaseUnavailable("your key cannot be checked now; try again in a moment") from error
        if not is_good:
            raise unknown
        return False

    def _checked(self, key_hash: bytes, task: asyncio.Task[bool]) -> None:
        del self._ahead[key_hash]
        # Heard and let go: a database that is away is told to whoever has to wait for it.
        if not task.cancelled():
            task.exception()

    async def _is_good(self, key_hash: bytes, query: str, values: tuple[object, ...]) -> bool:
        asked_at = self._monotonic()
        if not await self._database.rows(query, *values):
            self._seen_at.pop(key_hash, None)
            return False
        if len(self._seen_at) >= _REMEMBERED_KEYS:
            self._seen_at.clear()
        self._seen_at[key_hash] = asked_at
        return True

    def _key(self, authorization: str | None) -> _Key | None:
        """Return the tenant's key that an `Authorization` header bears; None if it bears none."""
        # Read once: to read it again takes as long as to choose an item.
        sent = blake2b((authorization or "").encode(), digest_size=16).digest()
        if (known := self._read.get(sent)) is not None:
            return known
        matched = _sent(authorization, _FORM)
        if matched is None:
            return None
        if len(self._read) >= _REMEMBERED_KEYS:
            self._read.clear()
        key = self._read[sent] = _Key(UUID(matched[1]), _hash(matched[0]))
        return key

    def _person(self, authorization: str | None) -> _Person | None:
        """Return the person whose session an `Authorization` header bears; None if it bears none, or one that is over."""
        matched = _sent(authorization, _SESSION_FORM)
        if self._sessions is None or matched is None:
            return None
        try:
            claims, opened_at = self._sessions.loads(
                matched[0], max_age=_SESSION_SECONDS, return_timestamp=True
            )
            return _Person(matched[0], UUID(claims["tenant_id"]), str(claims["username"]), opened_at)
        except (BadData, KeyError, TypeError, ValueError):
            return None


def _sent(authorization: str | None, form: re.Pattern[str]) -> re.Match[str] | None:
    """Return the key of a form that an `Authorization` header bears."""
    scheme, _, key = (authorization or "").partition(" ")
    return form.fullmatch(key) if scheme.lower() == "bearer" else None


def _hash(key: str) -> bytes:
    return sha256(key.encode()).digest()
