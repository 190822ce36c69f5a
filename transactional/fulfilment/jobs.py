"""The worker's jobs about parcels and broken promises."""

from datetime import timedelta

from transactional.fulfilment.asking import ask_carriers
from transactional.fulfilment.breaches import open_compensations
from transactional.fulfilment.compensations import credit_compensations
from transactional.fulfilment.progressing import advance
from transactional.worker.job import Job, JobContext

_STEP = 100
_BEHIND = "select distinct tenant_id, redemption_id from mall.shipment where is_behind limit $1"


def fulfilment_jobs() -> tuple[Job, ...]:
    """Return the jobs about parcels and broken promises."""
    return (
        Job("ask-carriers", timedelta(seconds=30), ask_carriers),
        Job("advance-redemptions", timedelta(seconds=5), advance_redemptions),
        Job("open-compensations", timedelta(minutes=1), open_compensations),
        Job("credit-compensations", timedelta(seconds=10), credit_compensations),
    )


async def advance_redemptions(context: JobContext) -> int:
    """Tell the redemptions whose parcels have moved on, where the request that learned of it could not."""
    rows = await context.pools.committer.fetch(_BEHIND, _STEP)
    for row in rows:
        await advance(
            context.pools,
            context.committer,
            tenant_id=row["tenant_id"],
            redemption_id=row["redemption_id"],
            now=context.clock(),
        )
    return len(rows)
