"""GET /v1/recommendations/{member_id} and /v1/items/{item_id}/goes-with."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.metrics import Meters
from serving.problems import InvalidRequest, responses
from serving.recommendations.answers import Answer, Asked, Live, UnknownItem, UnknownMember, recommend
from serving.recommendations.contexts import Context
from serving.recommendations.documents import RecommendationsAnswer, answer_document
from serving.recommendations.parameters import ContextOf, FilterOf, Limit, ReachOf
from serving.recommendations.policies import Experiment
from serving.recommendations.released import NoArrays
from serving.release import NoRelease, Release

router = APIRouter(prefix="/v1", tags=["recommendations"])


def _experiment(request: Request) -> Experiment:
    experiment: Experiment = request.app.state.experiment
    return experiment


@dataclass(frozen=True)
class _Http:
    """What an answer is sent and counted with."""

    response: Response
    meters: Meters
    route: str


def _http(request: Request, response: Response) -> _Http:
    return _Http(response, request.app.state.meters, request.scope["route"].path)


Http = Annotated[_Http, Depends(_http)]


def _live(request: Request) -> Live:
    live: Live = request.app.state.live
    return live


LiveOf = Annotated[Live, Depends(_live)]
ExperimentOf = Annotated[Experiment, Depends(_experiment)]


@router.get(
    "/recommendations/{member_id}",
    responses=responses(
        Unauthenticated, UnknownMember, InvalidRequest, NoRelease, NoArrays, DatabaseUnavailable
    ),
)
async def get_recommendations(
    member_id: UUID,
    http: Http,
    caller: CallerOf,
    release: ReleaseInUse,
    live: LiveOf,
    now: Now,
    experiment: ExperimentOf,
    context: ContextOf,
    filter_: FilterOf,
    limit: Limit = 10,
    reach: ReachOf = "soon",
) -> RecommendationsAnswer:
    """Return what to show a member now: what the member just did changes the next answer.

    Of each ten items at most two cannot be had for points now, and never the first two.
    """
    asked = Asked(caller.tenant_id, member_id, uuid4(), limit, reach, now, context=context, filter=filter_)
    return _told(http, asked, await recommend(release, live, asked, experiment), release)


@router.get(
    "/items/{item_id}/goes-with",
    responses=responses(
        Unauthenticated, UnknownItem, InvalidRequest, NoRelease, NoArrays, DatabaseUnavailable
    ),
)
async def get_goes_with(
    item_id: UUID,
    http: Http,
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
) -> RecommendationsAnswer:
    """Return what goes with an item, for its page: its neighbours first, for a member within its reach."""
    asked = Asked(
        caller.tenant_id, member_id, uuid4(), limit, reach, now,
        is_member=False, context=Context("goes_with", (item_id,)), filter=filter_,
    )  # fmt: skip
    return _told(http, asked, await recommend(release, live, asked, experiment), release)


def _told(http: Http, asked: Asked, answer: Answer, release: Release) -> RecommendationsAnswer:
    # The next answer may differ by what the member does meanwhile.
    http.response.headers["Cache-Control"] = "no-store"
    if answer.is_degraded:
        http.meters.degraded(http.route)
    return answer_document(asked, answer, release)
