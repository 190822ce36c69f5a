"""`/v1/webhooks`: a tenant's endpoints and what they can be told of."""

from uuid import UUID

from fastapi import APIRouter, Request

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.vault import Vault, VaultKeyMissing
from transactional.webhooks import operations, queries
from transactional.webhooks.addresses import WebhookAddressRefused
from transactional.webhooks.documents import (
    Delivery,
    Endpoint,
    EndpointRegistration,
    Endpoints,
    NewEndpoint,
    Topic,
    Topics,
)
from transactional.webhooks.domain import EndpointDisabled, EndpointTaken, TooManyEndpoints, UnknownEndpoint
from transactional.webhooks.lookup import AddressGuard
from transactional.webhooks.topics import TOPICS, UnknownTopic, check_filters

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])


@router.get("/topics", summary="List what can be told", responses=responses(Unauthenticated, InvalidRequest))
async def list_topics(_: Caller) -> Topics:
    """Return the catalogue of topics."""
    return Topics(topics=[Topic(name=t.name, subject=t.subject, meaning=t.meaning) for t in TOPICS])


@router.post(
    "",
    status_code=201,
    summary="Register an endpoint",
    responses=responses(
        Unauthenticated,
        EndpointTaken,
        TooManyEndpoints,
        WebhookAddressRefused,
        UnknownTopic,
        VaultKeyMissing,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def register(
    body: EndpointRegistration, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> NewEndpoint:
    """Register an endpoint. From now on it is told of what happens, each message at least once.

    A message is a POST of JSON with `id`, `type` (the topic), `timestamp`, `subject_id` and `data`, signed by the
    headers `webhook-id`, `webhook-timestamp` and `webhook-signature`. Any 2xx within ten seconds takes it; otherwise
    it is sent again, with growing pauses, for about a day. 410 disables the endpoint. A message may come twice:
    drop those whose `webhook-id` you know. Messages of one subject come in order, except those that you refused
    several times.
    """
    state = request.app.state
    vault: Vault | None = state.vault
    if vault is None:
        raise VaultKeyMissing
    topics = check_filters(body.topics)
    guard: AddressGuard = state.webhook_guard
    await guard.check(body.url)
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        row = await operations.register_endpoint(
            connection,
            tenant_id=tenant_id,
            url=body.url,
            topics=topics,
            description=body.description,
            vault=vault,
            now=state.clock(),
        )
    return NewEndpoint.model_validate(row)


@router.get("", summary="List endpoints", responses=responses(Unauthenticated, InvalidRequest))
async def list_endpoints(tenant_id: Caller, request: Request) -> Endpoints:
    """Return the tenant's endpoints, without their secrets."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await queries.endpoints_of(connection, tenant_id=tenant_id)
    return Endpoints(endpoints=[Endpoint.model_validate(row) for row in rows])


@router.get(
    "/{endpoint_id}",
    summary="Look an endpoint up",
    responses=responses(Unauthenticated, UnknownEndpoint, InvalidRequest),
)
async def look_up(endpoint_id: UUID, tenant_id: Caller, request: Request) -> Endpoint:
    """Return one endpoint, without its secret."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        row = await queries.find_endpoint(connection, tenant_id=tenant_id, endpoint_id=endpoint_id)
    return Endpoint.model_validate(row)


@router.delete(
    "/{endpoint_id}",
    status_code=204,
    summary="Delete an endpoint",
    responses=responses(Unauthenticated, UnknownEndpoint, InvalidRequest),
)
async def delete(endpoint_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False) -> None:
    """Delete an endpoint, with what still waits for it and its dead letters."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await operations.delete_endpoint(connection, tenant_id=tenant_id, endpoint_id=endpoint_id)


@router.post(
    "/{endpoint_id}/enable",
    summary="Enable an endpoint",
    responses=responses(Unauthenticated, UnknownEndpoint, InvalidRequest, RequestTooLarge),
)
async def enable(endpoint_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False) -> Endpoint:
    """Take a disabled endpoint up again. It is told of what happens from now on; dead letters can be replayed."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        row = await operations.enable_endpoint(connection, tenant_id=tenant_id, endpoint_id=endpoint_id)
    return Endpoint.model_validate(row)


@router.post(
    "/{endpoint_id}/ping",
    status_code=202,
    summary="Send a test message",
    responses=responses(Unauthenticated, UnknownEndpoint, EndpointDisabled, InvalidRequest, RequestTooLarge),
)
async def ping(endpoint_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False) -> Delivery:
    """Put a message with the topic `webhook.ping` on its way; the endpoint's deliveries tell how it was taken."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        row = await operations.ping_endpoint(
            connection, tenant_id=tenant_id, endpoint_id=endpoint_id, now=state.clock()
        )
    return Delivery.model_validate(row)
