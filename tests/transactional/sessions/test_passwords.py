"""Guessing locks a login for a while; who knows the password changes it, and other sessions are over."""

import asyncio
from datetime import timedelta

import pytest

from tests.transactional.conftest import client_for
from transactional.sessions.domain import LOCKED_FOR, MAX_FAILURES
from transactional.sessions.operations import create_login

RIGHT = "correct horse"


@pytest.fixture
async def person(app, owner, shop):
    """A client of nobody, at a mall where li.na has a login."""
    await create_login(owner, tenant_id=shop.tenant_id, username="li.na", password=RIGHT, role="planner")
    async with client_for(app, "") as client:
        del client.headers["Authorization"]
        yield client


async def log_in(person, password=RIGHT):
    body = {"tenant_code": "acorn", "username": "li.na", "password": password}
    return await person.post("/v1/sessions", json=body)


def bearer(answer):
    return {"Authorization": f"Bearer {answer.json()['token']}"}


def slug(answer):
    return answer.status_code, answer.json()["type"].rsplit(":", 1)[-1]


async def change(person, session, current, new):
    body = {"current_password": current, "new_password": new}
    return await person.post("/v1/sessions/password", json=body, headers=session)


async def test_after_five_wrong_passwords_the_right_one_does_not_do_for_a_while(person, clock):
    wrong = [await log_in(person, f"wrong {n}") for n in range(MAX_FAILURES)]
    locked = await log_in(person)
    assert [slug(answer) for answer in (*wrong, locked)] == 6 * [(401, "wrong-credentials")]
    assert locked.json() == wrong[0].json()
    clock.now += LOCKED_FOR - timedelta(seconds=1)
    assert (await log_in(person)).status_code == 401
    clock.now += timedelta(seconds=1)
    assert (await log_in(person)).status_code == 201


async def test_a_right_password_in_between_begins_the_count_anew(person):
    for _ in range(2):
        for n in range(MAX_FAILURES - 1):
            assert (await log_in(person, f"wrong {n}")).status_code == 401
        assert (await log_in(person)).status_code == 201


async def test_of_many_guesses_at_once_none_gets_past_the_lock(person):
    answers = await asyncio.gather(*(log_in(person, f"wrong {n}") for n in range(MAX_FAILURES + 3)))
    assert {answer.status_code for answer in answers} == {401}
    assert (await log_in(person)).status_code == 401


async def test_a_changed_password_ends_all_other_sessions(person, clock, shop):
    mine, elsewhere = bearer(await log_in(person)), bearer(await log_in(person))
    clock.now += timedelta(seconds=1)
    changed = await change(person, mine, RIGHT, "another horse")
    assert (changed.status_code, changed.json()["username"]) == (201, "li.na")
    url = f"/v1/members/{shop.member}/balance"
    assert (await person.get(url, headers=bearer(changed))).status_code == 200
    for session in (mine, elsewhere):
        assert slug(await person.get(url, headers=session)) == (401, "session-over")
        assert slug(await change(person, session, "another horse", RIGHT)) == (401, "session-over")
    assert (await log_in(person)).status_code == 401
    assert (await log_in(person, "another horse")).status_code == 201


@pytest.mark.parametrize(
    ("current", "new", "refusal"),
    [
        ("wrong horse", "another horse", (403, "wrong-password")),
        (RIGHT, "short", (422, "invalid-login")),
        (RIGHT, RIGHT, (422, "invalid-login")),
        (RIGHT, "x" * 201, (422, "invalid-request")),
    ],
)
async def test_a_password_that_cannot_be_changed_says_why(person, current, new, refusal):
    session = bearer(await log_in(person))
    assert slug(await change(person, session, current, new)) == refusal
    assert (await log_in(person)).status_code == 201


async def test_guessing_the_current_password_locks_too(person):
    session = bearer(await log_in(person))
    for n in range(MAX_FAILURES):
        assert slug(await change(person, session, f"wrong {n}", "another horse")) == (403, "wrong-password")
    assert slug(await change(person, session, RIGHT, "another horse")) == (403, "wrong-password")
    assert (await log_in(person)).status_code == 401


async def test_a_key_has_no_password(person, client):
    body = {"current_password": RIGHT, "new_password": "another horse"}
    assert slug(await client.post("/v1/sessions/password", json=body)) == (403, "person-needed")
    assert (await person.post("/v1/sessions/password", json=body)).status_code == 401


async def test_a_session_tells_whose_it_is_and_what_the_login_may_do_now(person, client, owner):
    session = bearer(await log_in(person))
    told = await person.get("/v1/sessions/current", headers=session)
    assert (told.json()["username"], told.json()["role"]) == ("li.na", "planner")
    await owner.execute("update mall.login set role = 'enterprise_viewer' where username = 'li.na'")
    told = await person.get("/v1/sessions/current", headers=session)
    assert told.json()["role"] == "enterprise_viewer"
    await owner.execute("update mall.login set disabled_at = now() where username = 'li.na'")
    assert slug(await person.get("/v1/sessions/current", headers=session)) == (401, "session-over")
    assert slug(await client.get("/v1/sessions/current")) == (403, "person-needed")
