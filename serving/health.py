"""GET /health: the release in use, how fresh it is, and whether the live database answers; /health/live: that is all."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from serving.context import LiveDatabase, Now
from serving.database import DatabaseAway
from serving.freshness import LONGEST_LAG_SECONDS, freshness_of, is_behind
from serving.problems import responses
from serving.release import NoRelease
from serving.release_reader import ReleaseReader

router = APIRouter(tags=["health"])


class HealthAnswer(BaseModel):
    """degraded: the database is away, answers come from the release alone."""

    status: Literal["ok", "degraded"]
    database: Literal["reachable", "away"]
    release_id: str = Field(examples=["20260401T020000Z-5f3c"])
    created_at: datetime
    landed_at: datetime
    complete_until: datetime = Field(description="All that was committed up to then is in the release.")
    data_lag_seconds: float = Field(
        description="How long ago that was; what was committed since may be missing.", examples=[12.5]
    )
    is_late: bool | None = Field(
        description=(
            f"Whether that is more than {LONGEST_LAG_SECONDS:.0f} s ago and transactions were committed since that "
            "the release lacks. null: unknown, the database is away."
        )
    )


class LiveAnswer(BaseModel):
    """The process answers; whether it has anything to answer from, /health tells."""

    status: Literal["live"] = "live"


@router.get("/health/live", responses=responses())
async def get_live() -> LiveAnswer:
    """Tell that the process answers: restart it if it does not; send it requests when /health says so."""
    return LiveAnswer()


@router.get("/health", responses=responses(NoRelease))
async def get_health(request: Request, database: LiveDatabase, now: Now) -> HealthAnswer:
    """Tell whether the service can answer, and how old its data is; needs no key.

    It answers once a release is open and warmed up; 503 while there is none.
    """
    reader: ReleaseReader = request.app.state.releases
    async with reader.lend() as release:
        freshness = freshness_of(release.manifest, reader.folder)
        lag = max(0.0, (now - freshness.complete_until).total_seconds())
        try:
            lacks_any = await is_behind(database, freshness)
            is_reachable = True
        except DatabaseAway:
            lacks_any, is_reachable = None, False
        return HealthAnswer(
            status="ok" if is_reachable else "degraded",
            database="reachable" if is_reachable else "away",
            release_id=release.manifest.release_id,
            created_at=release.manifest.created_at,
            landed_at=release.manifest.landing.landed_at,
            complete_until=freshness.complete_until,
            data_lag_seconds=lag,
            is_late=None if lacks_any is None else lacks_any and lag > LONGEST_LAG_SECONDS,
        )
