"""The merchants' accounts: one TOML file with a section per tenant and provider, and the key files it names.

[tenants.acorn.wechat] and [tenants.acorn.alipay]; paths are relative to the file. Nothing of it is in the database.
"""

import secrets
import tomllib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from transactional.clock import Clock
from transactional.payments import alipay, wechat
from transactional.payments.alipay_calls import AlipayAccount
from transactional.payments.domain import PaymentProvider
from transactional.payments.keys import UnusableKey, read_private_key, read_public_key
from transactional.payments.refusals import UnknownMerchant
from transactional.payments.wechat_calls import WeChatAccount

_TIMEOUT_SECONDS = 10.0

Text = Annotated[str, Field(min_length=1, pattern=r'^[^"\s]+$')]
Url = Annotated[str, Field(pattern=r"^https?://[^\s]+$")]


class UnusablePaymentSettings(Exception):
    """The file of the merchants' accounts, or a key it names, cannot be used; the message says which."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WeChatSection(_Section):
    """A merchant's account at WeChat Pay; `platform_keys` are files by serial number or public key id."""

    mchid: Text
    appid: Text
    serial: Text
    private_key: Path
    api_v3_key: SecretStr
    platform_keys: dict[str, Path] = Field(min_length=1)
    base_url: Url = "https://api.mch.weixin.qq.com"

    @field_validator("api_v3_key")
    @classmethod
    def _is_key(cls, value: SecretStr) -> SecretStr:
        if len(value.get_secret_value().encode()) != 32:
            raise ValueError("an APIv3 key has 32 bytes")
        return value


class AlipaySection(_Section):
    """A merchant's application at Alipay."""

    app_id: Text
    seller_id: Text
    private_key: Path
    platform_key: Path
    gateway_url: Url = "https://openapi.alipay.com/gateway.do"


class TenantSection(_Section):
    """What a tenant's members can pay with."""

    wechat: WeChatSection | None = None
    alipay: AlipaySection | None = None


class PaymentSettings(_Section):
    """The whole file; `notify_base_url` is where the providers reach this service."""

    notify_base_url: Url
    tenants: dict[str, TenantSection] = {}


class PaymentProviders:
    """The providers of every tenant, ready to call."""

    def __init__(self, notify_base_url: str, by_tenant: Mapping[str, Mapping[str, PaymentProvider]]) -> None:
        self._notify_base_url = notify_base_url.rstrip("/")
        self._by_tenant = by_tenant

    def of(self, tenant_code: str, provider: str) -> PaymentProvider:
        """Return a tenant's account at a provider.

        Raises:
            UnknownMerchant: none is configured.
        """
        found = self._by_tenant.get(tenant_code, {}).get(provider)
        if found is None:
            raise UnknownMerchant(
                f"no account at {provider[:40]} is configured for {tenant_code[:40]}; "
                "add it to the file of POINTMART_PAYMENTS_FILE and restart"
            )
        return found

    def names(self, tenant_code: str) -> list[str]:
        """Return the names of the providers a tenant's members can pay with."""
        return sorted(self._by_tenant.get(tenant_code, {}))

    def notify_url(self, provider: str, tenant_id: UUID) -> str:
        """Return where a provider sends its notifications about a tenant's payments."""
        return f"{self._notify_base_url}/v1/payments/{provider}/notifications/{tenant_id}"


def no_providers() -> PaymentProviders:
    """Return the providers of a service without an accounts file: none."""
    return PaymentProviders("http://localhost", {})


@asynccontextmanager
async def providers_of(file: Path | None, clock: Clock) -> AsyncIterator[PaymentProviders]:
    """Give the providers a file names, none without a file, and the connections to them for the block.

    Raises:
        UnusablePaymentSettings: the file or a key cannot be used.
    """
    if file is None:
        yield no_providers()
        return
    async with httpx.AsyncClient(timeout=_TIMEOUT_SECONDS) as client:
        yield open_providers(file, client, clock)


def random_nonce() -> str:
    """Return 32 random hex digits."""
    return secrets.token_hex(16)


def read_settings(file: Path) -> PaymentSettings:
    """Return the accounts in a file.

    Raises:
        UnusablePaymentSettings: it cannot be read; the message repeats no value, for some are secret.
    """
    try:
        return PaymentSettings.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        if isinstance(error, ValidationError):
            faults = (f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
            raise UnusablePaymentSettings(f"{file}: {'; '.join(faults)}") from None
        raise UnusablePaymentSettings(f"{file} cannot be read: {error}") from error


def open_providers(
    file: Path, client: httpx.AsyncClient, clock: Clock, nonce: Callable[[], str] = random_nonce
) -> PaymentProviders:
    """Return the providers a file names, every key read and checked.

    Raises:
        UnusablePaymentSettings: the file or a key cannot be used.
    """
    settings = read_settings(file)
    by_tenant: dict[str, dict[str, PaymentProvider]] = {}
    try:
        for code, section in settings.tenants.items():
            accounts = by_tenant.setdefault(code, {})
            if section.wechat:
                account = wechat_account(section.wechat, file.parent)
                accounts[wechat.NAME] = wechat.WeChatPay(account, client, clock, nonce)
            if section.alipay:
                accounts[alipay.NAME] = alipay.Alipay(
                    alipay_account(section.alipay, file.parent), client, clock
                )
    except UnusableKey as error:
        raise UnusablePaymentSettings(f"{file}: {error}") from error
    return PaymentProviders(settings.notify_base_url, by_tenant)


def wechat_account(section: WeChatSection, folder: Path) -> WeChatAccount:
    """Return an account with its keys read; relative paths are meant from `folder`.

    Raises:
        UnusableKey: a key file cannot be used.
    """
    return WeChatAccount(
        mchid=section.mchid,
        appid=section.appid,
        serial=section.serial,
        private_key=read_private_key(folder / section.private_key),
        api_v3_key=section.api_v3_key.get_secret_value().encode(),
        platform_keys={
            serial: read_public_key(folder / file) for serial, file in section.platform_keys.items()
        },
        base_url=section.base_url,
    )


def alipay_account(section: AlipaySection, folder: Path) -> AlipayAccount:
    """Return an account with its keys read; relative paths are meant from `folder`.

    Raises:
        UnusableKey: a key file cannot be used.
    """
    return AlipayAccount(
        app_id=section.app_id,
        seller_id=section.seller_id,
        private_key=read_private_key(folder / section.private_key),
        platform_key=read_public_key(folder / section.platform_key),
        gateway_url=section.gateway_url,
    )
