"""Rules that somebody proposes: they count nothing before they are put in force. Inside the caller's transaction."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from transactional.database import Connection
from transactional.problems import Problem
from transactional.risk.acts import Actor, note_act
from transactional.risk.defaults import NewRule
from transactional.risk.operations import add_rules

_PROPOSALS = """
select p.proposal_id, p.parameters, a.acted_by as proposed_by, a.acted_at as proposed_at, a.reason,
    coalesce(d.act, 'proposed') as state, d.acted_by as decided_by, d.acted_at as decided_at,
    d.reason as decided_reason, d.rule_id
from mall.risk_rule_proposal p
join mall.risk_rule_act a on a.tenant_id = p.tenant_id and a.proposal_id = p.proposal_id and a.act = 'proposed'
left join mall.risk_rule_act d
    on d.tenant_id = p.tenant_id and d.proposal_id = p.proposal_id and d.act in ('activated', 'withdrawn')
where p.tenant_id = $1 and ($2::uuid is null or p.proposal_id = $2) and (not $3 or d.act is null)
order by p.proposal_id desc
limit 200
"""


# As it waits for a decision, or as a rule that counts or is to count.
_KNOWN = """
select exists (
    select from mall.risk_rule_proposal p
    where p.tenant_id = $1 and p.parameters = $2::jsonb and not exists (
        select from mall.risk_rule_act d
        where d.tenant_id = $1 and d.proposal_id = p.proposal_id and d.act in ('activated', 'withdrawn')
    )
) or exists (
    select from mall.risk_rule r
    where r.tenant_id = $1 and (r.valid_until is null or r.valid_until > $3) and jsonb_build_object('kind', r.kind,
        'dimension', r.dimension, 'measure', r.measure, 'threshold', r.threshold, 'window_seconds', r.window_seconds,
        'days', r.days, 'verdict', r.verdict, 'score', r.score, 'note', r.note) = $2::jsonb
)
"""


class UnknownProposal(Problem):
    """The tenant has no such proposal."""

    slug = "unknown-risk-proposal"
    title = "No such proposal of a risk rule"
    status = 404

    def __init__(self, proposal_id: UUID) -> None:
        super().__init__(
            f"your tenant has no proposal {proposal_id}; GET /v1/risk/rules/proposals lists them"
        )


class ProposalDecided(Problem):
    """The proposal was put in force or withdrawn before."""

    slug = "risk-proposal-decided"
    title = "The proposal was decided before"
    status = 409

    def __init__(self, state: str, by: str | None) -> None:
        super().__init__(f"it was {state} by {by or 'a program'} before; propose the rule anew", state=state)


async def is_known(connection: Connection, *, tenant_id: UUID, rule: NewRule, now: datetime) -> bool:
    """Tell whether the same rule is in force or proposed; nobody else proposes one until the transaction ends."""
    await _one_at_a_time(connection, tenant_id)
    known: bool = await connection.fetchval(_KNOWN, tenant_id, _parameters(rule), now)
    return known


async def propose(connection: Connection, *, tenant_id: UUID, rule: NewRule, actor: Actor) -> UUID:
    """Propose a rule and return the proposal's id."""
    proposal_id: UUID = await connection.fetchval(
        "insert into mall.risk_rule_proposal (tenant_id, parameters) values ($1, $2) returning proposal_id",
        tenant_id,
        _parameters(rule),
    )
    await note_act(connection, tenant_id=tenant_id, act="proposed", actor=actor, proposal_id=proposal_id)
    return proposal_id


async def activate(connection: Connection, *, tenant_id: UUID, proposal_id: UUID, actor: Actor) -> UUID:
    """Put a proposed rule in force from now on and return the rule's id.

    Raises:
        UnknownProposal: it is not there.
        ProposalDecided: it was decided before.
    """
    proposal = await _open(connection, tenant_id, proposal_id)
    rule = NewRule(**proposal["parameters"])
    rule_ids = await add_rules(connection, tenant_id=tenant_id, rules=[rule], valid_from=actor.at)
    await note_act(
        connection,
        tenant_id=tenant_id,
        act="activated",
        actor=actor,
        rule_ids=rule_ids,
        proposal_id=proposal_id,
    )
    return rule_ids[0]


async def withdraw(connection: Connection, *, tenant_id: UUID, proposal_id: UUID, actor: Actor) -> None:
    """Give up a proposed rule.

    Raises:
        UnknownProposal: it is not there.
        ProposalDecided: it was decided before.
    """
    await _open(connection, tenant_id, proposal_id)
    await note_act(connection, tenant_id=tenant_id, act="withdrawn", actor=actor, proposal_id=proposal_id)


async def list_proposals(
    connection: Connection, *, tenant_id: UUID, proposal_id: UUID | None = None, is_open: bool = False
) -> list[dict[str, Any]]:
    """Return proposals, the newest first: all, one of them, or those nobody has decided."""
    rows = await connection.fetch(_PROPOSALS, tenant_id, proposal_id, is_open)
    return [dict(row) | {"parameters": msgspec.json.decode(row["parameters"])} for row in rows]


async def _open(connection: Connection, tenant_id: UUID, proposal_id: UUID) -> dict[str, Any]:
    # Two people at once would both find it open.
    await _one_at_a_time(connection, tenant_id)
    found = await list_proposals(connection, tenant_id=tenant_id, proposal_id=proposal_id)
    if not found:
        raise UnknownProposal(proposal_id)
    if found[0]["state"] != "proposed":
        raise ProposalDecided(found[0]["state"], found[0]["decided_by"])
    return found[0]


async def _one_at_a_time(connection: Connection, tenant_id: UUID) -> None:
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('risk ' || $1::uuid::text, 0))", tenant_id
    )


def _parameters(rule: NewRule) -> str:
    return msgspec.json.encode(asdict(rule)).decode()
