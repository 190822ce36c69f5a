"""Settings of the transactional service and of the worker, read once at the edge."""

from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

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
