"""Makes logins and lets people in."""

from dataclasses import replace
from functools import cache
from uuid import UUID

import asyncpg
from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from transactional.database import NO_TENANT, Connection, tenant_transaction
from transactional.sessions.domain import (
    LOCKED_FOR,
    MAX_FAILURES,
    MAX_PASSWORD_LENGTH,
    MIN_PASSWORD_LENGTH,
    ROLES,
    InvalidLogin,
    LinkTaken,
    LoginTaken,
    Session,
    SessionSigner,
    Visitor,
    WrongCredentials,
    WrongPassword,
)
from transactional.sessions.queries import (
    Login,
    find_linked,
    find_login,
    find_tenant_by_code,
    note_failure,
    note_success,
    store_password,
)

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
    check_password(password)
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
        if getattr(error, "constraint_name", None) == "platform_admin_of_the_platform":
            raise InvalidLogin(
                "a platform_admin sees every tenant; only the platform's own can have one"
            ) from error
        raise InvalidLogin(
            "the username must have 1 to 100 letters, digits, dots, underscores, hyphens or @ signs"
        ) from error


def check_password(password: str) -> None:
    """Make sure that a password can be given to a login.

    Raises:
        InvalidLogin: it is too short or too long.
    """
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        raise InvalidLogin(
            f"the password must have {MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters"
        )


async def link_login(
    connection: Connection, *, tenant_id: UUID, username: str, issuer: str, subject: str
) -> None:
    """Let a person log in through an identity provider that knows them by a subject.

    The connection must be the owner's: the service itself links nobody.

    Raises:
        InvalidLogin: there is no such login, or issuer or subject cannot be ones.
        LinkTaken: the subject is linked to another login, or the login to another subject.
    """
    await _require_login(connection, tenant_id, username)
    if not issuer.startswith(("https://", "http://")):
        raise InvalidLogin(
            "the issuer is an address, as the provider calls itself, such as https://id.example"
        )
    try:
        is_new = await connection.fetchval(
            "insert into mall.login_identity (tenant_id, issuer, subject, username) values ($1, $2, $3, $4) "
            "on conflict do nothing returning true",
            tenant_id,
            issuer,
            subject,
            username,
        )
    except (asyncpg.CheckViolationError, asyncpg.CharacterNotInRepertoireError) as error:
        raise InvalidLogin("the issuer must have 1 to 500 characters and the subject 1 to 255") from error
    if not is_new:
        (holder,) = await connection.fetch(
            "select username, subject from mall.login_identity "
            "where tenant_id = $1 and issuer = $2 and (subject = $3 or username = $4) order by subject = $3 desc limit 1",
            tenant_id,
            issuer,
            subject,
            username,
        )
        if holder is None:
            # Let go of meanwhile.
            await link_login(
                connection, tenant_id=tenant_id, username=username, issuer=issuer, subject=subject
            )
            return
        raise LinkTaken(holder["username"], holder["subject"])


async def unlink_login(connection: Connection, *, tenant_id: UUID, username: str) -> None:
    """Take back all links of a login to identity providers.

    Raises:
        InvalidLogin: there is no such login.
    """
    await _require_login(connection, tenant_id, username)
    await connection.execute(
        "delete from mall.login_identity where tenant_id = $1 and username = $2", tenant_id, username
    )


async def _require_login(connection: Connection, tenant_id: UUID, username: str) -> None:
    known = await connection.fetchval(
        "select true from mall.login where tenant_id = $1 and username = $2", tenant_id, username
    )
    if not known:
        raise InvalidLogin(f"there is no login {username}")


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
            WrongCredentials: they do not belong together, or the login is disabled or locked.
        """
        tenant = await find_tenant_by_code(self._pool, tenant_code)
        tenant_id, name = tenant or (NO_TENANT, "")
        login = await find_login(self._pool, tenant_id=tenant_id, username=username)
        is_right = await self._is_right(tenant_id, username, login, password)
        if tenant is None or login is None or not is_right:
            raise WrongCredentials
        return self._signer.sign(Visitor(tenant_id, tenant_code, name, username, login.role))

    async def log_in_linked(self, *, tenant_code: str, issuer: str, subject: str) -> Session | None:
        """Return a new session of whom a provider has told apart; None if no enabled login is linked to them."""
        visitor = await find_linked(self._pool, tenant_code=tenant_code, issuer=issuer, subject=subject)
        return None if visitor is None else self._signer.sign(visitor)

    async def change_password(self, visitor: Visitor, *, current: str, new: str) -> Session:
        """Give a person another password and a new session; all former sessions are over.

        Raises:
            WrongPassword: the current one is another, or the login is locked.
            InvalidLogin: the new one is too short or too long, or the current one.
        """
        check_password(new)
        if new == current:
            raise InvalidLogin("the new password must be another than the current one")
        login = await find_login(self._pool, tenant_id=visitor.tenant_id, username=visitor.username)
        if not await self._is_right(visitor.tenant_id, visitor.username, login, current):
            raise WrongPassword
        password_hash = await to_thread.run_sync(self._hasher.hash, new, limiter=self._limiter)
        async with tenant_transaction(self._pool, visitor.tenant_id) as connection:
            await store_password(
                connection,
                tenant_id=visitor.tenant_id,
                username=visitor.username,
                password_hash=password_hash,
                now=self._signer.now(),
            )
        return self._signer.sign(visitor)

    async def recognise(self, token: str) -> Visitor | None:
        """Return the person of a session with the role they have now.

        None if their login is gone or disabled, or its password was changed since.

        Raises:
            SessionOver: the session has expired, or is none of ours.
        """
        visitor, opened_at = self._signer.read(token)
        login = await find_login(self._pool, tenant_id=visitor.tenant_id, username=visitor.username)
        if login is None or (login.sessions_from is not None and opened_at < login.sessions_from):
            return None
        return replace(visitor, role=login.role)

    async def _is_right(self, tenant_id: UUID, username: str, login: Login | None, password: str) -> bool:
        """Tell whether a login may be used with a password, and keep count of wrong ones."""
        # Without a login the work is done all the same, so that time does not tell who exists.
        stored = login.password_hash if login else self._nobodys_hash
        is_right = await to_thread.run_sync(self._matches, stored, password, limiter=self._limiter)
        now = self._signer.now()
        async with tenant_transaction(self._pool, tenant_id) as connection:
            # Whether it is locked is asked after the check: of many guesses at once, none gets past the last failure.
            if is_right:
                return await note_success(connection, tenant_id=tenant_id, username=username, now=now)
            await note_failure(
                connection,
                tenant_id=tenant_id,
                username=username,
                most=MAX_FAILURES,
                locked_until=now + LOCKED_FOR,
            )
        return False

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerifyMismatchError:
            return False


@cache
def _nobodys_hash() -> str:
    """Return the hash of a password that nobody has, made once by a process."""
    return PasswordHasher().hash("nobody has this password")
