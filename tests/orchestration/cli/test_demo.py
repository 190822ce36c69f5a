"""The demo beside what is there already: what its worker scores by, and whose world it shows."""

import io
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from orchestration.cli.demo import _simulated, scoring_model
from orchestration.cli.processes import Ports
from orchestration.cli.up import running_services
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.run import Words, simulate
from orchestration.settings import PipelineSettings
from tests.ports import free_ports
from tests.small_world import FIRST_DAY
from transactional.texts.sentiment import load_model

OLD = WorldPlan(tenants=4, members=20, days=40, seed=3, until=FIRST_DAY.date())


@pytest.fixture
def settings(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> PipelineSettings:
    monkeypatch.delenv("POINTMART_SENTIMENT_MODEL", raising=False)
    made = PipelineSettings(data_dir=data_dir)
    made.folder.create()
    return made


def test_the_worker_scores_by_the_model_of_the_world_and_keeps_it(
    settings: PipelineSettings, database_url: str
) -> None:
    model = scoring_model(settings)
    assert model == settings.folder.truth / "sentiment.json"
    assert load_model(model).judge("很满意，下次还来").label == "positive"
    written = model.stat().st_mtime_ns
    assert scoring_model(settings) == model
    assert model.stat().st_mtime_ns == written
    ports = Ports(*free_ports(4))
    with running_services(settings.folder, ports, database_url, None, model):
        told = httpx.get(f"http://127.0.0.1:{ports.worker}/health", trust_env=False).json()
    assert "score-texts" in told["jobs"]


def test_a_model_of_ones_own_stays_the_one(
    settings: PipelineSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POINTMART_SENTIMENT_MODEL", "own.json")
    assert scoring_model(settings) is None
    assert not settings.folder.truth.exists()


def test_the_world_of_an_earlier_demo_is_kept_and_said_to_be(
    settings: PipelineSettings, database_url: str
) -> None:
    simulate(database_url, OLD, settings.folder.truth, Words(bytes(32)), lambda done, total: None)
    told = io.StringIO()
    assert _simulated(settings, database_url, Console(file=told, width=400)) is False
    # After a bar of progress.
    assert told.getvalue().splitlines()[-1] == (
        f"The simulated world of an earlier demo is kept: 4 tenants and 20 members each until {OLD.until}. "
        "An empty data folder (POINTMART_DATA_DIR) gets one until yesterday."
    )
