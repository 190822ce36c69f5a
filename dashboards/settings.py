"""Settings of the screens, read once at the edge."""

from pathlib import Path

from pydantic import AnyHttpUrl, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class DashboardSettings(BaseSettings):
    """What the screens need to know; environment variables with the prefix `POINTMART_`.

    Attributes:
        data_dir: the data folder; its `releases/current` is what the screens show.
        session_secret: what transactional signs sessions with.
        transactional_url: where people's passwords are checked, and what planners decide is told.
        report_font: the file or folder with the Chinese font of PDF reports; None takes one of the system's.
        serving_url: where the storefront demo asks what to recommend; without it the page says so.
    """

    model_config = SettingsConfigDict(env_prefix="POINTMART_")

    data_dir: Path = Path("data")
    session_secret: SecretStr = Field(min_length=16)
    transactional_url: AnyHttpUrl
    report_font: Path | None = None
    serving_url: AnyHttpUrl | None = None

    @property
    def releases_dir(self) -> Path:
        """Return the absolute folder of the releases."""
        return self.data_dir.resolve() / "releases"


class ReportSettings(BaseSettings):
    """What reports need to know where nobody looks at a screen; the same variables as above.

    Attributes:
        report_folder: where each tenant's reports are put when a month or a year is over; None puts them nowhere.
    """

    model_config = SettingsConfigDict(env_prefix="POINTMART_")

    data_dir: Path = Path("data")
    report_font: Path | None = None
    report_folder: Path | None = None

    @property
    def releases_dir(self) -> Path:
        """Return the absolute folder of the releases."""
        return self.data_dir.resolve() / "releases"
