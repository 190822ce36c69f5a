"""`/v1/sessions`: logging in to the screens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.sessions.asking import Asking
from transactional.sessions.domain import (
    MAX_PASSWORD_LENGTH,
    InvalidLogin,
    PersonNeeded,
    Session,
    SessionOver,
    WrongCredentials,
    WrongPassword,
)
from transactional.sessions.operations import LoginDesk

router = APIRouter(prefix="/v1", tags=["sessions"])

# PostgreSQL's text cannot hold a NUL character.
_WITHOUT_NUL = r"^[^\x00]*$"

TenantCode = Annotated[str, Field(min_length=1, max_length=40, pattern=_WITHOUT_NUL)]


class Credentials(BaseModel):
    """What a person types to log in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"tenant_code": "acorn", "username": "li.na", "password": "correct horse"}]
        },
    )

    tenant_code: TenantCode
    username: Annotated[str, Field(min_length=1, max_length=100, pattern=_WITHOUT_NUL)]
    password: Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)]


class PasswordChange(BaseModel):
    """The password that somebody has, and the one they want."""

    model_config = ConfigDict(extra="forbid")

    current_password: Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)]
    new_password: Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)]


class OpenedSession(BaseModel):
    """A session; `token` goes into the screens' cookie and is good until `expires_at`."""

    token: str
    tenant_id: UUID
    tenant_code: str
    tenant_name: str
    username: str
    role: str
    expires_at: datetime


@router.post(
    "/sessions",
    status_code=201,
    summary="Log in",
    responses=responses(WrongCredentials, InvalidRequest, RequestTooLarge),
)
async def open_session(body: Credentials, request: Request) -> OpenedSession:
    """Log a person in. Whatever is wrong with the credentials, the answer is the same."""
    desk: LoginDesk = request.app.state.login_desk
    session = await desk.log_in(tenant_code=body.tenant_code, username=body.username, password=body.password)
    return opened(session)


class CurrentSession(BaseModel):
    """Whose a session is, and what their login lets them do now."""

    tenant_id: UUID
    username: str
    role: str


@router.get(
    "/sessions/current",
    summary="Tell whose session it is",
    responses=responses(Unauthenticated, SessionOver, PersonNeeded, InvalidRequest),
)
async def show_session(asker: Asking) -> CurrentSession:
    """Return who is logged in with the session that is sent, with their role as it is now."""
    if asker.username is None or asker.role is None:
        raise PersonNeeded
    return CurrentSession(tenant_id=asker.tenant_id, username=asker.username, role=asker.role)


@router.post(
    "/sessions/password",
    status_code=201,
    summary="Change one's password",
    responses=responses(
        Unauthenticated,
        SessionOver,
        WrongPassword,
        InvalidLogin,
        PersonNeeded,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def change_password(body: PasswordChange, asker: Asking, request: Request) -> OpenedSession:
    """Give whoever is logged in another password and a new session; all others of theirs are over."""
    if asker.username is None:
        raise PersonNeeded
    desk: LoginDesk = request.app.state.login_desk
    visitor = await desk.recognise(request.headers["authorization"].partition(" ")[2])
    if visitor is None:
        raise SessionOver
    return opened(await desk.change_password(visitor, current=body.current_password, new=body.new_password))


def opened(session: Session) -> OpenedSession:
    """Return a session as it is told."""
    visitor = session.visitor
    return OpenedSession(
        token=session.token,
        tenant_id=visitor.tenant_id,
        tenant_code=visitor.tenant_code,
        tenant_name=visitor.tenant_name,
        username=visitor.username,
        role=visitor.role,
        expires_at=session.expires_at,
    )
