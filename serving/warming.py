"""Warms a release before any request meets it: what its first answers would put together is put together."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

import duckdb
from starlette.concurrency import run_in_threadpool

from serving.clock import Clock, business_date
from serving.database import DatabaseAway
from serving.recommendations.mirror import Mirror
from serving.recommendations.released import recommended_from
from serving.recommendations.released_shop import explorable_items, released_shop
from serving.release import OlderRelease, Release

_log = logging.getLogger(__name__)

# Shops beyond them warm up with their first request.
_TENANTS = 100


def warming(clock: Clock, live: Mirror) -> Callable[[Release], Awaitable[None]]:
    """Return what warms a release, and what its shops have that it lacks, where the live database can be reached."""

    async def warm(release: Release) -> None:
        # DuckDB imports pandas at its first parameter, which takes a third of a second.
        await release.rows("select ?", 1)
        if not release.arrays:
            return
        try:
            tenants = await release.rows(
                f"select tenant_id from release.marts.dim_tenant order by 1 limit {_TENANTS}"
            )
            for (tenant_id,) in tenants:
                shop = await released_shop(release, tenant_id)
                explorable = await explorable_items(release, tenant_id, business_date(clock()))
                mirrored = live.tenant(tenant_id)
                with suppress(DatabaseAway):
                    await mirrored.shop()
                    await mirrored.follow(release.manifest.landing.snapshot)
                await run_in_threadpool(mirrored.know, release.made(recommended_from), shop, explorable)
        except (duckdb.Error, OlderRelease):
            # What is missing is told by the requests that need it; the others go on.
            _log.exception("release %s could not be warmed up", release.manifest.release_id)

    return warm
