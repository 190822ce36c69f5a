"""Registers, enables and deletes endpoints, and puts messages on their way again."""

import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.identifiers import uuid7
from transactional.vault import Vault
from transactional.webhooks.domain import (
    MAX_ENDPOINTS,
    EndpointDisabled,
    EndpointTaken,
    TooManyEndpoints,
    UnknownDeadLetter,
    UnknownEndpoint,
    secret_context,
)
from transactional.webhooks.queries import DELIVERY_COLUMNS, ENDPOINT_COLUMNS, find_endpoint
from transactional.webhooks.signature import SECRET_BYTES, secret_text
from transactional.webhooks.topics import PING

_REPLAY = """
update mall.webhook_delivery
set status = 'pending', attempts = 0, next_attempt_at = $2, settled_at = null
where tenant_id = $1 and status = 'dead'
"""


async def register_endpoint(
    connection: Connection,
    *,
    tenant_id: UUID,
    url: str,
    topics: list[str],
    description: str | None,
    vault: Vault,
    now: datetime,
) -> dict[str, Any]:
    """Register an endpoint and return it with its signing secret, which is shown this once.

    The caller has checked the URL and the topics.

    Raises:
        EndpointTaken: the URL is registered already.
        TooManyEndpoints: the tenant has as many as it may have.
    """
    count = await connection.fetchval(
        "select count(*) from mall.webhook_endpoint where tenant_id = $1", tenant_id
    )
    if count >= MAX_ENDPOINTS:
        raise TooManyEndpoints
    endpoint_id, secret = uuid7(now), secrets.token_bytes(SECRET_BYTES)
    try:
        row = await connection.fetchrow(
            "insert into mall.webhook_endpoint (tenant_id, endpoint_id, url, topics, description, sealed_secret) "
            f"values ($1, $2, $3, $4, $5, $6) returning {ENDPOINT_COLUMNS}",
            tenant_id,
            endpoint_id,
            url,
            topics,
            description,
            vault.seal(secret, context=secret_context(tenant_id, endpoint_id)),
        )
    except asyncpg.UniqueViolationError as error:
        raise EndpointTaken(url) from error
    assert row is not None
    return {**row, "secret": secret_text(secret)}


async def enable_endpoint(connection: Connection, *, tenant_id: UUID, endpoint_id: UUID) -> dict[str, Any]:
    """Take a disabled endpoint up again, from now on, and return it; an active one stays as it is.

    Raises:
        UnknownEndpoint: it is not there.
    """
    await connection.execute(
        "update mall.webhook_endpoint "
        "set status = 'active', disabled_reason = null, since = pg_current_snapshot() "
        "where tenant_id = $1 and endpoint_id = $2 and status = 'disabled'",
        tenant_id,
        endpoint_id,
    )
    return await find_endpoint(connection, tenant_id=tenant_id, endpoint_id=endpoint_id)


async def delete_endpoint(connection: Connection, *, tenant_id: UUID, endpoint_id: UUID) -> None:
    """Delete an endpoint with everything that was or is to be sent to it.

    Raises:
        UnknownEndpoint: it is not there.
    """
    found = await connection.fetchval(
        "delete from mall.webhook_endpoint where tenant_id = $1 and endpoint_id = $2 returning true",
        tenant_id,
        endpoint_id,
    )
    if not found:
        raise UnknownEndpoint(endpoint_id)


async def ping_endpoint(
    connection: Connection, *, tenant_id: UUID, endpoint_id: UUID, now: datetime
) -> dict[str, Any]:
    """Put a test message on its way to an endpoint and return its delivery.

    Raises:
        UnknownEndpoint: it is not there.
        EndpointDisabled: nothing is sent to it.
    """
    await _require_active(connection, tenant_id, endpoint_id)
    row = await connection.fetchrow(
        "insert into mall.webhook_delivery (tenant_id, delivery_id, endpoint_id, message_id, topic, subject_id, "
        "payload, occurred_at, next_attempt_at) values ($1, $2, $3, $4, $5, $3, '{}', $6, $6) "
        f"returning {DELIVERY_COLUMNS}",
        tenant_id,
        uuid7(now),
        endpoint_id,
        uuid7(now),
        PING,
        now,
    )
    assert row is not None
    return dict(row)


async def replay_dead_letter(
    connection: Connection, *, tenant_id: UUID, delivery_id: UUID, now: datetime
) -> dict[str, Any]:
    """Put a dead letter on its way again, with all its attempts, and return it.

    Raises:
        UnknownDeadLetter: it is not there, or is no dead letter any more.
        EndpointDisabled: nothing is sent to its endpoint.
    """
    endpoint_id = await connection.fetchval(
        "select endpoint_id from mall.webhook_delivery "
        "where tenant_id = $1 and delivery_id = $2 and status = 'dead'",
        tenant_id,
        delivery_id,
    )
    if endpoint_id is None:
        raise UnknownDeadLetter(delivery_id)
    await _require_active(connection, tenant_id, endpoint_id)
    row = await connection.fetchrow(
        f"{_REPLAY} and delivery_id = $3 returning {DELIVERY_COLUMNS}", tenant_id, now, delivery_id
    )
    if row is None:
        raise UnknownDeadLetter(delivery_id)
    return dict(row)


async def replay_dead_letters(
    connection: Connection, *, tenant_id: UUID, endpoint_id: UUID, now: datetime
) -> int:
    """Put all dead letters of an endpoint on their way again and return how many they are.

    Raises:
        UnknownEndpoint: it is not there.
        EndpointDisabled: nothing is sent to it.
    """
    await _require_active(connection, tenant_id, endpoint_id)
    status: str = await connection.execute(f"{_REPLAY} and endpoint_id = $3", tenant_id, now, endpoint_id)
    return int(status.rpartition(" ")[2])


async def _require_active(connection: Connection, tenant_id: UUID, endpoint_id: UUID) -> None:
    endpoint = await find_endpoint(connection, tenant_id=tenant_id, endpoint_id=endpoint_id)
    if endpoint["status"] != "active":
        raise EndpointDisabled(endpoint_id)
