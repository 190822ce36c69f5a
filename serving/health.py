"""GET /health: the release in use and whether the live database answers."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from serving.context import LiveDatabase, Now
from serving.problems import responses
from serving.release import NoRelease, ReleaseReader

router = APIRouter(tags=["health"])


class HealthAnswer(BaseModel):
    """degraded: the database is away, answers come from the release alone."""

    status: Literal["ok", "degraded"]
    database: Literal["reachable", "away"]
    release_id: str = Field(examples=["20260401T020000Z-5f3c"])
    created_at: datetime
    landed_at: datetime
    data_lag_seconds: float = Field(
        description="How long ago the release was complete: all that was committed up to then is in it.",
        examples=[42.5],
    )


@router.get("/health", responses=responses(NoRelease))
async def get_health(request: Request, database: LiveDatabase, now: Now) -> HealthAnswer:
    """Tell whether the service can answer, and how old its data is; needs no key."""
    reader: ReleaseReader = request.app.state.releases
    is_reachable = await database.is_reachable()
    async with reader.lend() as release:
        landing = release.manifest.landing
        complete_until = landing.complete_until or landing.landed_at
        return HealthAnswer(
            status="ok" if is_reachable else "degraded",
            database="reachable" if is_reachable else "away",
            release_id=release.manifest.release_id,
            created_at=release.manifest.created_at,
            landed_at=landing.landed_at,
            data_lag_seconds=(now - complete_until).total_seconds(),
        )
