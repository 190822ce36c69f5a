"""`/v1/reservations`: setting pieces aside until a deadline, giving them out, and releasing what is left."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import Connection, tenant_transaction
from transactional.identifiers import uuid7
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import ItemBarred, OutOfStock, UnknownOffer
from transactional.request_hash import request_hash
from transactional.request_types import ActingFor, Moment, Reference
from transactional.reservations.domain import (
    IssueExists,
    NewReservation,
    Purpose,
    ReservationEnded,
    ReservationExists,
    ReservationTooSmall,
    UnknownReservation,
)
from transactional.reservations.operations import issue, release, reserve
from transactional.reservations.queries import find_reservation, reservations_of
from transactional.sessions.asking import Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver

router = APIRouter(prefix="/v1", tags=["reservations"])

_Pieces = Annotated[int, Field(strict=True, ge=1, le=1_000_000_000)]


class ReservationRequest(BaseModel):
    """Pieces to set aside. `reference` is your own name of it: sent again it sets no more aside."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    item_id: UUID
    purpose: Purpose
    quantity: _Pieces
    expires_at: Moment = Field(description="The first moment at which they are for everybody again.")
    reserved_by: ActingFor = None


class IssueRequest(BaseModel):
    """Reserved pieces that leave the house. `reference` is your own name of it: sent again it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    quantity: _Pieces
    issued_by: ActingFor = None


class Reservation(BaseModel):
    """A reservation as it is now. An expired one keeps nothing, whether or not that was written down."""

    reservation_id: UUID
    reference: str
    item_id: UUID
    purpose: Purpose
    status: Literal["open", "issued", "released", "expired"]
    quantity: int
    left_count: int = Field(
        description="Pieces still set aside; of one that has ended, those that went back."
    )
    reserved_by: str
    reserved_at: datetime
    expires_at: datetime
    released_at: datetime | None


class ReservationPage(BaseModel):
    """A page of reservations; ask for the next one with `after=next_after`."""

    reservations: list[Reservation]
    next_after: UUID | None


@router.post(
    "/reservations",
    status_code=201,
    summary="Reserve pieces",
    responses={
        200: {"model": Reservation, "description": "The reference and this reservation were sent before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownOffer,
            ItemBarred,
            OutOfStock,
            ReservationExists,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def add(
    body: ReservationRequest, asker: Deciding, request: Request, response: Response, dry_run: DryRun = False
) -> Reservation:
    """Set pieces of an item aside until a deadline; nobody can redeem them meanwhile."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        reservation_id, is_new = await reserve_as_asked(
            connection,
            tenant_id=asker.tenant_id,
            asked=body,
            by=asker.acting(body.reserved_by, "reserved_by"),
            now=now,
        )
        row = await find_reservation(
            connection, tenant_id=asker.tenant_id, reservation_id=reservation_id, now=now
        )
    if not is_new:
        response.status_code = 200
    return Reservation.model_validate(row)


async def reserve_as_asked(
    connection: Connection, *, tenant_id: UUID, asked: ReservationRequest, by: str, now: datetime
) -> tuple[UUID, bool]:
    """Set aside what a request or a file asks for, whoever does; return the reservation and whether it is new."""
    return await reserve(
        connection,
        tenant_id=tenant_id,
        reservation_id=uuid7(now),
        new=NewReservation(**dict(asked) | {"reserved_by": by}),
        request_hash=request_hash(asked, without={"reserved_by"}),
        now=now,
    )


@router.get(
    "/reservations", summary="List reservations", responses=responses(Unauthenticated, InvalidRequest)
)
async def show_all(
    tenant_id: Caller,
    request: Request,
    item_id: UUID | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> ReservationPage:
    """List your reservations in the order they were made, with what is left of each."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await reservations_of(
            connection,
            tenant_id=tenant_id,
            now=request.app.state.clock(),
            item_id=item_id,
            after=after,
            limit=limit + 1,
        )
    page = [Reservation.model_validate(row) for row in rows[:limit]]
    return ReservationPage(
        reservations=page, next_after=page[-1].reservation_id if len(rows) > limit else None
    )


@router.post(
    "/reservations/{reservation_id}/release",
    summary="Release a reservation",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, UnknownReservation, InvalidRequest, RequestTooLarge
    ),
)
async def end(
    reservation_id: UUID, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Reservation:
    """Put what is left of a reservation back on the shelf. Once is enough."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await release(connection, tenant_id=asker.tenant_id, reservation_id=reservation_id, now=now)
        row = await find_reservation(
            connection, tenant_id=asker.tenant_id, reservation_id=reservation_id, now=now
        )
    return Reservation.model_validate(row)


@router.post(
    "/reservations/{reservation_id}/issues",
    summary="Give reserved pieces out",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownReservation,
        IssueExists,
        ReservationEnded,
        ItemBarred,
        ReservationTooSmall,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def give_out(
    reservation_id: UUID, body: IssueRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Reservation:
    """Give reserved pieces out of the house otherwise than by a redemption, such as for a bulk order."""
    now = request.app.state.clock()
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await issue(
            connection,
            tenant_id=asker.tenant_id,
            reservation_id=reservation_id,
            reference=body.reference,
            quantity=body.quantity,
            by=asker.acting(body.issued_by, "issued_by"),
            now=now,
        )
        row = await find_reservation(
            connection, tenant_id=asker.tenant_id, reservation_id=reservation_id, now=now
        )
    return Reservation.model_validate(row)
