"""`/v1/draws/import`: draws from a file with a row per prize, the first prize first."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.catalogue.items import item_of
from transactional.draws.documents import MAX_PRIZES, DrawName, DrawRequest, Line, PrizeQuantity, PrizeValue
from transactional.draws.opening import open_as_asked
from transactional.draws.routes import opener
from transactional.features.domain import FeatureOff
from transactional.file_imports import add_grouped_import
from transactional.problems import InvalidRequest
from transactional.request_types import Moment, Reference
from transactional.taking import Taking
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["draws"])

_Count = Annotated[int, Field(ge=1, le=1_000_000)]
_OF_PRIZES = {"item_code", "quantity", "value_fen"}


class PrizeRow(BaseModel):
    """A prize; rows with the same reference are one draw and tell the same terms."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference = Field(title="抽奖编号", examples=["spring-draw"])
    name: DrawName = Field(title="抽奖名称", examples=["新春抽奖"])
    ticket_points: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(
        title="每张奖券积分", examples=["100"]
    )
    starts_at: Moment | None = Field(None, title="开始时间", examples=["2026-11-11T00:00:00+08:00"])
    ends_at: Moment = Field(title="结束时间", examples=["2026-11-12T00:00:00+08:00"])
    max_tickets: _Count = Field(title="奖券总数", examples=["10000"])
    member_limit: _Count = Field(1, title="每人限购", examples=["3"])
    one_prize_per_member: bool = Field(False, title="每人至多中一次", examples=["false"])
    entropy_source: Line | None = Field(None, title="公开随机数来源")
    item_code: Reference = Field(title="奖品商品编码", examples=["tea-gift-box"])
    quantity: PrizeQuantity = Field(title="奖品件数", examples=["10"])
    value_fen: PrizeValue = Field(title="奖品单价（分）", examples=["19900"])


async def _take(taking: Taking, rows: Sequence[PrizeRow]) -> int:
    first = rows[0]
    if len({row.model_dump_json(exclude=_OF_PRIZES) for row in rows}) > 1:
        raise InvalidRequest(f"reference: the rows of draw {first.reference!r} tell different terms")
    if len(rows) > MAX_PRIZES:
        raise InvalidRequest(f"a draw has at most {MAX_PRIZES} rows, and {first.reference!r} has {len(rows)}")
    # Moments as they are written, for that is how a request has them.
    asked = DrawRequest.model_validate(
        first.model_dump(mode="json", exclude=_OF_PRIZES)
        | {
            "prizes": [
                {
                    "item_id": await item_of(taking.connection, code=row.item_code),
                    "quantity": row.quantity,
                    "value_fen": row.value_fen,
                }
                for row in rows
            ]
        }
    )
    _, is_new = await open_as_asked(
        taking.connection,
        tenant_id=taking.tenant_id,
        asked=asked,
        vault=taking.vault,
        prize_limit_fen=taking.max_prize_fen,
        now=taking.now,
    )
    return len(rows) if is_new else 0


add_grouped_import(
    router,
    "/draws",
    PrizeRow,
    _take,
    key=lambda row: row.reference,
    things="prizes of draws",
    asker=opener,
    refusals=(FeatureOff, VaultKeyMissing),
)
