"""What each route answers, as an example in the OpenAPI document: `examples.json` has a question and its answer by path.

The answers are the service's own, of the release that tests are made on, with at most two rows of each list; a test
asks again and compares.
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def examples() -> dict[str, Any]:
    """Return `{"asked": {parameter: value}, "answer": …}` by the path of the route."""
    text = files("serving").joinpath("examples.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def document(paths: dict[str, Any]) -> None:
    """Add to the routes of an OpenAPI document what they may be asked, and what they answer."""
    for path, example in examples().items():
        operation = paths[path]["get"]
        for parameter in operation.get("parameters", ()):
            if parameter["name"] in example["asked"]:
                parameter["example"] = example["asked"][parameter["name"]]
        operation["responses"]["200"]["content"]["application/json"]["example"] = example["answer"]
