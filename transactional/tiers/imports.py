"""`/v1/tiers/import`: the list of tiers as a whole, from a file."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.file_imports import add_whole_import
from transactional.problems import InvalidRequest
from transactional.request_types import Code
from transactional.row_report import RowsRefused, repeated
from transactional.sessions.asking import decider
from transactional.taking import Taking
from transactional.tiers.domain import Tier
from transactional.tiers.operations import replace_tiers
from transactional.tiers.queries import tiers_of
from transactional.tiers.routes import MAX_THRESHOLD, MAX_TIERS, TierName

router = APIRouter(prefix="/v1", tags=["tiers"])


class TierRow(BaseModel):
    """A tier; those that the file does not name are gone."""

    model_config = ConfigDict(extra="forbid")

    code: Code = Field(title="等级编码", examples=["gold"])
    name: TierName = Field(title="等级名称", examples=["金卡"])
    threshold_points: Annotated[int, Field(ge=0, le=MAX_THRESHOLD)] = Field(
        title="所需积分", examples=["5000"]
    )


async def _take(taking: Taking, rows: Sequence[TierRow]) -> int:
    if len(rows) > MAX_TIERS:
        raise InvalidRequest(f"a program has at most {MAX_TIERS} tiers, not {len(rows)}")
    wrong = repeated("code", [row.code for row in rows])
    wrong += repeated("threshold_points", [row.threshold_points for row in rows])
    if wrong:
        raise RowsRefused(sorted(wrong, key=lambda one: int(one["row"])))
    told = {Tier(row.code, row.name, row.threshold_points) for row in rows}
    known = set(await tiers_of(taking.connection, tenant_id=taking.tenant_id))
    if told != known:
        await replace_tiers(taking.connection, tenant_id=taking.tenant_id, tiers=list(told))
    return len(told - known)


add_whole_import(router, "/tiers", TierRow, _take, things="tiers", asker=decider)
