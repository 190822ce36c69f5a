"""`/v1/requests`: what became of any request that moved something, for a client whose answer was lost."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest
from transactional.redemption.codes import open_codes
from transactional.requests.queries import UnknownRequest, request_by_key
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1/requests", tags=["requests"])


class DecidedRequest(BaseModel):
    """A request and the first answer to it, whether a success or a refusal."""

    idempotency_key: str
    operation: str = Field(description="Such as `earn`, `adjust`, `hold`, `capture`, `redeem` or `refund`.")
    decided_at: datetime
    status: int = Field(description="The HTTP status of the answer.")
    body: dict[str, Any]


# A key may contain a slash.
@router.get(
    "/{idempotency_key:path}",
    summary="Tell what became of a request",
    responses=responses(Unauthenticated, UnknownRequest, InvalidRequest, VaultKeyMissing),
)
async def show_request(
    idempotency_key: Annotated[str, Path(min_length=1, max_length=200, pattern=r"^[\x20-\x7e]+$")],
    tenant_id: Caller,
    request: Request,
) -> DecidedRequest:
    """Tell the first answer given under an idempotency key. If there is none, sending again is safe."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await request_by_key(connection, tenant_id=tenant_id, key=idempotency_key)
    found["body"] = open_codes(found["body"], request.app.state.vault, tenant_id)
    return DecidedRequest.model_validate(found)
