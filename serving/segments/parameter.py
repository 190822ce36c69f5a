"""The `segment` of a request: the members of one segment or stage, as they are at the end of each month."""

from typing import Annotated

from fastapi import Query

from serving.problems import InvalidRequest
from serving.release import Release

# None: all members.
SegmentOf = Annotated[
    str | None,
    Query(
        max_length=100,
        description="Only members of a segment or stage of `GET /v1/segments`, as they are at the end of each month; "
        "groups of fewer than ten members are not told.",
        examples=["champion"],
    ),
]


async def require_segment(release: Release, segment: str) -> None:
    """Make sure there is such a segment or stage; the keys of the two are different ones.

    Raises:
        InvalidRequest: there is none.
    """
    found = await release.rows(
        "select segment from release.marts.dim_member_segment union all "
        "select stage from release.marts.dim_lifecycle_stage order by 1"
    )
    keys = [key for (key,) in found]
    if segment not in keys:
        raise InvalidRequest(f"query.segment: there is no such segment; there are {', '.join(keys)}")
