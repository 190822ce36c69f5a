"""Has providers top up, again and again until it is known what came of it; gives back what failed, once."""

from hashlib import sha256

import asyncpg
import msgspec

from transactional.database import tenant_transaction
from transactional.identifiers import derived
from transactional.problems import Problem
from transactional.redemption.commands import Refund
from transactional.top_ups.domain import MOST_TRIES, Outcome, TopUpNews, TopUpOrder, wait_after
from transactional.top_ups.operations import context_of
from transactional.vault import VaultKeyMissing
from transactional.worker.job import JobContext

_STEP = 50

_DUE = """
select p.*, t.code from mall.top_up p join mall.tenant t using (tenant_id)
where p.status = 'pending' and p.next_attempt_at <= $1
order by p.next_attempt_at
limit $2
"""
_TO_REFUND = """
select * from mall.top_up
where status = 'failed' and refunded_at is null and refund_refusal is null
order by settled_at
limit $1
"""
_AGAIN = """
update mall.top_up set attempts = attempts + 1, next_attempt_at = $3, last_error = $4
where tenant_id = $1 and top_up_id = $2 and status = 'pending'
"""
_SETTLE = """
with settled as (
    update mall.top_up set status = $3, settled_at = $4, attempts = attempts + 1, account = null,
        provider_reference = $5, last_error = $6
    where tenant_id = $1 and top_up_id = $2 and status = 'pending'
    returning *
)
insert into mall.outbox (tenant_id, topic, subject_id, payload)
select tenant_id, 'top_up.' || status, top_up_id, jsonb_build_object('top_up_id', top_up_id,
    'redemption_id', redemption_id, 'line_no', line_no, 'quantity', quantity, 'status', status, 'settled_at', settled_at)
from settled
"""
_REFUNDED = """
update mall.top_up set refunded_at = case when $3::text is null then $4::timestamptz end, refund_refusal = $3
where tenant_id = $1 and top_up_id = $2 and status = 'failed' and refunded_at is null and refund_refusal is null
"""


async def send_top_ups(context: JobContext) -> int:
    """Send or ask for the top-ups whose turn it is and return for how many it is known what came of them."""
    settled = 0
    for row in await context.pools.committer.fetch(_DUE, context.clock(), _STEP):
        if context.stopping.is_set():
            break
        try:
            news = await _try(context, row)
        except Problem as problem:
            news = TopUpNews(Outcome.PENDING, reason=problem.detail)
        settled += await _note(context, row, news)
    return settled


async def _try(context: JobContext, row: asyncpg.Record) -> TopUpNews:
    """Send a request while there are tries left, then ask for it."""
    vault = context.settings.vault()
    if vault is None:
        raise VaultKeyMissing
    provider = context.top_ups.of(row["code"], row["provider"])
    if row["attempts"] >= MOST_TRIES or context.clock() >= row["expires_at"]:
        return await provider.ask(row["top_up_id"])
    account = vault.open(row["account"], context=context_of(row["tenant_id"], row["top_up_id"]))
    order = TopUpOrder(
        row["top_up_id"], row["product_code"], row["quantity"], account.decode(), row["expires_at"]
    )
    return await provider.send(order)


async def _note(context: JobContext, row: asyncpg.Record, news: TopUpNews) -> int:
    """Write down what a provider said; what it does not know once nobody may send it any more was never done."""
    now = context.clock()
    has_failed = news.outcome is Outcome.REFUSED or (
        news.outcome is Outcome.UNKNOWN and now >= row["expires_at"]
    )
    reason = None if news.reason is None else news.reason[:500]
    async with tenant_transaction(context.pools.api, row["tenant_id"]) as connection:
        if news.outcome is Outcome.SUCCEEDED or has_failed:
            await connection.execute(
                _SETTLE,
                row["tenant_id"],
                row["top_up_id"],
                "failed" if has_failed else "succeeded",
                now,
                news.reference,
                reason,
            )
            return 1
        again = now + wait_after(row["attempts"])
        await connection.execute(_AGAIN, row["tenant_id"], row["top_up_id"], again, reason)
    return 0


async def refund_top_ups(context: JobContext) -> int:
    """Give back points and cash of the top-ups that failed and return how many there were.

    The key is the top-up's, so that whatever happens between refunding and noting it refunds nothing twice.
    """
    rows = await context.pools.committer.fetch(_TO_REFUND, _STEP)
    for row in rows:
        tenant_id, top_up_id = row["tenant_id"], row["top_up_id"]
        now = context.clock()
        answer = await context.committer.submit(
            Refund(
                tenant_id=tenant_id,
                key=f"top-up:{top_up_id}",
                body_hash=sha256(top_up_id.bytes).digest(),
                at=now,
                redemption_id=row["redemption_id"],
                transfer_id=derived(top_up_id, 1),
                lines=((row["line_no"], row["quantity"]),),
                points=None,
                restock=False,
                reason="top-up failed",
            )
        )
        refusal = None if answer.status < 400 else str(msgspec.json.decode(answer.body)["detail"])[:500]
        async with tenant_transaction(context.pools.api, tenant_id) as connection:
            await connection.execute(_REFUNDED, tenant_id, top_up_id, refusal, now)
    return len(rows)
