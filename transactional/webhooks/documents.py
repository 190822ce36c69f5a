"""What the webhook routes take and answer."""

import json
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from transactional.request_types import Text


class EndpointRegistration(BaseModel):
    """An endpoint to register: where messages go, and which."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"url": "https://shop.example.com/points", "topics": ["redemption.*", "points.earn"]}
            ]
        },
    )

    url: str = Field(description="Where messages are posted to; https.")
    topics: Annotated[list[str], Field(min_length=1, max_length=50)] = Field(
        description="Names of topics, `redemption.*` for all of a kind, or `*` for every one."
    )
    description: Annotated[Text, Field(max_length=200)] | None = None


class Endpoint(BaseModel):
    """A registered endpoint. A disabled one is sent nothing."""

    endpoint_id: UUID
    url: str
    topics: list[str]
    description: str | None
    status: Literal["active", "disabled"]
    disabled_reason: str | None
    recorded_at: datetime


class NewEndpoint(Endpoint):
    """An endpoint with its secret, shown this once."""

    secret: str = Field(
        description="Verifies signatures: HMAC-SHA256 as in the Standard Webhooks convention."
    )


class Endpoints(BaseModel):
    """The tenant's endpoints."""

    endpoints: list[Endpoint]


class Delivery(BaseModel):
    """A message to one endpoint; `message_id` is its `webhook-id`, the same in every attempt."""

    delivery_id: UUID
    endpoint_id: UUID
    message_id: UUID
    topic: str
    subject_id: UUID
    occurred_at: datetime
    status: Literal["pending", "delivered", "dead"]
    attempts: int
    next_attempt_at: datetime | None
    last_attempt_at: datetime | None
    last_status: int | None
    last_error: str | None


class Deliveries(BaseModel):
    """Deliveries to an endpoint, those of the newest messages first."""

    deliveries: list[Delivery]


class DeadLetter(Delivery):
    """A message that was given up, with what it would have said."""

    payload: Annotated[dict[str, Any], BeforeValidator(json.loads)]


class DeadLetters(BaseModel):
    """Dead letters, oldest first; `after` leads on if there may be more."""

    dead_letters: list[DeadLetter]
    after: UUID | None


class Replayed(BaseModel):
    """How many dead letters are on their way again."""

    replayed: int


class Topic(BaseModel):
    """Something that happens; its messages' `subject_id` identifies a `subject`."""

    name: str
    subject: str
    meaning: str


class Topics(BaseModel):
    """Everything a tenant can be told of."""

    topics: list[Topic]
