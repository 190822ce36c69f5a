"""What `POST /v1/events` takes and answers, and what of it is refused by itself, without the others."""

import re
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

MAX_EVENTS = 1_000
# A client's clock may run ahead a little; more than this is a mistake.
_TOLERATED_LEAD = timedelta(minutes=5)
# What happened longer ago is history to be imported, or a broken clock.
_TOLERATED_AGE = timedelta(days=400)
_LAST_POSITION = 200
_CODE = re.compile("[a-z][a-z0-9_]{0,39}")


def _told(description: str, **rules: Any) -> msgspec.Meta:
    """Describe a field of one event; what breaks its rules is refused alone and not the whole batch."""
    return msgspec.Meta(description=description, extra_json_schema=rules)


class EventRequest(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One act of a member, or an `impression`: an item that a recommendation showed, which is no act of theirs.

    With an `event_id` of its own, sending it twice stores it once.
    """

    member_id: UUID
    kind: Literal["visit", "search", "view", "click", "favourite", "impression"]
    item_id: UUID | None = None
    occurred_at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    event_id: UUID | None = None
    request_id: (
        Annotated[UUID, _told("The recommendation answer that showed the item, or that led to this act.")]
        | None
    ) = None
    position: (
        Annotated[
            int,
            _told("The place of the item in the answer, 1 the first.", minimum=1, maximum=_LAST_POSITION),
        ]
        | None
    ) = None
    propensity: (
        Annotated[
            float,
            _told(
                "Of an impression: the chance with which the policy showed this item at this position.",
                exclusiveMinimum=0,
                maximum=1,
            ),
        ]
        | None
    ) = None
    policy: (
        Annotated[
            str, _told("Of an impression: the code of what chose the item.", pattern=f"^{_CODE.pattern}$")
        ]
        | None
    ) = None
    context: (
        Annotated[str, _told("Of an impression: the answer's context.", pattern=f"^{_CODE.pattern}$")] | None
    ) = None
    stage: (
        Annotated[str, _told("Of an impression: the item's stage.", pattern=f"^{_CODE.pattern}$")] | None
    ) = None


class EventBatch(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Up to 1,000 events."""

    events: Annotated[list[EventRequest], msgspec.Meta(min_length=1, max_length=MAX_EVENTS)]


class EventResult(msgspec.Struct, frozen=True):
    """What became of one event, in the order sent."""

    event_id: UUID | None
    result: Literal[
        "accepted",
        "duplicate",
        "unknown_member",
        "unknown_item",
        "item_missing",
        "time_out_of_range",
        "impression_incomplete",
        "position_out_of_range",
        "propensity_out_of_range",
        "policy_not_a_code",
        "context_not_a_code",
        "stage_not_a_code",
        "not_shown",
        "not_an_impression",
    ]


class EventResults(msgspec.Struct, frozen=True):
    """A result per event."""

    accepted: int
    results: list[EventResult]


def refused(event: EventRequest, now: datetime) -> EventResult | None:
    """Return why an event cannot be stored as far as it says so itself; None if it can."""
    if event.item_id is None and event.kind not in ("visit", "search"):
        return EventResult(event.event_id, "item_missing")
    occurred_at = event.occurred_at or now
    if occurred_at > now + _TOLERATED_LEAD or occurred_at < now - _TOLERATED_AGE:
        return EventResult(event.event_id, "time_out_of_range")
    if event.kind == "impression":
        return _refused_impression(event)
    return _refused_act(event)


def _refused_act(event: EventRequest) -> EventResult | None:
    names_a_chance = (event.propensity, event.policy, event.context, event.stage) != (None, None, None, None)
    is_placed = event.position is not None
    if names_a_chance or (is_placed and (event.request_id is None or event.item_id is None)):
        return EventResult(event.event_id, "not_an_impression")
    if is_placed and not _is_place(event.position):
        return EventResult(event.event_id, "position_out_of_range")
    return None


def _refused_impression(event: EventRequest) -> EventResult | None:
    position, propensity, policy = event.position, event.propensity, event.policy
    if event.request_id is None or position is None or propensity is None or policy is None:
        return EventResult(event.event_id, "impression_incomplete")
    if not _is_place(position):
        return EventResult(event.event_id, "position_out_of_range")
    if not 0 < propensity <= 1:
        return EventResult(event.event_id, "propensity_out_of_range")
    if not _CODE.fullmatch(policy):
        return EventResult(event.event_id, "policy_not_a_code")
    if event.context is not None and not _CODE.fullmatch(event.context):
        return EventResult(event.event_id, "context_not_a_code")
    if event.stage is not None and not _CODE.fullmatch(event.stage):
        return EventResult(event.event_id, "stage_not_a_code")
    return None


def _is_place(position: int | None) -> bool:
    return position is not None and 1 <= position <= _LAST_POSITION
