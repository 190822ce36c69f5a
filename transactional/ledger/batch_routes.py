"""`POST /v1/points/batches`: many credits and adjustments at once, each answered for itself."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller
from transactional.engine.book import Answer
from transactional.engine.commands import Command
from transactional.engine.committer import Committer
from transactional.engine.lean import DRY_RUN_PARAMETER, is_dry_run
from transactional.engine.quote import rehearse
from transactional.ledger.requested import AdjustRequest, EarnRequest, ItemKey
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, Problem, RequestTooLarge

router = APIRouter(prefix="/v1/points", tags=["points"])

MAX_ITEMS = 500


class EarnItem(EarnRequest):
    """A credit of a batch."""

    operation: Literal["earn"]
    idempotency_key: ItemKey = Field(description="New for each item, the same for a retry.")


class AdjustItem(AdjustRequest):
    """An adjustment of a batch."""

    operation: Literal["adjust"]
    idempotency_key: ItemKey = Field(description="New for each item, the same for a retry.")


class BatchRequest(BaseModel):
    """Credits and adjustments, decided in this order."""

    model_config = ConfigDict(extra="forbid", strict=True)

    items: Annotated[
        list[Annotated[EarnItem | AdjustItem, Field(discriminator="operation")]],
        Field(min_length=1, max_length=MAX_ITEMS),
    ]


class ItemResult(BaseModel):
    """What one item was answered; the same as if it had been sent alone."""

    idempotency_key: str
    status: int
    replayed: bool
    body: dict[str, Any]


class BatchResults(BaseModel):
    """An answer for each item, in order; `done` of them were successes."""

    dry_run: bool
    done: int
    results: list[ItemResult]


@router.post(
    "/batches",
    response_model=BatchResults,
    summary="Credit and adjust in bulk",
    responses=responses(Unauthenticated, InvalidRequest, RequestTooLarge),
    openapi_extra={"parameters": [DRY_RUN_PARAMETER]},
)
async def change_in_bulk(body: BatchRequest, tenant_id: Caller, request: Request) -> Response:
    """Credit and adjust up to 500 times in one request.

    Each item has a key of its own and stands for itself: a refused one does not touch the others, and a
    retry, in a batch or alone, gets the first answer again. A batch that is malformed does nothing at all.
    """
    now = request.app.state.clock()
    commands = [
        item.command(tenant_id, item.idempotency_key, now, field=f"items.{number}.")
        for number, item in enumerate(body.items)
    ]
    dry_run = is_dry_run(request)
    if dry_run:
        state = request.app.state
        answers = await rehearse(state.pools.committer, commands, hash_key=state.committer.hash_key)
    else:
        answers = await _committed(request.app.state.committer, commands)
    results = [
        {
            "idempotency_key": item.idempotency_key,
            "status": told.status,
            "replayed": told.replayed,
            "body": msgspec.Raw(told.body),
        }
        for item, told in zip(body.items, answers, strict=True)
    ]
    done = sum(told.status < 400 for told in answers)
    document = {"dry_run": dry_run, "done": done, "results": results}
    return Response(msgspec.json.encode(document), media_type="application/json")


async def _committed(committer: Committer, commands: Sequence[Command]) -> list[Answer]:
    """Queue all commands at once and return an answer for each; what could not be committed says so."""
    answers = await asyncio.gather(
        *(committer.submit(command) for command in commands), return_exceptions=True
    )
    return [_told(command, answer) for command, answer in zip(commands, answers, strict=True)]


def _told(command: Command, answer: Answer | BaseException) -> Answer:
    if isinstance(answer, Answer):
        return answer
    if isinstance(answer, Problem):
        return Answer(answer.status, msgspec.json.encode(answer.document()), command.body_hash)
    raise answer
