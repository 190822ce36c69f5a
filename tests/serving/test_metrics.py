from tests.literal_release import MEI
from tests.serving.gate import running_gate


def told(text):
    return dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))


async def test_answers_are_counted_by_route_and_status_and_timed(still):
    path, route = f"/v1/recommendations/{MEI}", "/v1/recommendations/{member_id}"
    for asked in (path, path, f"{path}?limit=0", "/nowhere", "/nowhere/else"):
        await still.get(asked)
    answer = await still.get("/metrics", headers={"Authorization": ""})
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    figures = told(answer.text)
    assert figures[f'serving_requests_total{{method="GET",route="{route}",status="200"}}'] == "2"
    assert figures[f'serving_requests_total{{method="GET",route="{route}",status="422"}}'] == "1"
    assert figures['serving_requests_total{method="GET",route="unmatched",status="404"}'] == "2"
    assert figures[f'serving_request_seconds_count{{route="{route}"}}'] == "3"
    assert figures[f'serving_request_seconds_bucket{{route="{route}",le="+Inf"}}'] == "3"
    # The literal release was landed at 01:59:30, and it is 3 o'clock.
    assert figures["serving_release_age_seconds"] == figures["serving_data_lag_seconds"] == "3630.000"


async def test_answers_without_the_database_are_counted(releases, settings, serve, database_url):
    async with (
        running_gate(database_url) as gate,
        serve(settings.model_copy(update={"database_url": gate.url})) as client,
    ):
        await client.get(f"/v1/recommendations/{MEI}")
        await gate.close()
        await client.get(f"/v1/recommendations/{MEI}")
        figures = told((await client.get("/metrics")).text)
    assert figures['serving_degraded_answers_total{route="/v1/recommendations/{member_id}"}'] == "1"


async def test_without_a_release_it_lives_and_is_not_ready(settings, serve):
    async with serve(settings) as client:
        assert (await client.get("/health/live")).json() == {"status": "live"}
        health = await client.get("/health")
        figures = told((await client.get("/metrics")).text)
    assert (health.status_code, health.json()["type"]) == (503, "urn:pointmart:problem:no-release")
    assert not {"serving_release_age_seconds", "serving_data_lag_seconds"} & set(figures)
