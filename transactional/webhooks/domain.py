"""Endpoints, their messages and what is refused about them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import msgspec

from transactional.problems import Problem

MAX_ENDPOINTS = 20


class UnknownEndpoint(Problem):
    """The tenant has no such endpoint."""

    slug = "unknown-endpoint"
    title = "No such webhook endpoint"
    status = 404

    def __init__(self, endpoint_id: UUID) -> None:
        super().__init__(f"your tenant has no webhook endpoint {endpoint_id}; GET /v1/webhooks lists them")


class UnknownDeadLetter(Problem):
    """The tenant has no such dead letter."""

    slug = "unknown-dead-letter"
    title = "No such dead letter"
    status = 404

    def __init__(self, delivery_id: UUID) -> None:
        super().__init__(
            f"your tenant has no dead letter {delivery_id}, or it is being sent again already; "
            "GET /v1/webhooks/dead-letters lists them"
        )


class EndpointTaken(Problem):
    """The URL is registered already."""

    slug = "endpoint-taken"
    title = "The URL is registered already"
    status = 409

    def __init__(self, url: str) -> None:
        super().__init__(
            f"the endpoint {url} exists and its secret was shown once; delete it first to register it anew"
        )


class TooManyEndpoints(Problem):
    """The tenant has as many endpoints as it may have."""

    slug = "too-many-endpoints"
    title = "Too many webhook endpoints"
    status = 409

    def __init__(self) -> None:
        super().__init__(
            f"a tenant has at most {MAX_ENDPOINTS} webhook endpoints; delete one that is not used"
        )


class EndpointDisabled(Problem):
    """Nothing is sent to the endpoint."""

    slug = "endpoint-disabled"
    title = "The webhook endpoint is disabled"
    status = 409

    def __init__(self, endpoint_id: UUID) -> None:
        super().__init__(
            f"webhook endpoint {endpoint_id} is disabled; POST /v1/webhooks/{endpoint_id}/enable takes it up again"
        )


@dataclass(frozen=True)
class Message:
    """Something that happened, as it is told.

    Attributes:
        message_id: the same in every attempt and to every endpoint, so that receivers can drop repetitions.
        subject_id: what it happened to; messages of one subject are sent in order.
        payload: JSON text.
    """

    message_id: UUID
    topic: str
    subject_id: UUID
    payload: str
    occurred_at: datetime

    def body(self) -> bytes:
        """Return the request body, the same bytes each time."""
        return msgspec.json.encode(
            {
                "id": str(self.message_id),
                "type": self.topic,
                "timestamp": self.occurred_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
                "subject_id": str(self.subject_id),
                "data": msgspec.Raw(self.payload.encode()),
            }
        )


@dataclass(frozen=True)
class Delivery:
    """A message on its way to one endpoint; `attempts` have been made before."""

    tenant_id: UUID
    delivery_id: UUID
    endpoint_id: UUID
    url: str
    sealed_secret: bytes
    attempts: int
    message: Message


def secret_context(tenant_id: UUID, endpoint_id: UUID) -> bytes:
    """Return what an endpoint's secret is sealed for."""
    return b"webhook" + tenant_id.bytes + endpoint_id.bytes
