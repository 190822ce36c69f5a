"""`/v1/sessions/oidc`: logging in by the identity provider that is configured."""

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.sessions.oidc import (
    Attempts,
    LoginNotLinked,
    OidcNotConfigured,
    OidcRefused,
    OidcUnavailable,
)
from transactional.sessions.operations import LoginDesk
from transactional.sessions.provider import Provider
from transactional.sessions.routes import OpenedSession, TenantCode, opened

router = APIRouter(prefix="/v1/sessions/oidc", tags=["sessions"])

_Text = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"^[^\x00]*$")]


class OidcStatus(BaseModel):
    """Whether people may log in by a provider, and what it is called."""

    is_configured: bool
    name: str | None


class AttemptRequest(BaseModel):
    """At which enterprise somebody wants to log in."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"tenant_code": "acorn"}]})

    tenant_code: TenantCode


class BegunAttempt(BaseModel):
    """Where to send the person; `attempt` is kept by their browser alone, for ten minutes at most."""

    authorization_url: str
    attempt: str


class Return(BaseModel):
    """What the provider sent the person back with, and what their browser kept."""

    model_config = ConfigDict(extra="forbid")

    attempt: _Text
    state: _Text
    code: _Text


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.oidc_provider
    if provider is None:
        raise OidcNotConfigured
    return provider


@router.get("", summary="Tell whether there is an identity provider", responses=responses())
async def show_oidc(request: Request) -> OidcStatus:
    """Tell whether people may log in by an identity provider."""
    provider: Provider | None = request.app.state.oidc_provider
    return OidcStatus(
        is_configured=provider is not None, name=None if provider is None else provider.client.name
    )


@router.post(
    "/attempts",
    status_code=201,
    summary="Begin to log in by the identity provider",
    responses=responses(OidcNotConfigured, OidcUnavailable, InvalidRequest, RequestTooLarge),
)
async def begin(body: AttemptRequest, request: Request) -> BegunAttempt:
    """Begin a login: authorization code with PKCE, state and nonce. Nothing is kept here."""
    provider = _provider(request)
    attempts: Attempts = request.app.state.oidc_attempts
    attempt, token = attempts.begin(body.tenant_code)
    return BegunAttempt(authorization_url=await provider.address(attempt), attempt=token)


@router.post(
    "",
    status_code=201,
    summary="Log in by the identity provider",
    responses=responses(
        OidcNotConfigured, OidcRefused, OidcUnavailable, LoginNotLinked, InvalidRequest, RequestTooLarge
    ),
)
async def open_linked_session(body: Return, request: Request) -> OpenedSession:
    """Log the person in whom the provider has sent back, if an operator has linked a login to them."""
    provider = _provider(request)
    attempts: Attempts = request.app.state.oidc_attempts
    attempt = attempts.resume(body.attempt, body.state)
    subject = await provider.subject(attempt, body.code)
    desk: LoginDesk = request.app.state.login_desk
    session = await desk.log_in_linked(
        tenant_code=attempt.tenant_code, issuer=provider.client.issuer, subject=subject
    )
    if session is None:
        raise LoginNotLinked
    return opened(session)
