"""The tenants' accounts at carriers and top-up providers: one TOML file with a section per tenant and account.

[tenants.acorn.sf], [tenants.acorn.jd], [tenants.acorn.sandbox] and [tenants.acorn.top_up]. Nothing of it is in the database.
"""

import tomllib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from transactional.clock import Clock
from transactional.fulfilment.carriers.domain import Carrier, UnknownCarrier
from transactional.fulfilment.carriers.jd import JdAccount, JdLogistics
from transactional.fulfilment.carriers.sandbox import SandboxAccount, SandboxCarrier
from transactional.fulfilment.carriers.sf import SfAccount, SfExpress

_TIMEOUT_SECONDS = 10.0

Text = Annotated[str, Field(min_length=1, pattern=r"^\S+$")]
Secret = Annotated[SecretStr, Field(min_length=8)]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+[^\s/]$")]


class UnusableFulfilmentSettings(Exception):
    """The file of the tenants' accounts cannot be used; the message says why, and repeats no value."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SfSection(_Section):
    """A partner's account at SF; `push_token` ends the address it is given to push to."""

    partner_id: Text
    check_word: Secret
    push_token: Annotated[SecretStr, Field(min_length=32)]
    base_url: Url = "https://bspgw.sf-express.com"


class JdSection(_Section):
    """An application at JD Logistics."""

    app_key: Text
    app_secret: Secret
    access_token: Secret
    customer_code: Text
    base_url: Url = "https://api.jdl.com"


class SandboxSection(_Section):
    """The sandbox's secret and address."""

    secret: Secret
    base_url: Url


class TenantSection(_Section):
    """Who carries a tenant's parcels, and who tops up what its members redeem."""

    sf: SfSection | None = None
    jd: JdSection | None = None
    sandbox: SandboxSection | None = None
    top_up: SandboxSection | None = None


class FulfilmentSettings(_Section):
    """The whole file."""

    tenants: dict[str, TenantSection] = {}


class Carriers:
    """The carriers of every tenant, ready to call."""

    def __init__(self, by_tenant: Mapping[str, Mapping[str, Carrier]]) -> None:
        self._by_tenant = by_tenant

    def of(self, tenant_code: str, carrier: str) -> Carrier:
        """Return a tenant's account at a carrier.

        Raises:
            UnknownCarrier: none is configured.
        """
        found = self._by_tenant.get(tenant_code, {}).get(carrier)
        if found is None:
            raise UnknownCarrier(
                f"no account at {carrier[:40]} is configured for {tenant_code[:40]}; "
                "add it to the file of POINTMART_FULFILMENT_FILE and restart"
            )
        return found


def no_carriers() -> Carriers:
    """Return the carriers of a service without an accounts file: none."""
    return Carriers({})


@asynccontextmanager
async def carriers_of(file: Path | None, clock: Clock) -> AsyncIterator[Carriers]:
    """Give the carriers a file names, none without a file, and the connections to them for the block.

    Raises:
        UnusableFulfilmentSettings: the file cannot be used.
    """
    if file is None:
        yield no_carriers()
        return
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
        yield open_carriers(read_settings(file), client, clock)


def read_settings(file: Path) -> FulfilmentSettings:
    """Return the accounts in a file.

    Raises:
        UnusableFulfilmentSettings: it cannot be read; the message repeats no value, for some are secret.
    """
    try:
        return FulfilmentSettings.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise UnusableFulfilmentSettings(f"{file}: {'; '.join(faults)}") from None
    except (OSError, ValueError) as error:
        raise UnusableFulfilmentSettings(f"{file} cannot be read: {error}") from error


def open_carriers(settings: FulfilmentSettings, client: httpx.AsyncClient, clock: Clock) -> Carriers:
    """Return the carriers of a file, ready to call over `client`."""
    by_tenant: dict[str, dict[str, Carrier]] = {}
    for code, section in settings.tenants.items():
        accounts = by_tenant.setdefault(code, {})
        if section.sf:
            sf = section.sf
            accounts["sf"] = SfExpress(
                SfAccount(
                    sf.partner_id,
                    sf.check_word.get_secret_value(),
                    sf.push_token.get_secret_value(),
                    sf.base_url,
                ),
                client,
                clock,
            )
        if section.jd:
            jd = section.jd
            accounts["jd"] = JdLogistics(
                JdAccount(
                    jd.app_key,
                    jd.app_secret.get_secret_value(),
                    jd.access_token.get_secret_value(),
                    jd.customer_code,
                    jd.base_url,
                ),
                client,
                clock,
            )
        if section.sandbox:
            accounts["sandbox"] = SandboxCarrier(
                SandboxAccount(section.sandbox.secret.get_secret_value(), section.sandbox.base_url),
                client,
                clock,
            )
    return Carriers(by_tenant)
