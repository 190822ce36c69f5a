"""What the worker does about draws: reveal those that are over, settle the tickets of those that have ended."""

import logging
from datetime import timedelta
from uuid import UUID

from transactional.draws.queries import draws_to_reveal
from transactional.draws.revealing import DrawAltered, reveal_draw
from transactional.draws.settling import settle_tickets
from transactional.problems import Problem
from transactional.settings import WorkerSettings
from transactional.vault import SealBroken, Vault
from transactional.worker.job import Job, JobContext

_log = logging.getLogger(__name__)


def draw_jobs(settings: WorkerSettings) -> tuple[Job, ...]:
    """Return the jobs about draws."""
    second = timedelta(seconds=1)
    return (
        Job("reveal-draws", 2 * second, Revealer(settings.vault()).run),
        Job("settle-tickets", 2 * second, _settle),
    )


class Revealer:
    """Reveals draws that are over, and complains once about each that cannot be."""

    def __init__(self, vault: Vault | None) -> None:
        self._vault = vault
        self._stuck: set[UUID] = set()

    async def run(self, context: JobContext) -> int:
        """Reveal every draw that is over and return how many there were.

        A draw whose seed or log is not what was published is left as it is, for a person to look at; without the
        installation's vault key all are.
        """
        revealed = 0
        now = context.clock()
        async with context.pools.committer.acquire() as connection:
            for tenant_id, draw_id in await draws_to_reveal(connection, now=now):
                if context.stopping.is_set():
                    break
                if self._vault is None:
                    self._complain(draw_id, "it needs POINTMART_VAULT_KEY, under which its seed was sealed")
                    continue
                try:
                    await reveal_draw(
                        connection, tenant_id=tenant_id, draw_id=draw_id, unseal=self._vault.open, now=now
                    )
                except (DrawAltered, SealBroken, Problem) as error:
                    self._complain(draw_id, str(error))
                else:
                    revealed += 1
        return revealed

    def _complain(self, draw_id: UUID, why: str) -> None:
        if draw_id not in self._stuck:
            self._stuck.add(draw_id)
            _log.error("draw %s is over and cannot be revealed: %s", draw_id, why)


async def _settle(context: JobContext) -> int:
    return await settle_tickets(context.pools.committer, context.committer, context.clock())
