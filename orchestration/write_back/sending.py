"""Sends what is written back in parts; a part that was sent twice changes nothing, so every failure may be tried again."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from orchestration.refusal import Refusal
from orchestration.write_back.content import Kind, TenantItems

# Well below what the mall reads at once.
PART = 2000
_TRIES = 4
_TIMEOUT_SECONDS = 60.0
# Such answers pass by themselves.
_PASSING = {429, 500, 502, 503, 504}


class WriteBackRefused(Refusal):
    """The mall did not take a part."""


class MallAway(WriteBackRefused):
    """The mall does not answer, whatever is sent."""


@dataclass(frozen=True)
class Mall:
    """Where the mall's API is, and the pipeline's key for it."""

    url: str
    key: str

    def client(self) -> httpx.Client:
        """Return a client that asks as the pipeline."""
        return httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=_TIMEOUT_SECONDS,
            # A proxy of the environment is for the outside.
            trust_env=False,
        )


def send(
    client: httpx.Client,
    release_id: str,
    kind: Kind,
    tenant: TenantItems,
    pause: Callable[[float], None] = time.sleep,
) -> Counter[str]:
    """Send a tenant's items of a kind; return how many were stored, unchanged, removed and not known.

    Raises:
        WriteBackRefused: in one sentence; parts before it stay.
        MallAway: after several tries.
    """
    results: Counter[str] = Counter()
    for items, is_last in _parts(tenant.items):
        body = {
            "release_id": release_id,
            "as_of_date": tenant.as_of_date.isoformat(),
            "is_last": is_last,
            **dict(kind.fields),
            "items": items,
        }
        told = _put(client, f"/v1/write-back/{tenant.tenant_id}/{kind.path}", body, kind, pause)
        results.update(item["result"] for item in told["results"])
        results["removed"] += told["removed"]
    return results


def _parts(items: list[dict[str, Any]]) -> Iterator[tuple[list[dict[str, Any]], bool]]:
    for start in range(0, max(len(items), 1), PART):
        yield items[start : start + PART], start + PART >= len(items)


def _put(
    client: httpx.Client, path: str, body: dict[str, Any], kind: Kind, pause: Callable[[float], None]
) -> dict[str, Any]:
    for attempt in range(_TRIES):
        try:
            answer = client.put(path, json=body)
        except httpx.TransportError as error:
            refusal: WriteBackRefused = MallAway(
                f"the mall at {client.base_url} does not answer ({type(error).__name__}), so the release was not "
                "written back; start it and run `pointmart pipeline write-back`"
            )
        else:
            if answer.status_code < 300:
                told: dict[str, Any] = answer.json()
                return told
            refusal = WriteBackRefused(
                f"the {kind.name} of tenant {path.split('/')[3]} were not written back: {_detail(answer)}; the "
                "release stays"
            )
            if answer.status_code not in _PASSING:
                break
        if attempt < _TRIES - 1:
            pause(0.5 * 2**attempt)
    raise refusal


def _detail(answer: httpx.Response) -> str:
    try:
        return " ".join(str(answer.json()["detail"]).split())
    except (ValueError, KeyError, TypeError):
        return f"the mall answered {answer.status_code}"
