"""What the OpenAPI document says of every route that sends a command."""

from typing import Any

from pydantic import BaseModel, Field

from transactional.access.domain import Unauthenticated
from transactional.engine.committer import CommitUnavailable, Overloaded
from transactional.engine.decide import IdempotencyConflict
from transactional.engine.lean import DRY_RUN_PARAMETER, KEY_PARAMETER, MissingIdempotencyKey
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge

# Not parameters of the functions, because a missing key has a refusal of its own.
COMMAND_PARAMETERS: dict[str, Any] = {"parameters": [KEY_PARAMETER, DRY_RUN_PARAMETER]}


class DryRunQuote(BaseModel):
    """What a command would do; nothing was done."""

    dry_run: bool
    points: int = Field(description="Change of what the member can spend.")
    cash_fen: int
    fee_points: int
    lots: list[dict[str, Any]] = Field(description="How many points of which lot.")
    delivery: list[dict[str, Any]]
    answer: dict[str, Any] = Field(description="What the request itself would be answered.")


def command_responses(*problems: type[Problem], status: int = 201) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of a route whose command may be refused with these problems.

    Args:
        status: of a success; where that is not 200, a dry run's answer is described beside it.
    """
    described = responses(
        Unauthenticated,
        MissingIdempotencyKey,
        InvalidRequest,
        IdempotencyConflict,
        RequestTooLarge,
        CommitUnavailable,
        Overloaded,
        *problems,
    )
    if status != 200:
        described[200] = {"model": DryRunQuote, "description": "What would happen (`dry_run=true`)"}
    described[status] = described.get(status, {}) | {
        "headers": {
            "Idempotent-Replayed": {
                "description": "`true` when this is the first answer repeated",
                "schema": {"type": "string"},
            }
        }
    }
    return described
