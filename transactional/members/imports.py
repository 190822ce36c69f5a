"""`/v1/members/import`: members of a tenant's system, from a file."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from transactional.file_imports import add_set_import
from transactional.members.domain import Profile
from transactional.members.registering import NewMember, register_all
from transactional.problems import Problem
from transactional.request_types import Moment, Reference
from transactional.sessions.asking import decider
from transactional.taking import Taking

router = APIRouter(prefix="/v1", tags=["members"])


class MemberRow(BaseModel):
    """A member to register, by the tenant's own reference."""

    model_config = ConfigDict(extra="forbid")

    external_ref: Reference = Field(title="会员编号", examples=["E-10086"])
    registered_at: Moment | None = Field(None, title="入会时间", examples=["2026-03-01T09:00:00+08:00"])
    profile: Profile | None = Field(None, title="画像分组")
    is_personalised: bool = Field(True, title="接受个性化推荐", examples=["true"])
    is_test: bool = Field(False, title="测试会员", examples=["false"])


async def _read(taking: Taking, rows: Sequence[MemberRow]) -> list[NewMember | Problem]:
    return [NewMember(**row.model_dump()) for row in rows]


async def _take(taking: Taking, members: Sequence[NewMember]) -> list[bool | Problem]:
    return await register_all(taking.connection, tenant_id=taking.tenant_id, members=members, now=taking.now)


add_set_import(router, "/members", MemberRow, _read, _take, things="members", asker=decider)
