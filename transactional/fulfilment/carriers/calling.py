"""One HTTP call to a carrier or a top-up provider, and what its failures mean."""

from typing import Any

import httpx

from transactional.fulfilment.carriers.domain import CarrierRefused, CarrierUnavailable


async def post(client: httpx.AsyncClient, url: str, **sent: Any) -> bytes:
    """Return the body of a successful answer to a POST.

    Raises:
        CarrierUnavailable: no answer, one of 5xx, or too many calls; what became of it is not known.
        CarrierRefused: any other answer without success.
    """
    try:
        answer = await client.post(url, **sent)
    except httpx.HTTPError as error:
        raise CarrierUnavailable(f"no answer came: {type(error).__name__}") from error
    if answer.status_code >= 500 or answer.status_code == 429:
        raise CarrierUnavailable(f"the answer was {answer.status_code}")
    if answer.status_code >= 400:
        raise CarrierRefused(f"the answer was {answer.status_code}: {answer.text[:200]}")
    return answer.content
