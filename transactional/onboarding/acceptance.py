"""What the acceptance kit measured of a tenant in test mode, as the tenant recorded it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.fees.queries import live_day
from transactional.onboarding.domain import AcceptanceOnLive, Measure
from transactional.onboarding.promises import is_accepted

_COLUMNS = "run_id, started_at, finished_at, is_passed, checks, recorded_at"


async def record_run(
    connection: Connection,
    *,
    tenant_id: UUID,
    run_id: UUID,
    started_at: datetime,
    finished_at: datetime,
    measures: Sequence[Measure],
) -> bool:
    """Keep a run of the kit and return whether it is new; one that is sent twice is kept once, as it was first.

    Raises:
        AcceptanceOnLive: the tenant is live.
    """
    if await live_day(connection, tenant_id=tenant_id) is not None:
        raise AcceptanceOnLive
    told = [vars(measure) | {"is_met": measure.is_met} for measure in measures]
    done: str = await connection.execute(
        "insert into mall.acceptance_run (tenant_id, run_id, started_at, finished_at, is_passed, checks) "
        "values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, run_id) do nothing",
        tenant_id,
        run_id,
        started_at,
        finished_at,
        is_accepted(measures),
        json.dumps(told),
    )
    return done == "INSERT 0 1"


async def runs_of(
    connection: Connection, *, tenant_id: UUID, run_id: UUID | None = None, limit: int = 100
) -> list[dict[str, Any]]:
    """Return a tenant's runs of the kit, the one that was recorded last first, or the one with an id."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from mall.acceptance_run where tenant_id = $1 and ($2::uuid is null or run_id = $2) "
        "order by recorded_at desc limit $3",
        tenant_id,
        run_id,
        limit,
    )
    return [dict(row) | {"checks": json.loads(row["checks"])} for row in rows]


async def newest_is_passed(connection: Connection, *, tenant_id: UUID) -> bool:
    """Tell whether the run that was recorded last met everything, with the program as it is settled."""
    found = await runs_of(connection, tenant_id=tenant_id, limit=1)
    settled_at = await connection.fetchval(
        "select settled_at from mall.onboarding where tenant_id = $1", tenant_id
    )
    is_old = bool(found) and settled_at is not None and found[0]["recorded_at"] < settled_at
    return bool(found) and bool(found[0]["is_passed"]) and not is_old
