"""`pointmart pipeline key | write-back` and `pointmart release show | prune` as a person meets them."""

import json
from datetime import UTC, datetime, timedelta

import psycopg
from typer.testing import CliRunner

from orchestration.cli.pipeline import app
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder
from tests.command_line import pointmart, sentence
from tests.orchestration.cli.test_commands import mall  # noqa: F401 - a fixture
from tests.orchestration.test_erasure import release_of


def test_a_pipeline_key_is_printed_once_and_only_its_hash_is_kept(mall, database_url):  # noqa: F811
    made = pointmart("pipeline", "key", "--label", "nightly", **mall)
    assert made.returncode == 0
    key = made.stdout.strip()
    assert key.startswith("pmp_")
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("select scope, label, key_hash from mall.platform_key").fetchall()
    assert [(scope, label) for scope, label, _ in rows] == [("write_back", "nightly")]
    assert key.encode() not in bytes(rows[0][2])


def test_without_a_mall_or_a_release_nothing_is_written_back(mall):  # noqa: F811
    assert "no mall is known" in sentence(pointmart("pipeline", "write-back", **mall))
    named = mall | {"POINTMART_TRANSACTIONAL_URL": "http://127.0.0.1:1"}
    assert "without a key" in sentence(pointmart("pipeline", "write-back", **named))
    keyed = named | {"POINTMART_PIPELINE_KEY": "pmp_x"}
    assert "no release to write back" in sentence(pointmart("pipeline", "write-back", **keyed))


def test_what_is_no_day_that_has_come_is_refused_at_once(mall):  # noqa: F811
    def said(*arguments) -> str:
        done = pointmart(*arguments, **mall, COLUMNS="200")
        assert done.returncode == 2
        assert "Traceback" not in done.stderr
        return done.stderr

    assert "“31.3.2026” is not a day; write it like 2026-03-31" in said("pipeline", "as-of", "31.3.2026")
    assert "2999-01-01 has not come yet" in said("pipeline", "as-of", "2999-01-01")
    days = ("pipeline", "reprocess", "--from", "2026-01-01", "--to")
    assert "2999-01-01 has not come yet" in said(*days, "2999-01-01")
    assert "in this order" in said(*days, "2025-12-31")
    assert "a past day" in said("simulate", "--until", "2999-01-01")


def test_how_long_a_choice_holds_is_a_number_of_days_and_a_full_run_asks_for_none(mall, monkeypatch):  # noqa: F811
    asked = []
    monkeypatch.setattr(
        "orchestration.pipeline.run_pipeline", lambda settings, _: asked.append(settings.choice_days)
    )
    monkeypatch.setattr("orchestration.cli.pipeline.print_summary", lambda *_: None)
    for name, value in mall.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("POINTMART_CHOICE_DAYS", "3")
    for arguments in ([], ["--full"]):
        assert CliRunner().invoke(app, ["run", *arguments]).exit_code == 0
    assert asked == [3, 0]


def test_releases_from_before_an_erasure_are_pruned_at_once_if_asked(mall, data_dir):  # noqa: F811
    folder = DataFolder(data_dir)
    folder.create()
    now = datetime.now(UTC)
    old, newer = release_of(folder, now - timedelta(days=2)), release_of(folder, now - timedelta(hours=1))
    Shelf(folder.releases).switch(newer)
    moment = (now - timedelta(days=1)).isoformat()
    folder.forgotten.write_text(f'{{"member_count": 1, "next_batch": 1, "moments": ["{moment}"]}}')
    kept = pointmart("release", "prune", **mall)
    assert (kept.returncode, kept.stdout) == (0, "no release had to be deleted\n")
    pruned = pointmart("release", "prune", "--now", **mall)
    assert pruned.stdout.strip() == f"release {old} was deleted"
    folder.forgotten.write_text(f'{{"member_count": 2, "next_batch": 1, "moments": ["{now.isoformat()}"]}}')
    refused = sentence(pointmart("release", "prune", "--now", **mall))
    assert f"the current release {newer}" in refused
    assert "run the pipeline to publish one without them" in refused


def test_after_going_back_only_releases_with_erased_members_are_pruned(mall, data_dir):  # noqa: F811
    folder = DataFolder(data_dir)
    folder.create()
    now = datetime.now(UTC)
    old, between, newest = (release_of(folder, now - timedelta(hours=hours)) for hours in (48, 30, 1))
    Shelf(folder.releases).switch(old)
    moment = (now - timedelta(days=1)).isoformat()
    folder.forgotten.write_text(f'{{"member_count": 1, "next_batch": 1, "moments": ["{moment}"]}}')
    refused = pointmart("release", "prune", "--now", **mall)
    assert f"release {between} was deleted" in refused.stdout
    assert f"go on to {newest}" in sentence(refused)
    assert pointmart("release", "rollback", newest, **mall).stdout.strip() == f"release {newest} is current"
    assert pointmart("release", "prune", "--now", **mall).stdout.strip() == f"release {old} was deleted"


def test_a_release_from_before_there_were_cards_is_shown_and_printed_whole(data_dir):
    folder = DataFolder(data_dir)
    folder.create()
    made = release_of(folder, datetime(2026, 5, 1, tzinfo=UTC))
    shown = pointmart("release", "show", made, POINTMART_DATA_DIR=str(data_dir))
    assert shown.returncode == 0, shown.stderr
    assert f"release {made}, made 2026-05-01 08:10" in shown.stdout
    assert "no model cards" in shown.stdout
    printed = pointmart("release", "show", made, "--json", POINTMART_DATA_DIR=str(data_dir))
    assert json.loads(printed.stdout)["release_id"] == made
