"""What depends on the release alone need not be sent again: an ETag per release and tenant, 304 for who has it."""

from hashlib import sha256
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, Request, Response

from serving.context import CallerOf, PlatformCallerOf, ReleaseInUse, ReleaseOfAll
from serving.release import Release

# A release lives for a minute or so; who has asked a moment ago need not even ask whether there is another.
CACHE_CONTROL = "private, max-age=5, must-revalidate"


class NotModified(Exception):
    """The client has the answer already."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("not modified")
        self.headers = headers


_AtHand = Annotated[str | None, Header(description="The ETag of an answer at hand; 304 if it still holds.")]


def _of_a_tenant(
    request: Request,
    response: Response,
    caller: CallerOf,
    release: ReleaseInUse,
    if_none_match: _AtHand = None,
) -> None:
    _revalidate(request, response, release, f"{caller.tenant_id} {caller.is_degraded}", if_none_match)


def _of_the_platform(
    request: Request,
    response: Response,
    caller: PlatformCallerOf,
    release: ReleaseOfAll,
    if_none_match: _AtHand = None,
) -> None:
    _revalidate(request, response, release, f"platform {caller.is_degraded}", if_none_match)


def _revalidate(
    request: Request, response: Response, release: Release, asker: str, at_hand: str | None
) -> None:
    asked = f"{release.manifest.release_id} {asker} {request.url.path}?{request.url.query}"
    # Weak: the moment of the answer differs.
    tag = f'W/"{sha256(asked.encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": CACHE_CONTROL, "Vary": "Authorization"}
    known = [] if at_hand is None else [each.strip() for each in at_hand.split(",")]
    if "*" in known or tag.removeprefix("W/") in {each.removeprefix("W/") for each in known}:
        raise NotModified(headers)
    response.headers.update(headers)


def install(app: FastAPI) -> None:
    """Make an application answer 304 where the client has the answer, and say so in its OpenAPI document."""

    async def on_known(_: Request, error: Exception) -> Response:
        assert isinstance(error, NotModified)
        return Response(status_code=304, headers=error.headers)

    app.add_exception_handler(NotModified, on_known)


def document(paths: dict[str, Any]) -> None:
    """Add to the routes of an OpenAPI document that can be asked again what they answer then."""
    text = {"schema": {"type": "string"}}
    headers = {
        "ETag": text
        | {"description": "The same as long as the release answers the same; send it as If-None-Match."},
        "Cache-Control": text | {"example": CACHE_CONTROL},
    }
    for operations in paths.values():
        for operation in operations.values():
            if any(each["name"] == "if-none-match" for each in operation.get("parameters", ())):
                operation["responses"]["200"]["headers"] = headers
                operation["responses"]["304"] = {
                    "description": "The answer at hand still holds.",
                    "headers": headers,
                }


# For the routers whose answers the release alone decides.
RELEASE_ONLY = Depends(_of_a_tenant)
PLATFORM_RELEASE_ONLY = Depends(_of_the_platform)
