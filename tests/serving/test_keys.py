import asyncio

import pytest
from itsdangerous import TimestampSigner, URLSafeTimedSerializer
from pydantic import SecretStr

from serving.database import open_database
from serving.keys import Caller, DatabaseUnavailable, KeyRing, Unauthenticated
from tests.literal_release import ACORN, BIRCH, MEI
from tests.serving.gate import running_gate
from tests.serving.mall import ACORN_KEY, BIRCH_KEY


class Watched:
    """A database that counts the questions it is asked and has answered."""

    def __init__(self, database):
        self._database, self.asked, self.answered = database, 0, 0

    async def rows(self, *question):
        self.asked += 1
        found = await self._database.rows(*question)
        self.answered += 1
        return found

    async def until_answered(self, count):
        async with asyncio.timeout(20):
            while self.answered < count:
                await asyncio.sleep(0.01)


UNAUTHENTICATED = {
    "type": "urn:pointmart:problem:unauthenticated",
    "title": "A valid API key is needed",
    "status": 401,
    "detail": "send your tenant's API key as `Authorization: Bearer pm_…`, or the token of a session from POST "
    "/v1/sessions of the transactional API; one that is unknown, revoked or over does not do",
}


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        ACORN_KEY,
        "Bearer",
        "Bearer ",
        f"Basic {ACORN_KEY}",
        f"Bearer {ACORN_KEY} ",
        f"Bearer {ACORN_KEY}x",
        f"Bearer pm_{BIRCH.hex}_{ACORN_KEY[36:]}",
        f"Bearer pm_{ACORN.hex}_",
        f"Bearer pm_{ACORN.hex}_{'x' * 4000}",
        f"Bearer pm_{ACORN}_secret",
        "Bearer pm_' or true --_secret",
    ],
)
@pytest.mark.parametrize("path", [f"/v1/recommendations/{MEI}", "/v1/kpis/activity_rate", "/v1/forecasts"])
async def test_whoever_has_no_valid_key_gets_one_answer(still, path, authorization):
    request = still.build_request("GET", path)
    del request.headers["Authorization"]
    if authorization is not None:
        request.headers["Authorization"] = authorization
    answer = await still.send(request)
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() == UNAUTHENTICATED


async def test_the_scheme_may_be_written_in_any_case(still):
    answer = await still.get("/v1/kpis/activity_rate", headers={"Authorization": f"bEARER {ACORN_KEY}"})
    assert answer.status_code == 200


async def test_a_revoked_key_stops_working_and_the_others_do_not(acorn, mall):
    assert (await acorn.get("/v1/kpis/activity_rate")).status_code == 200
    mall.revoke_keys(ACORN)
    assert (await acorn.get("/v1/kpis/activity_rate")).status_code == 401
    headers = {"Authorization": f"Bearer {BIRCH_KEY}"}
    assert (await acorn.get("/v1/kpis/activity_rate", headers=headers)).status_code == 200


async def test_a_good_key_is_remembered_for_the_set_time_only(database_url, mall):
    now = 100.0
    async with open_database(database_url) as database:
        keys = KeyRing(database, fresh_seconds=2, grace_seconds=900, monotonic=lambda: now)
        assert await keys.caller(f"Bearer {ACORN_KEY}") == Caller(ACORN, is_degraded=False)
        mall.revoke_keys(ACORN)
        now = 101.9
        assert await keys.caller(f"Bearer {ACORN_KEY}") == Caller(ACORN, is_degraded=False)
        now = 102.0
        with pytest.raises(Unauthenticated):
            await keys.caller(f"Bearer {ACORN_KEY}")


async def test_a_key_in_use_is_looked_up_ahead_and_nobody_waits_for_it(database_url, mall):
    now = 100.0
    async with running_gate(database_url) as gate, open_database(gate.url) as database:
        watched = Watched(database)
        keys = KeyRing(watched, fresh_seconds=2, grace_seconds=900, monotonic=lambda: now)
        await keys.caller(f"Bearer {ACORN_KEY}")
        now = 101.5
        for _ in range(3):
            await keys.caller(f"Bearer {ACORN_KEY}")
        assert watched.answered == 1
        await watched.until_answered(2)
        assert watched.asked == 2
        # Known to have been good at 101.5 the key is fresh until 103.5, without a database.
        await gate.close()
        now = 103.4
        assert await keys.caller(f"Bearer {ACORN_KEY}") == Caller(ACORN, is_degraded=False)


async def test_a_key_that_is_revoked_is_found_out_ahead(database_url, mall):
    now = 100.0
    async with open_database(database_url) as database:
        watched = Watched(database)
        keys = KeyRing(watched, fresh_seconds=2, grace_seconds=900, monotonic=lambda: now)
        await keys.caller(f"Bearer {ACORN_KEY}")
        mall.revoke_keys(ACORN)
        now = 101.5
        assert await keys.caller(f"Bearer {ACORN_KEY}") == Caller(ACORN, is_degraded=False)
        await watched.until_answered(2)
        with pytest.raises(Unauthenticated):
            await keys.caller(f"Bearer {ACORN_KEY}")


async def test_while_the_database_is_away_a_key_works_for_the_grace_only(still_database_url):
    now = 100.0
    async with running_gate(still_database_url) as gate, open_database(gate.url) as database:
        keys = KeyRing(database, fresh_seconds=2, grace_seconds=900, monotonic=lambda: now)
        await keys.caller(f"Bearer {ACORN_KEY}")
        await gate.close()
        now = 999.9
        assert await keys.caller(f"Bearer {ACORN_KEY}") == Caller(ACORN, is_degraded=True)
        with pytest.raises(DatabaseUnavailable):
            await keys.caller(f"Bearer {BIRCH_KEY}")
        now = 1000.0
        with pytest.raises(DatabaseUnavailable):
            await keys.caller(f"Bearer {ACORN_KEY}")


SECRET = "a secret of this test"


def session(tenant_id=ACORN, *, username="li.na", age=0, secret=SECRET, salt="pointmart.session"):
    class OlderSigner(TimestampSigner):
        def get_timestamp(self):
            return super().get_timestamp() - age

    claims = {"tenant_id": str(tenant_id), "username": username, "role": "enterprise_viewer"}
    return "Bearer " + str(URLSafeTimedSerializer(secret, salt=salt, signer=OlderSigner).dumps(claims))


def sessions_of(database, *, secret=SECRET):
    return KeyRing(
        database,
        fresh_seconds=0,
        grace_seconds=900,
        session_secret=None if secret is None else SecretStr(secret),
    )


async def test_a_person_asks_with_their_session_while_their_login_lasts(database_url, mall):
    mall.execute("insert into mall.login values (%s, 'li.na', 'hash', 'enterprise_viewer')", ACORN)
    async with open_database(database_url) as database:
        keys = sessions_of(database)
        assert await keys.caller(session()) == Caller(ACORN, is_degraded=False)
        # Its password was changed since.
        mall.execute("update mall.login set sessions_from = now() + interval '1 minute'")
        with pytest.raises(Unauthenticated):
            await keys.caller(session())
        mall.execute("update mall.login set sessions_from = now() - interval '1 minute'")
        assert await keys.caller(session()) == Caller(ACORN, is_degraded=False)
        mall.execute("update mall.login set disabled_at = now()")
        with pytest.raises(Unauthenticated):
            await keys.caller(session())


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant_id": BIRCH},
        {"username": "wang.wei"},
        {"age": 43_300},
        {"secret": "another secret of this test"},
        {"salt": "pointmart.other"},
    ],
)
async def test_no_other_session_is_known(database_url, mall, changes):
    mall.execute("insert into mall.login values (%s, 'li.na', 'hash', 'enterprise_viewer')", ACORN)
    async with open_database(database_url) as database:
        with pytest.raises(Unauthenticated):
            await sessions_of(database).caller(session(**changes))
        with pytest.raises(Unauthenticated):
            await sessions_of(database, secret=None).caller(session())
