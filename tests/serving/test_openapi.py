from pathlib import Path

import pytest

from serving.app import create_app
from serving.settings import ServingSettings
from tests.literal_release import publish

OPEN = {"/health": {"200", "500", "503"}, "/health/live": {"200", "500"}, "/metrics": {"200", "500"}}
LIVE = {
    "/v1/recommendations/{member_id}": {"200", "401", "404", "422", "500", "503"},
    "/v1/items/{item_id}/goes-with": {"200", "401", "404", "422", "500", "503"},
}
_ALL, _FOUND = {"200", "304", "401", "422", "500", "503"}, {"200", "304", "401", "404", "422", "500", "503"}
RELEASED = {
    "/v1/kpis": _ALL,
    "/v1/kpis/{metric}": _FOUND,
    "/v1/kpis/{metric}/breakdown": _FOUND,
    "/v1/segments": _ALL,
    "/v1/segments/members/{member_id}": _FOUND,
    "/v1/item-performance": _ALL,
    "/v1/items-to-improve": _ALL,
    "/v1/forecasts": _FOUND,
    "/v1/forecasts/what-if": _FOUND,
    "/v1/holiday-plans": _ALL,
    "/v1/holiday-plans/{occasion_id}": _FOUND,
    "/v1/suppliers": _ALL,
    "/v1/suppliers/scores": _ALL,
    "/v1/value-score": _ALL,
    "/v1/money": _ALL,
    "/v1/points-liability": _ALL,
    "/v1/reports/monthly": _ALL,
    "/v1/recommendation-experiment": _ALL,
    "/v1/platform/holiday-plans": _ALL,
    "/v1/platform/holiday-plans/{occasion_id}": _FOUND,
    "/v1/platform/kpis/{metric}": _FOUND,
    "/v1/recommendation-placements": _ALL,
}
ROUTES = OPEN | LIVE | RELEASED


@pytest.fixture
def app():
    return create_app(ServingSettings(database_url="postgresql:///nowhere", data_dir=Path("nowhere")))


def test_every_route_documents_every_error_as_a_problem(app):
    document = app.openapi()
    assert set(document["paths"]) == set(ROUTES)
    for path, statuses in ROUTES.items():
        documented = document["paths"][path]["get"]["responses"]
        assert set(documented) == statuses
        assert document["paths"][path]["get"]["description"]
        for status in statuses - {"200", "304"}:
            content = documented[status]["content"]
            assert list(content) == ["application/problem+json"]
            for example in content["application/problem+json"]["examples"].values():
                assert example["value"]["status"] == int(status)
    assert "ProblemDocument" in document["components"]["schemas"]
    assert "HTTPValidationError" not in str(document)


def test_what_a_release_alone_answers_documents_how_to_ask_again(app):
    document = app.openapi()
    for path in ROUTES:
        get = document["paths"][path]["get"]
        asks = "if-none-match" in {each["name"] for each in get.get("parameters", ())}
        assert asks == (path in RELEASED)
        if asks:
            assert (
                {"ETag", "Cache-Control"}
                == set(get["responses"]["200"]["headers"])
                == set(get["responses"]["304"]["headers"])
            )


def test_every_group_and_every_parameter_says_what_it_is(app):
    document = app.openapi()
    groups = {group["name"] for group in document["tags"] if group["description"]}
    assert {name for path in ROUTES for name in document["paths"][path]["get"]["tags"]} == groups
    silent = [
        (path, each["name"])
        for path in ROUTES
        for each in document["paths"][path]["get"].get("parameters", ())
        if not each.get("description")
    ]
    assert silent == []


def test_every_field_of_an_answer_has_a_type_and_every_answer_words(app):
    schemas = app.openapi()["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not schema.get("description")] == []


def test_every_route_but_health_asks_for_the_tenants_key_or_the_platforms(app):
    document = app.openapi()
    for scheme in ("TenantKey", "PlatformKey"):
        assert document["components"]["securitySchemes"][scheme]["scheme"] == "bearer"
    for path in ROUTES:
        security = document["paths"][path]["get"].get("security")
        key = "PlatformKey" if path.startswith("/v1/platform/") else "TenantKey"
        assert security == (None if path in OPEN else [{key: []}])


@pytest.mark.parametrize(
    ("method", "path", "status", "slug"),
    [
        ("GET", "/v2/anything", 404, "not-found"),
        ("POST", "/v1/kpis/activity_rate", 405, "method-not-allowed"),
        ("DELETE", "/metrics", 405, "method-not-allowed"),
        ("GET", "/v1/items", 404, "not-found"),
    ],
)
async def test_what_is_not_routed_is_a_problem_too(still, method, path, status, slug):
    answer = await still.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"urn:pointmart:problem:{slug}"
    assert answer.json()["status"] == status


async def test_a_defect_shows_no_stack_trace(releases, settings, serve, caplog):
    # A release that breaks its contract is a defect; one from before a column or a table is told as that.
    retype = "alter table marts.dim_metric alter target type varchar using 'much'"
    publish(releases, "incomplete", lambda connection: connection.execute(retype))
    async with serve(settings) as client:
        answer = await client.get("/v1/kpis/activity_rate")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:pointmart:problem:unexpected-failure",
        "title": "Something failed on our side",
        "status": 500,
        "detail": "the request failed on our side; try it again",
    }
    assert "GET /v1/kpis/activity_rate failed" in caplog.text
