"""Settings of the transactional service and of the worker, read once at the edge."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from transactional.sessions.oidc import OidcClient, require_safe
from transactional.vault import Vault, key_of


class WorkerSettings(BaseSettings):
    """What the worker needs to know; environment variables with the prefix `POINTMART_`."""

    model_config = SettingsConfigDict(env_prefix="POINTMART_")

    database_url: str
    # 32 bytes in base64. Without it no secret is kept, so there are neither webhooks nor voucher codes.
    vault_key: SecretStr | None = None
    # For development: webhooks to this very machine, over plain HTTP too.
    allow_loopback_webhooks: bool = False
    # For an installation whose tenants' systems are in its own private network.
    allow_private_webhooks: bool = False
    # The merchants' accounts at the payment providers; without it members cannot pay in cash.
    payments_file: Path | None = None
    # The tenants' accounts at carriers and top-up providers; without it parcels can be registered and nobody tells of them.
    fulfilment_file: Path | None = None
    # What scores the texts of members, a file that `pointmart sentiment train` wrote; without it they have no sentiment.
    sentiment_model: Path | None = None
    webhook_timeout_seconds: float = Field(10, gt=0, le=60)

    @field_validator("vault_key")
    @classmethod
    def _is_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            key_of(value.get_secret_value())
        return value

    def vault(self) -> Vault | None:
        """Return the vault of the key, if there is one."""
        return None if self.vault_key is None else Vault(key_of(self.vault_key.get_secret_value()))


class TransactionalSettings(WorkerSettings):
    """What the service needs to know beyond that."""

    session_secret: SecretStr = Field(min_length=16)
    # No prize of a draw may be worth more: 50,000 yuan by default, the legal maximum in China.
    max_prize_fen: int = Field(5_000_000, ge=0)
    # An OpenID Connect provider by which people may log in too, and where it sends them back to: all or none of these.
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_redirect_uri: str | None = None
    # A public client has none.
    oidc_client_secret: SecretStr | None = None
    # What its button on the login page is called.
    oidc_name: str = Field("OpenID", min_length=1, max_length=40)

    def oidc(self) -> OidcClient | None:
        """Return who we are at the provider, if there is one."""
        if self.oidc_issuer is None or self.oidc_client_id is None or self.oidc_redirect_uri is None:
            return None
        secret = None if self.oidc_client_secret is None else self.oidc_client_secret.get_secret_value()
        return OidcClient(
            self.oidc_issuer, self.oidc_client_id, self.oidc_redirect_uri, secret, self.oidc_name
        )

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        told = (self.oidc_issuer, self.oidc_client_id, self.oidc_redirect_uri)
        if any(told) and not all(told):
            raise ValueError("set oidc_issuer, oidc_client_id and oidc_redirect_uri, or none of them")
        if self.oidc_issuer is not None and self.oidc_redirect_uri is not None:
            for address in (self.oidc_issuer, self.oidc_redirect_uri):
                require_safe(address)
        return self
