"""`/v1/risk/rules/proposals/import`: risk rules that are to count once somebody puts them in force, from a file."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from transactional.file_imports import add_import
from transactional.problems import InvalidRequest
from transactional.request_types import Reason, Text
from transactional.risk.acts import Actor
from transactional.risk.domain import Verdict
from transactional.risk.proposals import is_known, propose
from transactional.risk.rule_requests import Days, NewRuleRequest, Threshold
from transactional.risk.subjects import Dimension
from transactional.sessions.asking import reviewer
from transactional.taking import Taking

router = APIRouter(prefix="/v1/risk/rules", tags=["risk"])

_RULE: TypeAdapter[NewRuleRequest] = TypeAdapter(NewRuleRequest)


class ProposalRow(BaseModel):
    """A rule to propose; which columns it needs depends on its kind, as for the route for one."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["velocity", "account_age", "blocked", "device_accounts", "missing_context", "score_sum"] = (
        Field(title="规则类型", examples=["velocity"])
    )
    dimension: Dimension | None = Field(None, title="统计对象", examples=["member"])
    measure: Literal["count", "points"] | None = Field(None, title="统计口径", examples=["count"])
    threshold: Threshold | None = Field(None, title="上限", examples=["10"])
    window_seconds: Annotated[int, Field(ge=1, le=31 * 86_400)] | None = Field(
        None, title="时间窗（秒）", examples=["60"]
    )
    days: Days | None = Field(None, title="天数")
    verdict: Verdict | None = Field(None, title="判定", examples=["review"])
    score: Annotated[int, Field(ge=0, le=1000)] | None = Field(None, title="分值", examples=["60"])
    note: Text | None = Field(None, title="说明")
    reason: Reason = Field(title="原因", examples=["近期脚本兑换增多"])


async def _take(taking: Taking, row: ProposalRow) -> bool:
    try:
        asked = _RULE.validate_python(row.model_dump(exclude={"reason"}, exclude_none=True))
    except ValidationError as error:
        # The first place is the kind.
        wrong = [(".".join(map(str, one["loc"][1:])), one["msg"]) for one in error.errors()]
        raise InvalidRequest(
            f"a {row.kind} rule: " + "; ".join(f"{name}: {msg}" for name, msg in wrong)
        ) from error
    rule = asked.parameters()
    if await is_known(taking.connection, tenant_id=taking.tenant_id, rule=rule, now=taking.now):
        return False
    await propose(
        taking.connection,
        tenant_id=taking.tenant_id,
        rule=rule,
        actor=Actor(taking.by, row.reason, taking.now),
    )
    return True


add_import(router, "/proposals", ProposalRow, _take, things="proposed risk rules", asker=reviewer)
