"""`POST /v1/events`: behaviour in batches, an answer per event. A hot route."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from transactional.access.domain import Unauthenticated
from transactional.behaviour.requested import EventBatch, EventRequest, EventResult, EventResults, refused
from transactional.engine.lean import read_body
from transactional.identifiers import uuid7
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.sessions.asking import member_asker_of
from transactional.sessions.domain import RoleNeeded, SessionOver

# Unknown members and items, and acts on what the member was never shown, are told apart from events that were sent
# before, all in one round trip. Answers are those of the tenant: another's cannot be named.
_INSERT = """
with given as (
    select *
    from unnest(
        $2::int[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::timestamptz[], $8::uuid[], $9::smallint[],
        $10::float8[], $11::text[], $12::text[], $13::text[]
    ) as g(
        n, event_id, member_id, kind, item_id, occurred_at, request_id, position, propensity, policy, context, stage
    )
), judged as (
    select g.*,
        case
            when m.member_id is null then 'unknown_member'
            when g.item_id is not null and i.item_id is null then 'unknown_item'
            when g.kind <> 'impression' and g.request_id is not null and not exists (
                select from mall.event shown
                where shown.tenant_id = $1 and shown.request_id = g.request_id and shown.kind = 'impression'
                    and shown.member_id = g.member_id
                    and (g.item_id is null or shown.item_id = g.item_id)
                    and (g.position is null or shown.position = g.position)
            ) and not exists (
                select from given shown
                where shown.request_id = g.request_id and shown.kind = 'impression'
                    and shown.member_id = g.member_id
                    and (g.item_id is null or shown.item_id = g.item_id)
                    and (g.position is null or shown.position = g.position)
            ) then 'not_shown'
        end as refusal
    from given g
    left join mall.member m on m.tenant_id = $1 and m.member_id = g.member_id and m.erased_at is null
    left join mall.item i on i.item_id = g.item_id
), ranked as (
    select *, row_number() over (partition by event_id, refusal is null order by n) as occurrence
    from judged
), stored as (
    insert into mall.event (
        tenant_id, event_id, member_id, kind, item_id, occurred_at, request_id, position, propensity, policy, context,
        stage
    )
    select
        $1, event_id, member_id, kind, item_id, occurred_at, request_id, position, propensity, policy, context, stage
    from ranked where refusal is null and occurrence = 1
    order by n
    -- By its id, and an impression by its place in the answer too.
    on conflict do nothing
    returning event_id
)
select r.n, r.event_id,
    coalesce(r.refusal, case when s.event_id is null then 'duplicate' else 'accepted' end) as result
from ranked r
left join stored s on s.event_id = r.event_id and r.occurrence = 1
"""


_decoder = msgspec.json.Decoder(EventBatch)


async def record_events(request: Request) -> Response:
    """Store the events that can be stored and tell for each what became of it."""
    state = request.app.state
    tenant_id = (await member_asker_of(request)).tenant_id
    batch = await read_body(request, _decoder)
    now: datetime = state.clock()
    results: list[EventResult | None] = [refused(event, now) for event in batch.events]
    rows = [
        (
            n,
            e.event_id or _event_id(e, now),
            e.member_id,
            e.kind,
            e.item_id,
            e.occurred_at or now,
            e.request_id,
            e.position,
            e.propensity,
            e.policy,
            e.context,
            e.stage,
        )
        for n, e in enumerate(batch.events)
        if results[n] is None
    ]
    if rows:
        for row in await state.pools.committer.fetch(
            _INSERT, tenant_id, *[list(column) for column in zip(*rows, strict=True)]
        ):
            results[row["n"]] = EventResult(row["event_id"], row["result"])
    told = [result for result in results if result is not None]
    accepted = sum(result.result == "accepted" for result in told)
    return Response(msgspec.json.encode(EventResults(accepted, told)), 200, media_type="application/json")


def _event_id(event: EventRequest, now: datetime) -> UUID:
    """Return an id for an event that has none; acts of one kind on an item of one answer have the same."""
    if event.request_id is None or event.item_id is None or event.kind == "impression":
        return uuid7(now)
    return uuid5(event.request_id, f"{event.member_id}/{event.kind}/{event.item_id}")


def openapi_operation() -> dict[str, Any]:
    """Return the OpenAPI description of the route."""
    return {
        "tags": ["behaviour"],
        "summary": "Record behaviour events",
        "description": "Stores up to 1,000 events and answers for each. One bad event does not stop the others. "
        "An impression names its item, request_id, position, propensity and policy, and may name the context and "
        "the item's stage; a place of an answer counts once. Other kinds may name the request_id that led to them, "
        "and the position: of an answer of yours whose impression of that item this member has, logged before or "
        "in the same batch. Without an event_id of its own such an act counts once for the answer and the item.",
        "operationId": "record_events",
        "security": [{"TenantKeyOrSession": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/EventBatch"}}},
        },
        "responses": {
            "200": {
                "description": "A result per event",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/EventResults"}}},
            },
            **{
                str(status): description
                for status, description in responses(
                    Unauthenticated, SessionOver, RoleNeeded, InvalidRequest, RequestTooLarge
                ).items()
            },
        },
    }
