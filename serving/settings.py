"""Settings of the serving service, read once at the edge."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServingSettings(BaseSettings):
    """What the service needs to know; environment variables with the prefix `POINTMART_`."""

    model_config = SettingsConfigDict(env_prefix="POINTMART_")

    database_url: str
    data_dir: Path = Path("data")
    session_secret: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="What transactional signs sessions with; without it only keys are known, and no person.",
    )
    key_fresh_seconds: float = Field(
        default=2.0, ge=0, le=5, description="A revoked key may work this much longer."
    )
    key_grace_seconds: float = Field(
        default=900.0, ge=0, description="While the database is away, a key seen this recently still works."
    )
    shop_fresh_seconds: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="So late it may be noticed that something has run out or is back in stock.",
    )
    serving_exploration_share: float = Field(
        default=0.1,
        ge=0,
        le=1,
        description="So often a new item stands in the fifth of ten recommended places.",
    )
    serving_control_share: float = Field(
        default=0.0,
        ge=0,
        le=1,
        description="The share of members who are recommended what is popular, to compare with.",
    )

    @property
    def releases_dir(self) -> Path:
        """Return the folder of the releases."""
        return self.data_dir / "releases"
