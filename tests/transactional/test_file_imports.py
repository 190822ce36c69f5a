"""What all imports have in common."""

import re

import asyncpg
import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from transactional.file_imports import add_import
from transactional.sessions.asking import decider


class Row(BaseModel):
    name: str


@pytest.fixture
def taken(app):
    """What was tried of each file; a row called `crossing` meets a deadlock as often as `deadlocks` says."""
    tried, deadlocks = [], [0]

    async def take(taking, row):
        tried.append(row.name)
        await taking.connection.execute(
            "insert into mall.member (tenant_id, external_ref, registered_at) values ($1, $2, $3)",
            taking.tenant_id,
            row.name,
            taking.now,
        )
        if row.name == "crossing" and deadlocks[0]:
            deadlocks[0] -= 1
            raise asyncpg.DeadlockDetectedError("deadlock detected")
        return True

    router = APIRouter(prefix="/v1")
    add_import(router, "/things", Row, take, things="things", asker=decider)
    app.include_router(router)
    return tried, deadlocks


async def test_a_file_that_waited_in_a_circle_is_taken_anew_as_a_whole(client, shop, owner, taken):
    tried, deadlocks = taken
    deadlocks[0] = 4
    answer = await client.post("/v1/things/import", content=b"name\nfirst\ncrossing\n")
    assert answer.json() == {"rows": 2, "new": 2}
    assert tried == ["first", "crossing"] * 5
    kept = await owner.fetch(
        "select external_ref from mall.member where external_ref in ('first', 'crossing')"
    )
    assert len(kept) == 2


async def test_it_is_not_tried_for_ever(client, shop, owner, taken):
    tried, deadlocks = taken
    deadlocks[0] = 100
    answer = await client.post("/v1/things/import", content=b"name\nfirst\ncrossing\n")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:pointmart:problem:commit-unavailable")
    assert tried == ["first", "crossing"] * 5
    assert not await owner.fetchval("select count(*) from mall.member where external_ref = 'first'")


# Its columns are the attributes that a tenant has declared itself.
NO_TEMPLATE = {"/v1/member-attributes/import"}


async def test_every_import_has_a_file_to_fill_in(app, client, operator, shop):
    paths = app.openapi()["paths"]
    imports = {path for path in paths if path.endswith("/import")}
    assert imports >= NO_TEMPLATE
    for path in sorted(imports - NO_TEMPLATE):
        template = path.replace("/tenants/{tenant_id}/", "/") + "/template"
        assert template in paths, path
        asker = operator if path.startswith("/v1/platform") else client
        told = await asker.get(template)
        assert told.status_code == 200, (template, told.text)
        header, example = told.content.decode("utf-8-sig").splitlines()[:2]
        assert all(re.search(r"[\u4e00-\u9fff]", name) for name in header.split(",")), (template, header)
        assert example.strip(","), template
        english = (await asker.get(template, params={"language": "en"})).content.decode("utf-8-sig")
        assert english.splitlines()[0].isascii(), template
