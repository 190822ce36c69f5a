"""The pipeline as a client: it has a key of its own and names the tenant."""

import pytest

from tests.transactional.conftest import client_for
from transactional.access.operations import issue_platform_key

OLD, NEW = "20260301T020000Z-0123abcd", "20260302T020000Z-0123abcd"
DAY = "2026-03-01"


@pytest.fixture
async def pipeline_key(owner):
    return await issue_platform_key(owner, scope="write_back", label="test")


@pytest.fixture
async def pipeline(app, pipeline_key):
    async with client_for(app, pipeline_key) as client:
        yield client


@pytest.fixture
def put(pipeline, shop):
    """Write items of a release back and return the answer."""

    async def put(kind, items, *, release=OLD, is_last=True, tenant=None, query="", **more):
        body = {"release_id": release, "as_of_date": DAY, "is_last": is_last, "items": items, **more}
        url = f"/v1/write-back/{tenant or shop.tenant_id}/{kind}{query}"
        return await pipeline.put(url, json=body)

    return put
