"""Refreshes on a small mall: what is new is published, nothing new publishes nothing, trouble is told and outlived."""

import logging
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest

from orchestration.follow import Follower
from orchestration.lock import held
from orchestration.refresh import NothingHappened, Refreshed, reprocess
from orchestration.release.freshness import Freshness, read_freshness
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder
from orchestration.warehouse.project import Project
from tests.orchestration.warehouses import Untested
from tests.small_world import DAYS, FIRST_DAY, ITEMS, SmallWorld, insert_small_world, redeem


@dataclass
class Story:
    """A follower on a mall, with a clock that stands until it is moved."""

    world: SmallWorld
    folder: DataFolder
    database_url: str
    now: datetime
    project: Project
    follower: Follower = field(init=False)
    alarms: list[tuple[str | None, float]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.follower = Follower(
            self.project.over(self.folder), self.database_url, lambda: self.now, "1.0",
            lambda freshness, lag: self.alarms.append((freshness.problem, lag)),
        )  # fmt: skip

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.folder.releases)

    def freshness(self) -> Freshness:
        found = read_freshness(self.folder.freshness)
        assert found is not None
        return found

    def turn(self, seconds: float = 20) -> str | None:
        """Take a turn so many seconds later; return the release it published."""
        self.now += timedelta(seconds=seconds)
        done = self.follower.turn()
        return done.release_id if done else None

    def redeem(self) -> None:
        tenant_id = self.world.tenant_ids[0]
        with psycopg.connect(self.database_url) as connection:
            redeem(
                connection, tenant_id, self.world.member_ids[tenant_id][0],
                [(self.world.item_ids[5], 1, ITEMS[5][4])], FIRST_DAY + timedelta(days=DAYS),
            )  # fmt: skip

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.database_url) as connection:
            connection.execute(statement)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect() as connection:
            connection.execute(
                f"attach '{self.folder.current_release / 'marts.duckdb'}' as release (read_only)"
            )
            return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, module_database_url: str, project: Project) -> Story:
    folder = DataFolder(tmp_path_factory.mktemp("follow"))
    folder.create()
    with psycopg.connect(module_database_url) as connection:
        world = insert_small_world(connection)
    untested = Untested(**vars(project))
    made = Story(world, folder, module_database_url, datetime(2026, 5, 1, tzinfo=UTC), untested)
    assert made.turn() is not None
    return made


@pytest.fixture
def checked(story: Story, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The follower runs the project's tests, too, which is half of its time and asked for where they decide."""
    monkeypatch.setattr(story.follower, "_project", project.over(story.folder))


@pytest.fixture(autouse=True)
def complete(story: Story) -> None:
    """Each test begins with a release that has everything."""
    story.turn()
    story.alarms.clear()


def count_lines(story: Story) -> object:
    return story.ask("select count(*) from release.marts.fct_redemption_lines")[0][0]


def test_days_before_the_first_fact_are_not_computed_anew(story: Story) -> None:
    before = story.shelf.current_id()

    def reprocess_until(last: date) -> Refreshed:
        return reprocess(
            story.project.over(story.folder), story.database_url, lambda: story.now, "1.0",
            first=FIRST_DAY.date() - timedelta(days=40), last=last,
        )  # fmt: skip

    with pytest.raises(
        NothingHappened,
        match="no fact from 2026-01-21 to 2026-03-01: the first that has landed is of 2026-03-0",
    ):
        reprocess_until(FIRST_DAY.date() - timedelta(days=1))
    assert story.shelf.current_id() == before
    story.now += timedelta(seconds=20)
    assert reprocess_until(FIRST_DAY.date() + timedelta(days=3)).release_id != before


def test_where_nothing_has_landed_nothing_is_computed_anew(
    tmp_path: Path, database_url: str, project: Project
) -> None:
    folder = DataFolder(tmp_path / "empty")
    folder.create()
    with pytest.raises(NothingHappened, match="to 2026-03-02: none has landed; `pointmart pipeline run`"):
        reprocess(
            project.over(folder), database_url, lambda: FIRST_DAY, "1.0",
            first=date(2026, 3, 1), last=date(2026, 3, 2),
        )  # fmt: skip
    assert not folder.warehouse.exists()


def test_a_mall_that_was_never_trained_has_figures_and_no_predictions(story: Story) -> None:
    assert story.ask("select count(*) > 0 from release.marts.fct_kpis_daily") == [(True,)]
    assert story.ask("select count(*) from release.marts.fct_member_recommendations") == [(0,)]


def test_what_was_redeemed_is_in_the_next_release(story: Story) -> None:
    before = count_lines(story)
    story.redeem()
    assert story.turn() == story.shelf.current_id()
    assert count_lines(story) == before + 1
    manifest = story.shelf.manifest(story.shelf.current_id() or "")
    assert manifest.landing["data_lag_seconds"] == 0.0  # the clock stood


def test_nothing_new_publishes_nothing_and_the_release_stays_fresh(story: Story) -> None:
    releases = story.shelf.release_ids()
    for _ in range(10):
        assert story.turn() is None
    assert story.shelf.release_ids() == releases
    assert story.freshness().complete_until == story.now
    assert story.freshness().is_behind is False
    assert story.alarms == []


def test_a_failed_check_keeps_the_release_raises_the_alarm_and_is_outlived(
    story: Story, checked: None, caplog: pytest.LogCaptureFixture
) -> None:
    current = story.shelf.current_id()
    price = (
        "update mall.redemption set points = points {} 1 "
        "where redemption_id = (select redemption_id from mall.redemption order by 1 limit 1)"
    )
    story.execute(price.format("+"))
    with caplog.at_level(logging.WARNING, "pointmart.follow"):
        assert story.turn(30) is None
        assert story.turn(45) is None  # nothing new: it is not built again, but it is late by now
    assert story.shelf.current_id() == current
    told = story.freshness()
    assert (told.release_id, told.is_behind) == (current, True)
    assert told.problem is not None
    assert told.problem.startswith("dbt test ")
    assert [(problem, lag) for problem, lag in story.alarms] == [(told.problem, 75.0)]
    assert (
        sum(told.problem in record.getMessage() for record in caplog.records) == 2
    )  # when it failed, when late
    assert any("data_lag_seconds is 75" in record.getMessage() for record in caplog.records)

    story.execute(price.format("-"))
    assert story.turn() is not None
    assert (story.freshness().problem, story.freshness().is_behind) == (None, False)
    assert len(story.alarms) == 2


def test_a_database_that_was_away_is_forgotten_once_it_is_back(story: Story) -> None:
    away = Follower(
        story.follower._project,
        "postgresql://nobody@127.0.0.1:1/none",
        lambda: story.now,
        "1.0",
        lambda *_: None,
    )
    assert away.turn() is None
    told = story.freshness()
    assert (told.problem or "").startswith("PostgreSQL cannot be used")
    assert told.is_behind is None
    away._database_url = story.database_url
    done = away.turn()
    assert done is not None
    assert (done.release_id, done.is_complete) == (None, True)
    assert (story.freshness().problem, story.freshness().is_behind) == (None, False)


def test_beside_a_whole_pipeline_it_waits_and_knows_whether_something_waits(story: Story) -> None:
    with held(story.folder.lock):
        assert story.turn(90) is None
        assert (story.freshness().is_behind, story.freshness().complete_until) == (False, story.now)
        assert story.alarms == []
        story.redeem()
        before = story.now
        assert story.turn(90) is None
        assert (story.freshness().is_behind, story.freshness().complete_until) == (True, before)
        assert "another pipeline is running" in (story.freshness().problem or "")
    assert len(story.alarms) == 1
    assert story.turn() is not None


def test_a_release_that_somebody_went_back_to_is_left_alone(story: Story) -> None:
    story.redeem()
    newest = story.turn()
    before = story.shelf.roll_back(None)
    story.redeem()
    assert story.turn() is None
    assert story.shelf.current_id() == before
    assert "set back to release" in (story.freshness().problem or "")
    story.shelf.switch(newest or "")
    story.shelf.let_go()
    assert story.turn() is not None


def test_it_goes_on_where_a_killed_one_stopped(story: Story) -> None:
    """Landed and not built: the next turn lands nothing new and yet owes a release."""
    from orchestration.landing.land import land

    story.redeem()
    land(story.folder, story.database_url, story.now)
    assert story.turn() is not None
    assert story.freshness().is_behind is False


def test_a_redemption_that_breaks_the_contract_is_counted_and_stops_nobody(
    story: Story, checked: None
) -> None:
    """It took stock and points, of which the warehouse knows nothing: no identity may fail for that."""
    tenant_id = story.world.tenant_ids[0]
    before = count_lines(story)
    with psycopg.connect(story.database_url) as connection:
        redeem(
            connection, tenant_id, story.world.member_ids[tenant_id][1],
            [(story.world.item_ids[1], 1, ITEMS[1][4]), (story.world.item_ids[3], 2, ITEMS[3][4])],
            datetime(1970, 1, 1, tzinfo=UTC),
        )  # fmt: skip
    story.redeem()
    assert story.turn() is not None
    assert count_lines(story) == before + 1
    manifest = story.shelf.manifest(story.shelf.current_id() or "")
    assert manifest.quality["quarantined"] == {
        "entry": {"effective_at is outside the calendar 2000-2049": 2},
        "redemption": {"effective_at is outside the calendar 2000-2049": 1},
        "redemption_line": {"belongs to a redemption with a row in quarantine": 2},
    }
    assert (
        "1 row of redemption in quarantine: effective_at is outside the calendar 2000-2049"
        in (manifest.quality["warnings"])
    )
    assert story.ask("select sum(row_count) from release.marts.fct_quarantined_rows") == [(5,)]
    assert story.ask("select distinct tenant_id from release.marts.fct_quarantined_rows") == [(tenant_id,)]
