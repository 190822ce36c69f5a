"""`/v1/risk/blocks/import`: a blocklist from a file."""

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from transactional.file_imports import add_import
from transactional.request_types import Moment, Text
from transactional.risk.blocking import block
from transactional.risk.rule_requests import BlockedDimension, NewBlockRequest
from transactional.sessions.asking import reviewer
from transactional.taking import Taking

router = APIRouter(prefix="/v1/risk", tags=["risk"])


class BlockRow(NewBlockRequest):
    """A member, address or device to block; the last two are kept as a hash only."""

    model_config = ConfigDict(extra="forbid")

    dimension: BlockedDimension = Field(title="类型", examples=["ip"])
    subject: str = Field(title="会员编号、地址或设备", min_length=1, max_length=200, examples=["203.0.113.7"])
    reason: Text = Field(title="原因", min_length=1, examples=["脚本刷单"])
    valid_from: Moment | None = Field(None, title="生效时间")
    valid_until: Moment | None = Field(None, title="失效时间")


async def _take(taking: Taking, row: BlockRow) -> bool:
    _, is_new = await block(
        taking.connection,
        tenant_id=taking.tenant_id,
        asked=row,
        subject_key=taking.subject_key,
        now=taking.now,
    )
    return is_new


add_import(router, "/blocks", BlockRow, _take, things="blocks", asker=reviewer)
