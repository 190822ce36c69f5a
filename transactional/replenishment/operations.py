"""Keeps the proposals of the newest release open, and what people decided about any."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from transactional.database import Connection
from transactional.problems import Problem
from transactional.purchasing.creating import Wanted, create_purchase_orders
from transactional.suppliers.domain import NoSupplierTerms
from transactional.write_back.operations import Part

Decision = Literal["approved", "dismissed"]


class UnknownProposal(Problem):
    """The tenant has no such proposal."""

    slug = "unknown-proposal"
    title = "No such proposal"
    status = 404

    def __init__(self, proposal_id: UUID) -> None:
        super().__init__(
            f"your tenant has no proposal {proposal_id}; GET /v1/replenishment/proposals lists them"
        )


class ProposalNotOpen(Problem):
    """The proposal was decided before, or a newer release took its place."""

    slug = "proposal-not-open"
    title = "The proposal is not open"
    status = 409

    def __init__(self, proposal_id: UUID, status: str) -> None:
        super().__init__(
            f"proposal {proposal_id} is {status} already; look for the one that is open",
            proposal_status=status,
        )


@dataclass(frozen=True)
class Proposal:
    """So many pieces of an item to be ordered by a day; they last until `covers_until`."""

    item_id: UUID
    quantity: int
    order_by: date
    covers_until: date
    reason: str


# An item that somebody decided about is left alone while that decision covers the day.
_STORE = """
with known as (
    select g.*, o.item_id is not null as is_known, exists (
        select from mall.replenishment_proposal d
        where d.tenant_id = $1 and d.item_id = g.item_id and d.status in ('approved', 'dismissed')
            and d.covers_until >= $7::date
    ) as is_decided
    from unnest($2::uuid[], $3::bigint[], $4::date[], $5::date[], $6::text[]) with ordinality
        as g(item_id, quantity, order_by, covers_until, reason, position)
    left join mall.offer o on o.tenant_id = $1 and o.item_id = g.item_id
), superseded as (
    update mall.replenishment_proposal p set status = 'superseded'
    where p.tenant_id = $1 and p.status = 'proposed' and p.release_id <> $8::text
        and p.item_id = any($2::uuid[])
    returning 1
)
select k.item_id, k.quantity, k.order_by, k.covers_until, k.reason, k.is_known, k.is_decided
from known k
order by k.position
"""
_INSERT = """
insert into mall.replenishment_proposal as p
    (tenant_id, item_id, quantity, order_by, covers_until, reason, as_of_date, release_id)
select $1::uuid, g.item_id, g.quantity, g.order_by, g.covers_until, g.reason, $7::date, $8::text
from unnest($2::uuid[], $3::bigint[], $4::date[], $5::date[], $6::text[])
    as g(item_id, quantity, order_by, covers_until, reason)
on conflict (tenant_id, item_id, release_id) do update
set quantity = excluded.quantity, order_by = excluded.order_by, covers_until = excluded.covers_until,
    reason = excluded.reason
where p.status = 'proposed' and (p.quantity, p.order_by, p.covers_until, p.reason)
    is distinct from (excluded.quantity, excluded.order_by, excluded.covers_until, excluded.reason)
returning p.item_id
"""
_SUPERSEDE_REST = """
with gone as (
    update mall.replenishment_proposal set status = 'superseded'
    where tenant_id = $1 and status = 'proposed' and release_id <> $2::text
    returning 1
)
select count(*)::int from gone
"""


@dataclass(frozen=True)
class Proposals:
    """Proposals of a release, to be open in place of those of older ones."""

    proposals: Sequence[Proposal]
    kind: ClassVar[str] = "replenishment"

    async def store(self, connection: Connection, part: Part) -> list[tuple[UUID, str]]:
        """Open the proposals, except for items somebody decided about; return what became of each, in order."""
        columns = [
            [p.item_id for p in self.proposals],
            [p.quantity for p in self.proposals],
            [p.order_by for p in self.proposals],
            [p.covers_until for p in self.proposals],
            [p.reason for p in self.proposals],
        ]
        known = await connection.fetch(_STORE, part.tenant_id, *columns, part.as_of_date, part.release_id)
        wanted = [row for row in known if row["is_known"] and not row["is_decided"]]
        opened = {
            row["item_id"]
            for row in await connection.fetch(
                _INSERT,
                part.tenant_id,
                *(
                    [row[name] for row in wanted]
                    for name in ("item_id", "quantity", "order_by", "covers_until", "reason")
                ),
                part.as_of_date,
                part.release_id,
            )
        }
        results = []
        for row in known:
            if not row["is_known"]:
                result = "unknown_item"
            elif row["is_decided"]:
                result = "decided"
            else:
                result = "stored" if row["item_id"] in opened else "unchanged"
            results.append((row["item_id"], result))
        return results

    async def end_older(self, connection: Connection, part: Part) -> int:
        """Close the open proposals of older releases that found no successor; return how many."""
        closed: int = await connection.fetchval(_SUPERSEDE_REST, part.tenant_id, part.release_id)
        return closed


async def decide_proposal(
    connection: Connection, *, tenant_id: UUID, proposal_id: UUID, decision: Decision, by: str, now: datetime
) -> None:
    """Note what a person decided about an open proposal; the same decision again changes nothing.

    An approved one becomes a purchase order, if somebody sells the item by the piece; that has to be approved too, as
    every order.

    Raises:
        UnknownProposal: it is not there.
        ProposalNotOpen: it was decided otherwise, or a newer release took its place.
        SupplierSuspended, SupplierNotActive, SupplierNotAuthorised: whoever sells the item may not be ordered from.
    """
    proposal = await connection.fetchrow(
        "select status, item_id, quantity, order_by from mall.replenishment_proposal "
        "where tenant_id = $1 and proposal_id = $2 for update",
        tenant_id,
        proposal_id,
    )
    if proposal is None:
        raise UnknownProposal(proposal_id)
    status = proposal["status"]
    if status == decision:
        return
    if status != "proposed":
        raise ProposalNotOpen(proposal_id, status)
    await connection.execute(
        "update mall.replenishment_proposal set status = $3, decided_by = $4, decided_at = $5 "
        "where tenant_id = $1 and proposal_id = $2",
        tenant_id,
        proposal_id,
        decision,
        by,
        now,
    )
    if decision == "approved":
        wanted = Wanted(proposal["item_id"], proposal["quantity"], proposal["order_by"])
        await _order(connection, tenant_id, proposal_id, wanted, by, now)


async def _order(
    connection: Connection, tenant_id: UUID, proposal_id: UUID, wanted: Wanted, by: str, now: datetime
) -> None:
    """Propose a purchase order of what is wanted, unless nobody sells it or its stock is codes."""
    if await connection.fetchval(
        "select is_coded from mall.offer where tenant_id = $1 and item_id = $2", tenant_id, wanted.item_id
    ):
        return
    with suppress(NoSupplierTerms):
        await create_purchase_orders(
            connection,
            tenant_id=tenant_id,
            origin="replenishment",
            origin_reference=str(proposal_id),
            wanted=[wanted],
            by=by,
            now=now,
        )
