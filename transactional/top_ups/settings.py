"""The tenants' accounts at top-up providers, from the file that names their carriers: [tenants.acorn.top_up]."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from transactional.clock import Clock
from transactional.fulfilment.carriers.settings import FulfilmentSettings, read_settings
from transactional.top_ups.domain import TopUpProvider, UnknownTopUpProvider
from transactional.top_ups.sandbox import SandboxTopUpAccount, SandboxTopUps

_TIMEOUT_SECONDS = 10.0


class TopUpProviders:
    """The top-up providers of every tenant, ready to call."""

    def __init__(self, by_tenant: Mapping[str, Mapping[str, TopUpProvider]]) -> None:
        self._by_tenant = by_tenant

    def of(self, tenant_code: str, provider: str) -> TopUpProvider:
        """Return a tenant's account at a provider.

        Raises:
            UnknownTopUpProvider: none is configured.
        """
        found = self._by_tenant.get(tenant_code, {}).get(provider)
        if found is None:
            raise UnknownTopUpProvider(
                f"no account at the top-up provider {provider[:40]} is configured for {tenant_code[:40]}; "
                "add it to the file of POINTMART_FULFILMENT_FILE and restart"
            )
        return found


def no_top_ups() -> TopUpProviders:
    """Return the providers of a service without an accounts file: none."""
    return TopUpProviders({})


@asynccontextmanager
async def top_ups_of(file: Path | None, clock: Clock) -> AsyncIterator[TopUpProviders]:
    """Give the providers a file names, none without a file, and the connections to them for the block.

    Raises:
        UnusableFulfilmentSettings: the file cannot be used.
    """
    if file is None:
        yield no_top_ups()
        return
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
        yield open_top_ups(read_settings(file), client, clock)


def open_top_ups(settings: FulfilmentSettings, client: httpx.AsyncClient, clock: Clock) -> TopUpProviders:
    """Return the providers of a file, ready to call over `client`."""
    return TopUpProviders(
        {
            code: {
                "sandbox": SandboxTopUps(
                    SandboxTopUpAccount(section.top_up.secret.get_secret_value(), section.top_up.base_url),
                    client,
                    clock,
                )
            }
            for code, section in settings.tenants.items()
            if section.top_up
        }
    )
