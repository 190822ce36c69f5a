"""Who asks: a program with the tenant's key, or a person of the tenant with the session they logged in to.

A session says who somebody was when they logged in. What they may do now is asked of their login, so that one that
was disabled, removed or given another role counts at once.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from transactional.access.operations import KeyRing
from transactional.acting import acts
from transactional.database import NO_TENANT
from transactional.problems import InvalidRequest
from transactional.sessions.domain import (
    ACTING_ROLES,
    AUDITING_ROLES,
    BOOK_READING_ROLES,
    DECIDING_ROLES,
    OPERATING_ROLES,
    REVIEWING_ROLES,
    SERVING_ROLES,
    RoleNeeded,
    SessionOver,
)
from transactional.sessions.operations import LoginDesk

_MAX_KEY = 200
_scheme = HTTPBearer(
    auto_error=False,
    scheme_name="TenantKeyOrSession",
    description="The tenant's API key, or the token of a session from POST /v1/sessions; it fixes the tenant.",
)
_platform_scheme = HTTPBearer(
    auto_error=False,
    scheme_name="PlatformKeyOrSession",
    description="A platform key of scope operate, or the session of one of the platform's own people.",
)


@dataclass(frozen=True)
class Asker:
    """Somebody of a tenant; a program has neither name nor role, and says for whom it acts.

    Attributes:
        username, role: of the person's login as it is now.
    """

    tenant_id: UUID
    username: str | None = None
    role: str | None = None

    def acting(self, told: str | None, field: str) -> str:
        """Return who acts: the person who asks, or whom a program names in a field.

        Raises:
            InvalidRequest: a program names nobody, or a person somebody else.
        """
        name = told if self.username is None else self.username
        if name is None:
            raise InvalidRequest(f"{field}: tell who does this")
        if told not in (None, name):
            raise InvalidRequest(f"{field}: you are logged in as {name!r}; leave it out, or tell that name")
        return name

    def kept_key(self, key: str | None) -> str | None:
        """Return the idempotency key under which what they ask is kept: a person's tells for ever who it was.

        Raises:
            InvalidRequest: with the person's name it would be too long.
        """
        if key is None or self.username is None:
            return key
        kept = f"{self.username}/{key}"
        if len(kept) > _MAX_KEY:
            raise InvalidRequest(
                f"Idempotency-Key: at most {_MAX_KEY - len(self.username) - 1} characters for {self.username!r}"
            )
        return kept


def is_session(header: str | None) -> bool:
    """Tell whether an `Authorization` header carries a session's token: signed tokens have dots, keys have none."""
    scheme, _space, token = (header or "").partition(" ")
    return scheme.lower() == "bearer" and "." in token


async def asker_of(request: Request) -> Asker:
    """Return who sent a request.

    Raises:
        Unauthenticated: the key is missing or is none.
        SessionOver: the session has ended, or its login is gone.
    """
    header = request.headers.get("authorization")
    if not is_session(header):
        keys: KeyRing = request.app.state.keys
        return Asker(await keys.tenant(header))
    desk: LoginDesk = request.app.state.login_desk
    visitor = await desk.recognise((header or "").partition(" ")[2])
    if visitor is None:
        raise SessionOver
    acts(visitor.username, visitor.role)
    return Asker(visitor.tenant_id, visitor.username, visitor.role)


async def member_asker_of(request: Request) -> Asker:
    """Return who acts for a member: a program with the tenant's key, or a person whose role may.

    Raises:
        Unauthenticated, SessionOver: as `asker_of` says.
        RoleNeeded: the person may only look.
    """
    return _allowed(await asker_of(request), ACTING_ROLES)


async def _asker(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
) -> Asker:
    return await asker_of(request)


async def member_asker(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
) -> Asker:
    """Return who acts for a member; raises as `member_asker_of`."""
    return await member_asker_of(request)


Asking = Annotated[Asker, Depends(_asker)]


def _allowed(asker: Asker, roles: frozenset[str]) -> Asker:
    if asker.username is not None and asker.role not in roles:
        raise RoleNeeded(asker.username, roles)
    return asker


async def decider(asker: Asking) -> Asker:
    """Return who may change what a tenant has; raises as `asker_of`, and RoleNeeded."""
    return _allowed(asker, DECIDING_ROLES)


async def servant(asker: Asking) -> Asker:
    """Return who may act on cases and promises; raises as `asker_of`, and RoleNeeded."""
    return _allowed(asker, SERVING_ROLES)


async def reviewer(asker: Asking) -> Asker:
    """Return who may see and change what risk rules do; raises as `asker_of`, and RoleNeeded."""
    return _allowed(asker, REVIEWING_ROLES)


async def _book_reader(asker: Asking) -> Asker:
    return _allowed(asker, BOOK_READING_ROLES)


async def _auditor(asker: Asking) -> Asker:
    return _allowed(asker, AUDITING_ROLES)


async def _operator(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_platform_scheme)]
) -> Asker:
    if not is_session(request.headers.get("authorization")):
        keys: KeyRing = request.app.state.keys
        await keys.require_platform(request.headers.get("authorization"), "operate")
        return Asker(NO_TENANT)
    return _allowed(await asker_of(request), OPERATING_ROLES)


# What is done for a member.
ActingForMember = Annotated[Asker, Depends(member_asker)]

# What is changed needs a person whose role may change it; a program answers for that itself.
Deciding = Annotated[Asker, Depends(decider)]

# What is done about cases and promises.
Serving = Annotated[Asker, Depends(servant)]

# What risk rules said is not everybody's to see.
Reviewing = Annotated[Asker, Depends(reviewer)]

# What is charged and owed is for those who answer for an enterprise, and for its programs.
ReadingBooks = Annotated[Asker, Depends(_book_reader)]

# Who did what in a shop is for who answers for it.
Auditing = Annotated[Asker, Depends(_auditor)]

# What is done for the platform: by a key of scope operate, or by one of its own people.
OPERATING_PEOPLE_ONLY = Depends(_operator)
Operating = Annotated[Asker, OPERATING_PEOPLE_ONLY]
