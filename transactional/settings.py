"""Settings of the transactional service, read once at the edge."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class TransactionalSettings(BaseSettings):
    """What the service needs to know; environment variables with the prefix `POINTMART_`."""

    model_config = SettingsConfigDict(env_prefix="POINTMART_")

    database_url: str
    session_secret: SecretStr = Field(min_length=16)
    # No prize of a draw may be worth more: 50,000 yuan by default, the legal maximum in China.
    max_prize_fen: int = Field(5_000_000, ge=0)
