"""The jobs that tell tenants' systems what happened."""

import asyncio
import logging
import ssl
from collections import Counter
from datetime import timedelta

import httpcore

from transactional.settings import WorkerSettings
from transactional.vault import SealBroken, Vault
from transactional.webhooks.addresses import AddressRules
from transactional.webhooks.deliveries import Attempt, claim, forget_settled, settle
from transactional.webhooks.domain import Delivery, secret_context
from transactional.webhooks.fan_out import fan_out
from transactional.webhooks.lookup import AddressGuard
from transactional.webhooks.retries import Reply, judge
from transactional.webhooks.sender import Sender, open_sender
from transactional.webhooks.signature import signed_headers
from transactional.worker.job import Job, JobContext

_SLICE_ROWS = 5000
_AT_ONCE = 64
_AT_ONCE_PER_ENDPOINT = 8
_POLL_SECONDS = 0.25
# One step takes up new deliveries so long at most; then another worker may have a turn.
_STEP_SECONDS = 30.0
# Beyond the time limit of an attempt, for writing down what became of it.
_CLAIM_MARGIN = timedelta(seconds=5)
_KEEP_DELIVERED = timedelta(days=7)
_KEEP_DEAD = timedelta(days=30)

_log = logging.getLogger(__name__)


def webhook_jobs(settings: WorkerSettings) -> tuple[Job, ...]:
    """Return the jobs; without a vault key nothing can be signed, so nothing is sent."""
    vault = settings.vault()
    moment = timedelta(seconds=0.5)
    jobs = [
        Job("webhook-fan-out", moment, _fan_out),
        Job("webhook-retention", timedelta(hours=1), _forget),
    ]
    if vault is None:
        _log.warning("no webhooks are sent: POINTMART_VAULT_KEY is not set")
    else:
        guard = AddressGuard(AddressRules(settings.allow_loopback_webhooks, settings.allow_private_webhooks))
        jobs.append(Job("webhook-sending", moment, Sending(vault, guard, httpcore.default_ssl_context()).run))
    return tuple(jobs)


async def _fan_out(context: JobContext) -> int:
    rows = await fan_out(context.pools.committer, now=context.clock(), slice_rows=_SLICE_ROWS)
    # A slice that was not full leaves nothing to hurry for: the next moment's rows go together.
    return rows if rows >= _SLICE_ROWS else 0


async def _forget(context: JobContext) -> int:
    now = context.clock()
    return await forget_settled(
        context.pools.committer, delivered_before=now - _KEEP_DELIVERED, dead_before=now - _KEEP_DEAD
    )


class Sending:
    """Sends what is due, several at a time, refilling as places come free: a slow endpoint delays no other."""

    def __init__(self, vault: Vault, guard: AddressGuard, tls: ssl.SSLContext) -> None:
        self._vault = vault
        self._guard = guard
        self._tls = tls

    async def run(self, context: JobContext) -> int:
        """Send until nothing is due, the step has taken long enough, or the worker stops; return how many."""
        timeout = context.settings.webhook_timeout_seconds
        async with open_sender(
            self._guard, self._tls, connections=_AT_ONCE, timeout_seconds=timeout
        ) as sender:
            return await self._send_due(context, sender, timedelta(seconds=timeout) + _CLAIM_MARGIN)

    async def _send_due(self, context: JobContext, sender: Sender, claimed_for: timedelta) -> int:
        pool = context.pools.committer
        under_way: dict[asyncio.Task[Attempt], Delivery] = {}
        ended = 0
        loop = asyncio.get_running_loop()
        until = loop.time() + _STEP_SECONDS
        try:
            while True:
                if loop.time() < until and not context.stopping.is_set() and len(under_way) < _AT_ONCE:
                    now = context.clock()
                    for delivery in await claim(
                        pool,
                        now=now,
                        claimed_until=now + claimed_for,
                        limit=_AT_ONCE - len(under_way),
                        per_endpoint=_AT_ONCE_PER_ENDPOINT,
                        busy=Counter(delivery.endpoint_id for delivery in under_way.values()),
                    ):
                        under_way[asyncio.create_task(self._attempt(context, sender, delivery))] = delivery
                if not under_way:
                    return ended
                done, _ = await asyncio.wait(
                    under_way, timeout=_POLL_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
                if done:
                    await settle(pool, [task.result() for task in done], now=context.clock())
                    ended += len(done)
                    for task in done:
                        del under_way[task]
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)

    async def _attempt(self, context: JobContext, sender: Sender, delivery: Delivery) -> Attempt:
        reply = await self._post(context, sender, delivery)
        attempts = delivery.attempts + 1
        now = context.clock()
        verdict = judge(reply, attempts=attempts, now=now, chance=context.chance.random())
        if verdict.status == "dead":
            _log.warning(
                "webhook delivery %s is dead after %d attempts: %s",
                delivery.delivery_id, attempts, reply.error,
            )  # fmt: skip
        return Attempt(delivery, reply, verdict)

    async def _post(self, context: JobContext, sender: Sender, delivery: Delivery) -> Reply:
        try:
            secret = self._vault.open(
                delivery.sealed_secret, context=secret_context(delivery.tenant_id, delivery.endpoint_id)
            )
        except SealBroken as error:
            _log.error("the secret of webhook endpoint %s: %s", delivery.endpoint_id, error)
            return Reply(None, "the signing secret cannot be read on our side")
        body = delivery.message.body()
        headers = signed_headers(
            message_id=str(delivery.message.message_id), sent_at=context.clock(), body=body, secret=secret
        )
        return await sender.post(delivery.url, headers, body)
