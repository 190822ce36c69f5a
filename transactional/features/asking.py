"""Who may use a feature: somebody who may do the thing, of a tenant that uses it."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request

from transactional.database import tenant_transaction
from transactional.features.domain import Feature
from transactional.features.operations import require_feature
from transactional.sessions.asking import Asker


def using(feature: Feature, asker: Callable[..., Awaitable[Asker]]) -> Callable[..., Awaitable[Asker]]:
    """Return a dependency that tells who asks, as `asker` does, and refuses tenants that do not use a feature."""

    async def user(who: Annotated[Asker, Depends(asker)], request: Request) -> Asker:
        async with tenant_transaction(request.app.state.pools.api, who.tenant_id) as connection:
            await require_feature(connection, tenant_id=who.tenant_id, feature=feature)
        return who

    return user
