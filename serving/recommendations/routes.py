"""GET /v1/recommendations/{member_id} and /v1/items/{item_id}/goes-with."""

from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Request, Response

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.metrics import Meters
from serving.problems import InvalidRequest, responses
from serving.recommendations.answers import Asked, UnknownItem, UnknownMember, recommend
from serving.recommendations.contexts import Context
from serving.recommendations.documents import RecommendationsAnswer, told
from serving.recommendations.mirror import Mirror
from serving.recommendations.parameters import ContextOf, FilterOf, Limit, ReachOf
from serving.recommendations.policies import Experiment
from serving.recommendations.released import NoArrays
from serving.release import NoRelease, Release

router = APIRouter(tags=["recommendations"])

MEMBER, GOES_WITH = "/v1/recommendations/{member_id}", "/v1/items/{item_id}/goes-with"
# The next answer may differ by what the member does meanwhile.
CACHING = "no-store"


def _experiment(request: Request) -> Experiment:
    experiment: Experiment = request.app.state.experiment
    return experiment


def _meters(request: Request) -> Meters:
    meters: Meters = request.app.state.meters
    return meters


MetersOf = Annotated[Meters, Depends(_meters)]


def _live(request: Request) -> Mirror:
    live: Mirror = request.app.state.live
    return live


LiveOf = Annotated[Mirror, Depends(_live)]
ExperimentOf = Annotated[Experiment, Depends(_experiment)]


@router.get(
    MEMBER,
    response_model=RecommendationsAnswer,
    responses=responses(
        Unauthenticated, UnknownMember, InvalidRequest, NoRelease, NoArrays, DatabaseUnavailable
    ),
)
async def get_recommendations(
    member_id: Annotated[UUID, Path(description="Whom to show something.")],
    meters: MetersOf,
    caller: CallerOf,
    release: ReleaseInUse,
    live: LiveOf,
    now: Now,
    experiment: ExperimentOf,
    context: ContextOf,
    filter_: FilterOf,
    limit: Limit = 10,
    reach: ReachOf = "soon",
) -> Response:
    """Return what to show a member now: what the member just did changes the next answer.

    Of each ten items at most two cannot be had for points now, and never the first two.
    """
    asked = Asked(caller.tenant_id, member_id, uuid4(), limit, reach, now, context=context, filter=filter_)
    return _response(await answered(release, live, asked, experiment, meters))


@router.get(
    GOES_WITH,
    response_model=RecommendationsAnswer,
    responses=responses(
        Unauthenticated, UnknownItem, InvalidRequest, NoRelease, NoArrays, DatabaseUnavailable
    ),
)
async def get_goes_with(
    item_id: Annotated[UUID, Path(description="The item whose page is looked at.")],
    meters: MetersOf,
    caller: CallerOf,
    release: ReleaseInUse,
    live: LiveOf,
    now: Now,
    experiment: ExperimentOf,
    filter_: FilterOf,
    member_id: Annotated[
        UUID | None,
        Query(description="Who looks. Left out, or no member of the tenant: answered as for anybody."),
    ] = None,
    limit: Limit = 10,
    reach: ReachOf = "soon",
) -> Response:
    """Return what goes with an item, for its page: its neighbours first, for a member within its reach."""
    asked = Asked(
        caller.tenant_id, member_id, uuid4(), limit, reach, now,
        is_member=False, context=Context("goes_with", (item_id,)), filter=filter_,
    )  # fmt: skip
    return _response(await answered(release, live, asked, experiment, meters))


async def answered(
    release: Release, live: Mirror, asked: Asked, experiment: Experiment, meters: Meters
) -> bytes:
    """Return an answer as JSON, and count it if it is a degraded one.

    Raises:
        UnknownMember, UnknownItem, DatabaseUnavailable, NoArrays: as `recommend` says.
    """
    answer = await recommend(release, live, asked, experiment)
    if answer.is_degraded:
        meters.degraded(GOES_WITH if asked.context.kind == "goes_with" else MEMBER)
    return msgspec.json.encode(told(asked, answer, release))


def _response(body: bytes) -> Response:
    return Response(body, headers={"Cache-Control": CACHING}, media_type="application/json")
