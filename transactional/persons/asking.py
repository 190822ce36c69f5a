"""Who asks about a person: the person with their token, or a platform key of the scope `persons`; never a tenant."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from fastapi.security.http import HTTPAuthorizationCredentials

from transactional.access.domain import Unauthenticated, is_platform_key
from transactional.access.operations import KeyRing
from transactional.persons.domain import PersonTokenNeeded, UnknownPerson, is_token
from transactional.persons.operations import person_of_token
from transactional.sessions.asking import asker_of
from transactional.sessions.domain import SessionOver

_scheme = HTTPBearer(
    auto_error=False,
    scheme_name="PersonToken",
    description="The token of POST /v1/persons, which the person alone holds.",
)


async def _itself(
    person_id: UUID, request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)]
) -> UUID:
    token = _bearer(request)
    if is_token(token):
        found = await person_of_token(request.app.state.pools.committer, token)
        if found is None:
            raise PersonTokenNeeded
        if found != person_id:
            raise UnknownPerson(person_id)
        return person_id
    try:
        await asker_of(request)
    except (Unauthenticated, SessionOver) as error:
        raise PersonTokenNeeded from error
    # A tenant that asks learns nothing, not even that there is such a person.
    raise UnknownPerson(person_id)


async def _reader(
    person_id: UUID,
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_scheme)],
) -> UUID:
    if is_platform_key(_bearer(request)):
        keys: KeyRing = request.app.state.keys
        await keys.require_platform(request.headers.get("authorization"), "persons")
        return person_id
    return await _itself(person_id, request, credentials)


def _bearer(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" else ""


# The person, and nobody else; or also an app of the platform's own, which may read but change nothing.
Itself = Annotated[UUID, Depends(_itself)]
Reader = Annotated[UUID, Depends(_reader)]
