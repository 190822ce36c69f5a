"""Settings of the transactional service, read once at the edge."""

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class TransactionalSettings(BaseSettings):
    """What the service needs to know; environment variables with the prefix `POINTMART_`."""

    model_config = SettingsConfigDict(env_prefix="POINTMART_")

    database_url: str
    session_secret: SecretStr = Field(min_length=16)
