import asyncio
import fcntl
import gc
import json
import os
import shutil
import weakref

import pytest

from serving.recommendations.released import MAKES, item_neighbours
from serving.release import NoRelease
from serving.release_reader import ReleaseReader
from tests.literal_release import ACORN, MEI, MUG, RELEASE_ID, RICE, TEA, publish, switch

WITHIN_SECONDS = 10


def raise_activity(connection):
    connection.execute("update marts.fct_kpis_monthly set value = 0.99 where metric = 'activity_rate'")


async def march(client):
    answer = await client.get("/v1/kpis/activity_rate", params={"grain": "month", "from": "2026-03-01"})
    assert answer.status_code == 200, answer.text
    return answer.json()["release_id"], answer.json()["rows"][0]["value"]


async def until_served(client, release_id):
    async with asyncio.timeout(WITHIN_SECONDS):
        while (served := await march(client))[0] != release_id:
            await asyncio.sleep(0.02)
    return served


async def test_a_published_release_is_served_without_a_restart_and_so_is_a_rollback(acorn, releases):
    assert await march(acorn) == (RELEASE_ID, 0.4)
    publish(releases, "second", raise_activity)
    assert await until_served(acorn, "second") == ("second", 0.99)
    switch(releases, RELEASE_ID)
    assert await until_served(acorn, RELEASE_ID) == (RELEASE_ID, 0.4)


async def test_the_first_request_after_a_pause_is_answered_from_the_newest_release(acorn, releases):
    assert await march(acorn) == (RELEASE_ID, 0.4)
    publish(releases, "second", raise_activity)
    await asyncio.sleep(2)  # nobody asks meanwhile
    assert await march(acorn) == ("second", 0.99)


async def test_one_process_at_a_time_opens_the_next_release(acorn, releases):
    assert (await march(acorn))[0] == RELEASE_ID
    descriptor = os.open(releases, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        publish(releases, "second", raise_activity)
        await asyncio.sleep(1)
        assert (await march(acorn))[0] == RELEASE_ID
    finally:
        os.close(descriptor)
    assert await until_served(acorn, "second") == ("second", 0.99)


async def test_requests_during_switches_never_fail_and_never_mix_releases(acorn, releases):
    publish(releases, "second", raise_activity, snapshot="1000000000:1000000000:")
    stop = asyncio.Event()
    seen = set()

    async def ask():
        while not stop.is_set():
            seen.add(await march(acorn))
            answer = await acorn.get(f"/v1/recommendations/{MEI}")
            assert answer.status_code == 200, answer.text

    async with asyncio.TaskGroup() as group:
        for _ in range(8):
            group.create_task(ask())
        for release_id in (RELEASE_ID, "second") * 3:
            switch(releases, release_id)
            await until_served(acorn, release_id)
        stop.set()
    assert seen == {(RELEASE_ID, 0.4), ("second", 0.99)}


async def test_a_lent_release_stays_readable_after_a_switch_and_is_closed_after_its_last_reader(
    tmp_path, still_data_dir
):
    folder = tmp_path / "releases"
    shutil.copytree(still_data_dir / "releases", folder, symlinks=True)
    reader = ReleaseReader(folder)
    async with reader.following():
        async with reader.lend() as old:
            publish(folder, "second")
            async with asyncio.timeout(WITHIN_SECONDS):
                while True:
                    async with reader.lend() as new:
                        if new is not old:
                            break
                    await asyncio.sleep(0.02)
            assert await old.rows("select count(*) from release.marts.dim_tenant") == ((2,),)
        with pytest.raises(Exception, match=r"[Cc]losed"):
            await old.rows("select count(*) from release.marts.dim_metric")
    with pytest.raises(Exception, match=r"[Cc]losed"):
        await new.rows("select count(*) from release.marts.dim_metric")


async def test_a_release_that_was_left_needs_no_collection_to_be_gone(acorn, releases):
    # What is made while a release is opened is never collected (see `release_reader`): it must not refer to itself.
    reader: ReleaseReader = acorn._transport.app.state.releases
    for member_id in (MEI, MEI):
        assert (await acorn.get(f"/v1/recommendations/{member_id}")).status_code == 200
    async with reader.lend() as release:
        left = [weakref.ref(release), *(weakref.ref(release.made(make)) for make in MAKES)]
    del release
    gc.disable()
    try:
        publish(releases, "second")
        await until_served(acorn, "second")
        assert [each() for each in left] == [None] * len(left)
    finally:
        gc.enable()


async def test_a_lent_release_looks_up_in_its_own_arrays_even_when_its_folder_is_gone(tmp_path):
    publish(tmp_path, "first")
    reader = ReleaseReader(tmp_path, makes=MAKES)
    async with reader.following():
        async with reader.lend() as old:
            publish(
                tmp_path,
                "second",
                lambda c: c.execute("delete from marts.fct_item_neighbours where weight = 0.8"),
            )
            shutil.rmtree(tmp_path / "first")
            async with asyncio.timeout(WITHIN_SECONDS):
                while True:
                    async with reader.lend() as new:
                        if new is not old:
                            break
                    await asyncio.sleep(0.02)
            assert await item_neighbours(old, ACORN, TEA) == [(MUG, 0.8), (RICE, 0.4)]
            assert await item_neighbours(new, ACORN, TEA) == [(RICE, 0.4)]
        assert old.arrays == {}


async def test_a_release_without_arrays_recommends_nothing_and_tells_its_figures(
    releases, settings, serve, mall
):
    folder = publish(releases, "20260401T030000Z-old")
    shutil.rmtree(folder / "arrays")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"] = {"marts.duckdb": manifest["files"]["marts.duckdb"]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    async with serve(settings) as client:
        assert await march(client) == ("20260401T030000Z-old", 0.4)
        answer = await client.get(f"/v1/recommendations/{MEI}")
    assert answer.status_code == 503
    assert answer.json()["type"] == "urn:pointmart:problem:no-arrays"
    assert answer.json()["detail"] == (
        "release 20260401T030000Z-old was published before releases had arrays: run `pointmart pipeline run`"
    )


@pytest.mark.parametrize("damage", ["marts.duckdb", "manifest.json", "arrays/lists-all.items.npy"])
async def test_a_broken_release_leaves_the_one_in_use(acorn, releases, damage):
    assert await march(acorn) == (RELEASE_ID, 0.4)
    folder = publish(releases, "broken")
    (folder / damage).write_bytes(b"not a release")
    served_for_a_while = [await march(acorn)]
    for _ in range(4):
        await asyncio.sleep(0.1)
        served_for_a_while.append(await march(acorn))
    assert set(served_for_a_while) == {(RELEASE_ID, 0.4)}
    publish(releases, "mended", raise_activity)
    assert await until_served(acorn, "mended") == ("mended", 0.99)


async def test_without_a_release_every_route_says_what_to_run(settings, serve, mall):
    async with serve(settings) as client:
        for path in (f"/v1/recommendations/{MEI}", "/v1/kpis/activity_rate", "/v1/forecasts", "/health"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["type"] == "urn:pointmart:problem:no-release"
            assert "pointmart pipeline run" in answer.json()["detail"]


async def test_a_release_is_open_before_the_first_request(releases, settings, serve, mall):
    async with serve(settings) as client:
        shutil.rmtree(releases)
        assert await march(client) == (RELEASE_ID, 0.4)


async def test_the_first_release_is_served_as_soon_as_it_is_published(settings, serve, mall):
    async with serve(settings) as client:
        assert (await client.get("/v1/kpis/activity_rate")).status_code == 503
        publish(settings.releases_dir, "first")
        assert await march(client) == ("first", 0.4)


async def test_a_first_release_that_cannot_be_read_is_named(tmp_path):
    folder = publish(tmp_path, "broken")
    os.truncate(folder / "marts.duckdb", 100)
    with pytest.raises(NoRelease, match="release broken cannot be read"):
        async with ReleaseReader(tmp_path).lend():
            pass


async def test_health_tells_the_release_in_use_and_its_age(still):
    del still.headers["Authorization"]
    answer = await still.get("/health")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ok",
        "database": "reachable",
        "release_id": RELEASE_ID,
        "created_at": "2026-04-01T02:00:00Z",
        "landed_at": "2026-04-01T01:59:30Z",
        "complete_until": "2026-04-01T01:59:30Z",
        "data_lag_seconds": 3630.0,
        "is_late": False,
    }


@pytest.mark.parametrize(
    ("complete_until", "lag_seconds"),
    [("2026-04-01T01:00:00+00:00", 7200.0), (None, 3630.0)],
    ids=["a release of the first version", "a release of now"],
)
async def test_the_data_lag_counts_from_when_the_release_was_complete(
    releases, settings, serve, mall, complete_until, lag_seconds
):
    manifest_file = releases / RELEASE_ID / "manifest.json"
    manifest = json.loads(manifest_file.read_text())
    if complete_until:
        manifest["landing"]["complete_until"] = complete_until
    manifest_file.write_text(json.dumps(manifest))
    async with serve(settings) as client:
        health = (await client.get("/health")).json()
    assert (health["landed_at"], health["data_lag_seconds"]) == ("2026-04-01T01:59:30Z", lag_seconds)


def note_freshness(releases, **changes):
    noted = {
        "release_id": RELEASE_ID, "snapshot": "1:1:", "complete_until": "2026-04-01T02:59:20+00:00",
        "checked_at": "2026-04-01T02:59:20+00:00", "is_behind": False, "problem": None,
    }  # fmt: skip
    (releases / "freshness.json").write_text(json.dumps(noted | changes))


async def test_a_release_that_somebody_found_complete_later_is_fresher_than_its_landing(acorn, releases):
    note_freshness(releases)
    health = (await acorn.get("/health")).json()
    assert (health["complete_until"], health["data_lag_seconds"]) == ("2026-04-01T02:59:20Z", 40.0)
    assert health["is_late"] is False
    assert "\nserving_data_lag_seconds 40.000\n" in (await acorn.get("/metrics")).text


@pytest.mark.parametrize("noted", [{"release_id": "another"}, {"complete_until": "soon"}])
async def test_what_is_noted_of_another_release_or_nonsense_says_nothing(acorn, releases, noted):
    note_freshness(releases, **noted)
    assert (await acorn.get("/health")).json()["data_lag_seconds"] == 3630.0


async def test_a_release_is_late_only_if_it_lacks_something(acorn, releases, mall):
    everything = mall.snapshot()
    note_freshness(releases, snapshot=everything, complete_until="2026-04-01T02:00:00+00:00")
    assert (await acorn.get("/health")).json()["is_late"] is False
    mall.redeem(ACORN, MEI, MUG, 300)
    assert (await acorn.get("/health")).json()["is_late"] is True


async def test_a_release_of_the_first_version_ends_below_its_transaction(tmp_path):
    manifest_file = publish(tmp_path, "old") / "manifest.json"
    manifest = json.loads(manifest_file.read_text())
    manifest["landing"] = {"xmin": 900, "landed_at": "2026-04-01T01:59:30+00:00"}
    manifest_file.write_text(json.dumps(manifest))
    async with ReleaseReader(tmp_path).lend() as release:
        assert release.manifest.landing.snapshot == "900:900:"


@pytest.mark.parametrize("landing", [[], {}, None, {"xmin": 900}])
async def test_a_release_whose_landing_is_unclear_is_not_read(tmp_path, landing):
    manifest_file = publish(tmp_path, "unclear") / "manifest.json"
    manifest_file.write_text(json.dumps(json.loads(manifest_file.read_text()) | {"landing": landing}))
    with pytest.raises(NoRelease, match="cannot be read"):
        async with ReleaseReader(tmp_path).lend():
            pass


async def test_remembered_rows_make_room_for_newer_ones(releases, monkeypatch):
    monkeypatch.setattr("serving.release._REMEMBERED_VALUES", 10)
    reader = ReleaseReader(releases)
    async with reader.following(), reader.lend() as release:
        asked = [await release.rows("select ?", number) for number in range(20)]
        assert asked == [((number,),) for number in range(20)]
        assert await release.rows("select ?", 19) is asked[19]
        assert await release.rows("select ?", 0) is not asked[0]
