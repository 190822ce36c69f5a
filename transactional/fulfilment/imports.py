"""`/v1/shipments/import`, `/v1/compensations/import`, `/v1/fulfilment/rest-days/import`: files about deliveries."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.after_sales.queries import case_named
from transactional.database import Connection
from transactional.file_imports import add_import
from transactional.fulfilment.carriers.domain import CarrierName
from transactional.fulfilment.compensations import Outcome, settle_compensation
from transactional.fulfilment.documents import Province, ShipmentRequest, TrackingNumber
from transactional.fulfilment.registering import register_as_asked
from transactional.fulfilment.terms import add_rest_day
from transactional.problems import InvalidRequest
from transactional.redemption.naming import NamesRedemption, redemption_named
from transactional.request_types import Day, Reason, Reference
from transactional.sessions.asking import servant
from transactional.taking import Taking
from transactional.warehouses.operations import warehouse_of

parcels = APIRouter(prefix="/v1", tags=["shipments"])
promises = APIRouter(prefix="/v1", tags=["delivery promises"])


class ShipmentRow(NamesRedemption):
    """A parcel of everything of a redemption that is to be shipped and in no parcel yet."""

    carrier: CarrierName = Field(title="承运商", examples=["sf"])
    tracking_number: TrackingNumber = Field(title="运单号", examples=["SF1234567890"])
    province: Province = Field(title="收货省份", examples=["广东"])
    reference: Reference | None = Field(
        None, title="发货单编号", description="Your own name of the parcel; else carrier and number are one."
    )
    warehouse_code: Reference | None = Field(None, title="仓库编码")
    case_reference: Reference | None = Field(
        None, title="售后单编号", description="Of the case whose replacement it is."
    )


class CompensationRow(NamesRedemption):
    """What became of a promise that was not kept: to ship a redemption, or to deliver a parcel of it."""

    clock: Literal["shipping", "delivery"] = Field(title="时效", examples=["delivery"])
    tracking_number: TrackingNumber | None = Field(
        None, title="运单号", description="Needed where several parcels of the redemption were late."
    )
    outcome: Outcome = Field(title="处理结果", examples=["paid"])
    note: Reason | None = Field(None, title="备注")


class RestDayRow(BaseModel):
    """A day on which no clock runs."""

    model_config = ConfigDict(extra="forbid")

    day: Day = Field(title="日期", examples=["2027-02-06"])
    note: Reference = Field(title="说明", examples=["春节"])


async def _take_shipment(taking: Taking, row: ShipmentRow) -> bool:
    connection, tenant_id = taking.connection, taking.tenant_id
    warehouse_id = case_id = None
    if row.warehouse_code is not None:
        warehouse_id = await warehouse_of(connection, tenant_id=tenant_id, code=row.warehouse_code)
    if row.case_reference is not None:
        case_id = await case_named(connection, tenant_id=tenant_id, reference=row.case_reference)
    _, is_new = await register_as_asked(
        connection,
        tenant_id=tenant_id,
        redemption_id=await redemption_named(connection, tenant_id=tenant_id, row=row),
        asked=ShipmentRequest(
            reference=row.reference or f"{row.carrier} {row.tracking_number}",
            carrier=row.carrier,
            tracking_number=row.tracking_number,
            province=row.province,
            warehouse_id=warehouse_id,
            case_id=case_id,
        ),
        now=taking.now,
    )
    return is_new


async def _take_compensation(taking: Taking, row: CompensationRow) -> bool:
    return await settle_compensation(
        taking.connection,
        tenant_id=taking.tenant_id,
        compensation_id=await _compensation_of(taking.connection, taking.tenant_id, row),
        outcome=row.outcome,
        by=taking.answered_by(),
        note=row.note,
        now=taking.now,
    )


async def _compensation_of(connection: Connection, tenant_id: UUID, row: CompensationRow) -> UUID:
    found = await connection.fetch(
        "select c.compensation_id from mall.compensation c left join mall.shipment s using (tenant_id, shipment_id) "
        "where c.tenant_id = $1 and c.redemption_id = $2 and c.clock = $3 "
        "and ($4::text is null or s.tracking_number = $4) limit 2",
        tenant_id,
        await redemption_named(connection, tenant_id=tenant_id, row=row),
        row.clock,
        row.tracking_number,
    )
    if not found:
        raise InvalidRequest(
            f"clock: no broken promise of {row.clock} fits; GET /v1/compensations lists them"
        )
    if len(found) > 1:
        raise InvalidRequest(f"tracking_number: several promises of {row.clock} fit; tell which parcel")
    compensation_id: UUID = found[0]["compensation_id"]
    return compensation_id


async def _take_rest_day(taking: Taking, row: RestDayRow) -> bool:
    return await add_rest_day(
        taking.connection,
        tenant_id=taking.tenant_id,
        day=row.day,
        note=row.note,
        by=taking.answered_by(),
        now=taking.now,
    )


add_import(parcels, "/shipments", ShipmentRow, _take_shipment, things="parcels", asker=servant)
add_import(
    promises,
    "/compensations",
    CompensationRow,
    _take_compensation,
    things="settlements of compensations",
    asker=servant,
)
add_import(
    promises, "/fulfilment/rest-days", RestDayRow, _take_rest_day, things="rest days to add", asker=servant
)
