"""Settings of the pipeline and the names of all folders under the data folder. Read at the edge only."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestration.refusal import Refusal

# So long is gone by what the ranking contests chose; figures of the window they were judged on are no older either.
CHOICE_DAYS = 7


class UnwritableFolder(Refusal):
    """The data folder, or a folder in it, cannot be created or written."""


class PipelineSettings(BaseSettings):
    """Where the data lives and which PostgreSQL to land from; without a URL the embedded one is meant."""

    model_config = SettingsConfigDict(env_prefix="POINTMART_")

    data_dir: Path = Path("data")
    database_url: str | None = None
    # Where a release writes back to, and the key it does so with; a mall that runs here tells both by itself.
    transactional_url: str | None = None
    pipeline_key: SecretStr | None = None
    # How many days what the ranking contests chose is gone by; 0 chooses and makes all lists anew in each training.
    choice_days: int = Field(default=CHOICE_DAYS, ge=0)
    # What the orders of all tenants before one holiday may cost to buy together; without it, what pays.
    holiday_budget_fen: int | None = Field(default=None, ge=0)
    # Where tenants' reports of a month or year that is over are put; without it none are written.
    report_folder: Path | None = None

    @property
    def folder(self) -> "DataFolder":
        """Return the data folder as absolute paths."""
        return DataFolder(self.data_dir.resolve())


@dataclass(frozen=True)
class DataFolder:
    """Names every file and folder the pipeline keeps; nothing else spells these paths."""

    root: Path

    @property
    def landing(self) -> Path:
        """Return the folder of landed batches, one folder per view."""
        return self.root / "landing"

    @property
    def cursor(self) -> Path:
        """Return the file that says how far landing has come."""
        return self.landing / "cursor.json"

    @property
    def known_then(self) -> Path:
        """Return the folder of what was known at the end of past business days, a folder each."""
        return self.root / "as-of"

    def as_of(self, day: date) -> "DataFolder":
        """Return the folder of what was known at the end of a business day, laid out as this one."""
        return DataFolder(self.known_then / day.isoformat())

    @property
    def forgotten(self) -> Path:
        """Return the file that says which erasures have reached the landed files."""
        return self.landing / "forgotten.json"

    @property
    def warehouse(self) -> Path:
        """Return the DuckDB file dbt builds."""
        return self.root / "warehouse" / "warehouse.duckdb"

    @property
    def test_results(self) -> Path:
        """Return the file with the last result of each dbt test."""
        return self.root / "warehouse" / "test_results.json"

    @property
    def dbt_target(self) -> Path:
        """Return the folder of dbt's own artefacts."""
        return self.root / "warehouse" / "target"

    @property
    def ml(self) -> Path:
        """Return the folder of model outputs."""
        return self.root / "ml"

    @property
    def truth(self) -> Path:
        """Return the folder of the truth about a simulated world."""
        return self.root / "truth"

    @property
    def releases(self) -> Path:
        """Return the folder of published releases."""
        return self.root / "releases"

    @property
    def current_release(self) -> Path:
        """Return the symlink to the release in use."""
        return self.releases / "current"

    @property
    def freshness(self) -> Path:
        """Return the file that says up to when the current release is complete."""
        return self.releases / "freshness.json"

    @property
    def quarantine(self) -> Path:
        """Return the folder of rows that violate the contract of their view, one folder per view."""
        return self.landing / "quarantine"

    @property
    def dagster(self) -> Path:
        """Return the home of Dagster's instance."""
        return self.root / "dagster"

    @property
    def logs(self) -> Path:
        """Return the folder of logs."""
        return self.root / "logs"

    @property
    def mall(self) -> Path:
        """Return the private file with the address of a mall that runs on this folder, and the pipeline's key."""
        return self.root / "run" / "mall.json"

    @property
    def lock(self) -> Path:
        """Return the lock file of the pipeline."""
        return self.root / "run" / "pipeline.lock"

    def create(self) -> None:
        """Create the folders that are missing.

        Raises:
            UnwritableFolder: one of them cannot be created or written.
        """
        folders = (
            self.landing, self.warehouse.parent, self.ml, self.releases, self.dagster, self.logs, self.lock.parent,
        )  # fmt: skip
        for folder in folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                probe = folder / ".writable"
                probe.touch()
                probe.unlink()
            except OSError as error:
                raise UnwritableFolder(
                    f"the folder {folder} cannot be written ({error.strerror}); "
                    "make it writable or choose another data folder with POINTMART_DATA_DIR"
                ) from error
