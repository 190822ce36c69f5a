"""The job that puts reports where tenants fetch them, and its schedule: after a month has closed, once.

The reports are of the screens' making, which nothing here may import: the command line writes them, in a process of
its own. It only reads a release, so the pipeline's lock is free meanwhile.
"""

import os
import subprocess
import sys
from pathlib import Path
from zoneinfo import ZoneInfo

import dagster as dg

from orchestration.settings import DataFolder

JOB = "reports"
_ZONE = "Asia/Shanghai"
# After the night's pipeline of the month's first day; the next two days bring what the first could not.
_SCHEDULE = "0 6 1-3 * *"


class DayConfig(dg.Config):
    """On which day, as 2026-11-01, what is due is delivered."""

    day: str


def report_schedule(folder: DataFolder, report_folder: Path | None) -> dg.ScheduleDefinition:
    """Return the schedule of the reports, with its job; without a folder for them it skips, and says so."""
    job = report_job(folder, report_folder)

    @dg.schedule(
        job=job,
        name=JOB,
        cron_schedule=_SCHEDULE,
        execution_timezone=_ZONE,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
    def reports(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        if report_folder is None:
            return dg.SkipReason("no folder for reports is set; POINTMART_REPORT_FOLDER names one")
        day = context.scheduled_execution_time.astimezone(ZoneInfo(_ZONE)).date()
        return dg.RunRequest(run_key=str(day), run_config=of_day(str(day)))

    return reports


def of_day(day: str) -> dg.RunConfig:
    """Return the configuration of a run that delivers what is due on a day."""
    return dg.RunConfig(ops={"deliver_reports": DayConfig(day=day)})


def report_job(folder: DataFolder, report_folder: Path | None) -> dg.JobDefinition:
    """Return the job that delivers the reports that are due on a day; what was delivered before stays as it is."""

    @dg.op(
        description="Every tenant's PDF, Excel and CSV reports of what is over, by `pointmart report deliver`."
    )
    def deliver_reports(context: dg.OpExecutionContext, config: DayConfig) -> None:
        if report_folder is None:
            raise dg.Failure("no folder for reports is set; POINTMART_REPORT_FOLDER names one")
        command = ["report", "deliver", "--day", config.day, "--into", str(report_folder.resolve())]
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", *command],
            env={**os.environ, "POINTMART_DATA_DIR": str(folder.root)},
            capture_output=True,
            text=True,
            check=False,
        )
        for line in done.stdout.splitlines():
            context.log.info(line)
        if done.returncode:
            raise dg.Failure(done.stderr.strip() or f"the reports ended with {done.returncode}")

    @dg.job(
        name=JOB,
        executor_def=dg.in_process_executor,
        description="Put the reports of the month that is over, and in January of the year, into the report folder.",
    )
    def job() -> None:
        deliver_reports()

    return job
