"""`/v1/sessions`: logging in to the screens."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.sessions.domain import MAX_PASSWORD_LENGTH, WrongCredentials
from transactional.sessions.operations import LoginDesk

router = APIRouter(prefix="/v1", tags=["sessions"])

# PostgreSQL's text cannot hold a NUL character.
_WITHOUT_NUL = r"^[^\x00]*$"


class Credentials(BaseModel):
    """What a person types to log in."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"tenant_code": "acorn", "username": "li.na", "password": "correct horse"}]
        },
    )

    tenant_code: Annotated[str, Field(min_length=1, max_length=40, pattern=_WITHOUT_NUL)]
    username: Annotated[str, Field(min_length=1, max_length=100, pattern=_WITHOUT_NUL)]
    password: Annotated[str, Field(min_length=1, max_length=MAX_PASSWORD_LENGTH)]


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
