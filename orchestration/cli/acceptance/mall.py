"""The mall as its API shows it to a tenant: every call timed, a broken connection told as an answer like others."""

import time
from dataclasses import dataclass
from typing import Any

import httpx

# The status of a call that got no answer.
NO_ANSWER = 0


@dataclass(frozen=True)
class Answer:
    """What came of a call.

    Attributes:
        body: the JSON of the answer, or what went wrong as `detail`.
        seconds: until it was there.
        is_replayed: whether it was marked as the first answer again.
    """

    status: int
    body: Any
    seconds: float
    is_replayed: bool = False

    @property
    def is_ok(self) -> bool:
        """Tell whether it is a success."""
        return 200 <= self.status < 300

    @property
    def kind(self) -> str:
        """Return the name of a refusal, without the namespace."""
        told = str(self.body.get("type", "")) if isinstance(self.body, dict) else ""
        return told.rsplit(":", 1)[-1]


class Mall:
    """One tenant's mall behind a client that sends its key."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def get(self, path: str, **params: str) -> Answer:
        """Ask for something."""
        return await self._call("GET", path, params=params)

    async def post(self, path: str, body: Any = None, key: str | None = None) -> Answer:
        """Tell something, under an idempotency key if there is one."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self._call("POST", path, json=body, headers=headers)

    async def delete(self, path: str) -> Answer:
        """Take something back."""
        return await self._call("DELETE", path)

    async def content(self, path: str) -> bytes | None:
        """Return the bytes of a file, or None if it does not come."""
        try:
            answer = await self._client.get(path)
        except httpx.HTTPError:
            return None
        return answer.content if answer.status_code == 200 else None

    async def earn(self, member_id: str, points: int, key: str, effective_at: str | None = None) -> Answer:
        """Credit points."""
        return await self.post("/v1/points/earn", earning(member_id, points, effective_at), key)

    async def redeem(self, member_id: str, item_id: str, quantity: int, key: str) -> Answer:
        """Redeem pieces of an item."""
        return await self.post("/v1/redemptions", redemption(member_id, item_id, quantity), key)

    async def balance(self, member_id: str) -> Answer:
        """Ask for a balance."""
        return await self.get(f"/v1/members/{member_id}/balance")

    async def _call(self, method: str, path: str, **more: Any) -> Answer:
        began = time.perf_counter()
        try:
            answer = await self._client.request(method, path, **more)
            body = answer.json() if answer.content else None
        except (httpx.HTTPError, ValueError) as error:
            return Answer(
                NO_ANSWER, {"detail": f"{type(error).__name__}: {error}"}, time.perf_counter() - began
            )
        replayed = answer.headers.get("idempotent-replayed") == "true"
        return Answer(answer.status_code, body, time.perf_counter() - began, replayed)


def earning(member_id: str, points: int, effective_at: str | None = None) -> dict[str, Any]:
    """Return the body by which points are credited."""
    body: dict[str, Any] = {"member_id": member_id, "points": points}
    return body if effective_at is None else body | {"effective_at": effective_at}


def redemption(member_id: str, item_id: str, quantity: int) -> dict[str, Any]:
    """Return the body by which an item is redeemed."""
    return {"member_id": member_id, "lines": [{"item_id": item_id, "quantity": quantity}]}
