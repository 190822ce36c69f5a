"""`/v1/brand-demands/import`: the brands that a shop sells only under an authorisation, from a file."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.brand_authorisations.operations import demand
from transactional.catalogue.brands import brand_of
from transactional.file_imports import add_import
from transactional.request_types import Reference
from transactional.sessions.asking import decider
from transactional.taking import Taking

router = APIRouter(prefix="/v1", tags=["brand authorisations"])


class DemandRow(BaseModel):
    """Whether a brand is sold only under an authorisation."""

    model_config = ConfigDict(extra="forbid")

    brand_code: Reference = Field(title="品牌编码", examples=["qingfeng"])
    is_demanded: bool = Field(title="要求授权", examples=["true"])


async def _take(taking: Taking, row: DemandRow) -> bool:
    return await demand(
        taking.connection,
        tenant_id=taking.tenant_id,
        brand_id=await brand_of(taking.connection, code=row.brand_code),
        is_demanded=row.is_demanded,
        by=taking.answered_by(),
        now=taking.now,
    )


add_import(router, "/brand-demands", DemandRow, _take, things="brand demands", asker=decider)
