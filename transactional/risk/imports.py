"""`/v1/risk/blocks/import`: a blocklist from a file, of members by the tenant's own references."""

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from transactional.file_imports import Taking, add_import
from transactional.members.queries import member_ids
from transactional.problems import InvalidRequest
from transactional.request_types import Moment, Text
from transactional.risk.operations import add_block
from transactional.risk.periods import period
from transactional.risk.queries import is_blocked
from transactional.risk.rule_requests import BlockedDimension, NewBlockRequest
from transactional.risk.subjects import subject_hash
from transactional.sessions.asking import reviewer

router = APIRouter(prefix="/v1/risk", tags=["risk"])


class BlockRow(NewBlockRequest):
    """A member, by its reference, or an address or device to block; the last two are kept as a hash only."""

    model_config = ConfigDict(extra="forbid")

    dimension: BlockedDimension = Field(title="类型", examples=["ip"])
    subject: str = Field(title="会员编号、地址或设备", min_length=1, max_length=200, examples=["203.0.113.7"])
    reason: Text = Field(title="原因", min_length=1, examples=["脚本刷单"])
    valid_from: Moment | None = Field(None, title="生效时间")
    valid_until: Moment | None = Field(None, title="失效时间")


async def _take(taking: Taking, row: BlockRow) -> bool:
    subject = await _subject(taking, row)
    if await is_blocked(
        taking.connection,
        tenant_id=taking.tenant_id,
        dimension=row.dimension,
        subject=subject,
        first=row.valid_from or taking.now,
        last=row.valid_until,
    ):
        return False
    valid_from, valid_until = period(row.valid_from, row.valid_until, taking.now)
    await add_block(
        taking.connection,
        tenant_id=taking.tenant_id,
        dimension=row.dimension,
        subject=subject,
        reason=row.reason,
        valid_from=valid_from,
        valid_until=valid_until,
    )
    return True


async def _subject(taking: Taking, row: BlockRow) -> bytes:
    if row.dimension != "member":
        return subject_hash(taking.subject_key, row.dimension, row.subject)
    found = await member_ids(taking.connection, tenant_id=taking.tenant_id, external_refs=[row.subject])
    if row.subject not in found:
        raise InvalidRequest(f"subject: there is no member {row.subject!r}")
    return found[row.subject].bytes


add_import(router, "/blocks", BlockRow, _take, things="blocks", asker=reviewer)
