"""Makes logins and lets people in."""

from dataclasses import replace
from functools import cache
from uuid import UUID

import asyncpg
from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from transactional.database import Connection
from transactional.sessions.domain import (
    MAX_PASSWORD_LENGTH,
    MIN_PASSWORD_LENGTH,
    ROLES,
    InvalidLogin,
    LoginTaken,
    Session,
    SessionSigner,
    Visitor,
    WrongCredentials,
)
from transactional.sessions.queries import find_login, find_role

# One check takes 64 MiB and some 50 ms of four threads: a burst of logins must not take the memory.
_CHECKS_AT_ONCE = 2


async def create_login(
    connection: Connection, *, tenant_id: UUID, username: str, password: str, role: str
) -> None:
    """Let a person of a tenant log in; only the argon2 hash of the password is kept.

    The connection must be the owner's: the service itself cannot make logins.

    Raises:
        InvalidLogin: the role is unknown, the password too short or long, the username malformed
            or the tenant unknown.
        LoginTaken: the username is taken.
    """
    if role not in ROLES:
        raise InvalidLogin(f"the role {role} is unknown; choose one of {', '.join(ROLES)}")
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidLogin(
            f"the password must have {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters"
        )
    try:
        await connection.execute(
            "insert into mall.login (tenant_id, username, password_hash, role) values ($1, $2, $3, $4)",
            tenant_id,
            username,
            await to_thread.run_sync(PasswordHasher().hash, password),
            role,
        )
    except asyncpg.UniqueViolationError as error:
        raise LoginTaken(username) from error
    except asyncpg.ForeignKeyViolationError as error:
        raise InvalidLogin(f"there is no tenant {tenant_id}") from error
    except (asyncpg.CheckViolationError, asyncpg.CharacterNotInRepertoireError) as error:
        raise InvalidLogin(
            "the username must have 1 to 100 letters, digits, dots, underscores, hyphens or @ signs"
        ) from error


async def remove_login(connection: Connection, *, tenant_id: UUID, username: str) -> None:
    """Remove a login, if there is one; sessions it has opened last until they expire."""
    await connection.execute(
        "delete from mall.login where tenant_id = $1 and username = $2", tenant_id, username
    )


class LoginDesk:
    """Checks passwords and hands out sessions; a refusal takes as long as an admission."""

    def __init__(self, pool: asyncpg.Pool, signer: SessionSigner) -> None:
        self._pool = pool
        self._signer = signer
        self._hasher = PasswordHasher()
        self._nobodys_hash = _nobodys_hash()
        self._limiter = CapacityLimiter(_CHECKS_AT_ONCE)

    async def log_in(self, *, tenant_code: str, username: str, password: str) -> Session:
        """Return a new session of the person.

        Raises:
            WrongCredentials: they do not belong together, or the login is disabled.
        """
        found = await find_login(self._pool, tenant_code=tenant_code, username=username)
        # Without a login the work is done all the same, so that time does not tell who exists.
        stored = found[1] if found else self._nobodys_hash
        is_right = await to_thread.run_sync(self._matches, stored, password, limiter=self._limiter)
        if found is None or not is_right:
            raise WrongCredentials
        return self._signer.sign(found[0])

    async def recognise(self, token: str) -> Visitor | None:
        """Return the person of a session with the role they have now, None if their login is gone or disabled.

        Raises:
            SessionOver: the session has expired, or is none of ours.
        """
        visitor = self._signer.read(token)
        role = await find_role(self._pool, tenant_id=visitor.tenant_id, username=visitor.username)
        return None if role is None else replace(visitor, role=role)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerifyMismatchError:
            return False


@cache
def _nobodys_hash() -> str:
    """Return the hash of a password that nobody has, made once by a process."""
    return PasswordHasher().hash("nobody has this password")
