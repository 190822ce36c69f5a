"""The job and the schedule of the reports, run for real on a small release."""

import json
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration.defs.reports import of_day, report_job, report_schedule
from orchestration.settings import DataFolder
from tests import literal_release as literal
from tests.dashboards.enterprise import add_enterprise

# 06:00 on the second of April in Shanghai.
TICK = datetime(2026, 4, 1, 22, tzinfo=UTC)


@pytest.fixture
def folder(data_dir: Path, literal_release: Path) -> DataFolder:
    literal.publish(literal_release, "enterprise", add_enterprise)
    return DataFolder(data_dir)


def test_the_job_puts_each_tenants_reports_into_the_folder_once(folder: DataFolder, tmp_path: Path) -> None:
    job = report_job(folder, tmp_path / "out")

    assert job.execute_in_process(run_config=of_day("2026-04-02")).success
    made = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").glob("*/*/manifest.json")}
    assert made == {"acorn/2026-03/manifest.json", "birch/2026-03/manifest.json"}
    manifest = tmp_path / "out" / "acorn" / "2026-03" / "manifest.json"
    assert json.loads(manifest.read_text(encoding="utf-8"))["release_id"] == "enterprise"
    written = manifest.stat().st_mtime_ns
    assert job.execute_in_process(run_config=of_day("2026-04-03")).success
    assert manifest.stat().st_mtime_ns == written


def test_the_job_fails_with_a_sentence_while_the_month_goes_on(folder: DataFolder, tmp_path: Path) -> None:
    result = report_job(folder, tmp_path / "out").execute_in_process(
        run_config=of_day("2026-05-01"), raise_on_error=False
    )

    assert not result.success
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    told = str(failed.step_failure_data.user_failure_data.description)
    assert "the reports need the days until 2026-05-01" in told
    assert "Traceback" not in told


def test_the_schedule_names_its_day_in_shanghai(folder: DataFolder, tmp_path: Path) -> None:
    schedule = report_schedule(folder, tmp_path)
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 1-3 * *", "Asia/Shanghai")

    with dg.build_schedule_context(scheduled_execution_time=TICK) as context:
        (asked,) = schedule.evaluate_tick(context).run_requests or []

    assert asked.run_config == of_day("2026-04-02").to_config_dict()


def test_without_a_folder_the_schedule_skips_and_says_why(folder: DataFolder) -> None:
    with dg.build_schedule_context(scheduled_execution_time=TICK) as context:
        tick = report_schedule(folder, None).evaluate_tick(context)

    assert not tick.run_requests
    assert "POINTMART_REPORT_FOLDER" in str(tick.skip_message)
