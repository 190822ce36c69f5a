"""The examples of the OpenAPI document are what the service answers, and each route that answers in JSON has one."""

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from serving.app import create_app
from serving.examples import examples
from serving.settings import ServingSettings
from tests.literal_release import MEI, TEA
from tests.serving.mall import PLATFORM_KEY

MARCH = {"from": "2026-03-01", "to": "2026-03-31"}
MONTHS = {"grain": "month", **MARCH}
# What each route is asked for its example; the others take no parameters.
ASKED: dict[str, dict[str, Any]] = {
    "/v1/recommendations/{member_id}": {
        "member_id": str(MEI),
        "limit": 2,
        "reach": "soon",
        "context": "home",
    },
    "/v1/items/{item_id}/goes-with": {"item_id": str(TEA), "limit": 2},
    "/v1/kpis/{metric}": {"metric": "activity_rate", **MONTHS},
    "/v1/kpis/{metric}/breakdown": {"metric": "consumption_rate", "by": "category", **MARCH},
    "/v1/segments": {"month": "2026-03"},
    "/v1/segments/members/{member_id}": {"member_id": str(MEI)},
    "/v1/item-performance": {"month": "2026-03", "sort": "views", "limit": 2},
    "/v1/items-to-improve": {"month": "2026-03"},
    "/v1/forecasts": {"item_id": str(TEA), "horizon": 2},
    "/v1/forecasts/what-if": {"item_id": str(TEA)},
    "/v1/holiday-plans/{occasion_id}": {"occasion_id": "labour-day", "first_day": "2026-05-01"},
    "/v1/suppliers": {"sort": "fill_rate", "limit": 2},
    "/v1/suppliers/scores": {"month": "2026-03", "limit": 1},
    "/v1/value-score": {"month": "2026-03"},
    "/v1/money": {"limit": 1},
    "/v1/points-liability": {"limit": 1},
    "/v1/reports/monthly": {"month": "2026-03"},
    "/v1/recommendation-placements": {"limit": 1},
    "/v1/platform/holiday-plans/{occasion_id}": {"occasion_id": "labour-day", "first_day": "2026-05-01"},
    "/v1/platform/kpis/{metric}": {"metric": "activity_rate", **MONTHS},
}
# Drawn anew for each answer.
REQUEST_ID = "01900000-0000-7000-8000-00000000e9a1"
_ROWS = 2


def shortened(answer: Any) -> Any:
    """Return an answer with the first rows of each list and a request id that stays."""
    if isinstance(answer, list):
        return [shortened(one) for one in answer[:_ROWS]]
    if isinstance(answer, dict):
        return {
            name: REQUEST_ID if name == "request_id" else shortened(value) for name, value in answer.items()
        }
    return answer


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    app = create_app(ServingSettings(database_url="postgresql:///nowhere", data_dir=Path("nowhere")))
    return app.openapi()


def answer_of(document: dict[str, Any], path: str) -> dict[str, Any]:
    return document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]


async def asked(client: Any, path: str) -> dict[str, Any]:
    """Return a route's example as it would be told now."""
    values = ASKED.get(path, {})
    named = {name: value for name, value in values.items() if f"{{{name}}}" in path}
    others = {name: value for name, value in values.items() if name not in named}
    headers = {"Authorization": f"Bearer {PLATFORM_KEY}"} if path.startswith("/v1/platform") else {}
    answer = await client.get(path.format(**named), params=others, headers=headers)
    assert answer.status_code == 200, (path, answer.text)
    return {"asked": values, "answer": shortened(answer.json())}


def test_every_route_that_answers_in_json_has_an_example(document: dict[str, Any]) -> None:
    assert set(examples()) == set(document["paths"]) - {"/metrics"}
    for path in examples():
        assert answer_of(document, path)["example"] == examples()[path]["answer"]


@pytest.mark.parametrize("path", sorted(examples()))
def test_an_example_is_of_the_schema_of_its_route(document: dict[str, Any], path: str) -> None:
    schema = answer_of(document, path)["schema"] | {"components": document["components"]}
    Draft202012Validator(schema).validate(examples()[path]["answer"])


def test_what_is_asked_are_parameters_of_the_route(document: dict[str, Any]) -> None:
    for path, example in examples().items():
        parameters = {one["name"]: one for one in document["paths"][path]["get"].get("parameters", ())}
        assert set(example["asked"]) <= set(parameters), path
        for name, value in example["asked"].items():
            assert parameters[name]["example"] == value


@pytest.mark.parametrize("path", sorted(examples()))
async def test_an_example_is_what_the_service_answers(still: Any, path: str) -> None:
    assert await asked(still, path) == examples()[path]
