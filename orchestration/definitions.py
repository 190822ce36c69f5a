"""The pipeline as Dagster loads it: `build_definitions` puts it together, `defs` does so from the settings."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.defs import checks, landing, ml, write_back
from orchestration.defs.platform import Platform, locked
from orchestration.defs.release import release_asset
from orchestration.defs.reports import report_schedule
from orchestration.defs.warehouse import asset_keys, warehouse_assets
from orchestration.release.build import code_version
from orchestration.settings import CHOICE_DAYS, DataFolder, PipelineSettings
from orchestration.warehouse.project import Project, parse
from orchestration.write_back.finding import mall_or_reason
from orchestration.write_back.sending import Mall

JOB = "pipeline"
# The same without training: what refreshes do, for a person to start and to watch step by step.
REFRESH_JOB = "refresh"
# Any fixed number does; one that never changes makes reruns comparable.
SEED = 20170101


def build_definitions(
    project: Project,
    resources: Mapping[str, Any],
    loggers: Mapping[str, dg.LoggerDefinition],
    *,
    report_folder: Path | None = None,
) -> dg.Definitions:
    """Assemble assets, checks, jobs and schedules; `resources` must hold `platform`.

    Reports of each month that is over go to `report_folder`; None writes none.
    """
    marts = [key for key in asset_keys(project).values() if key.path[0] == "marts"]
    pipeline = dg.define_asset_job(
        JOB, selection=dg.AssetSelection.all(), executor_def=dg.in_process_executor
    )
    refresh = dg.define_asset_job(
        REFRESH_JOB,
        selection=dg.AssetSelection.all() - dg.AssetSelection.groups(ml.GROUP),
        executor_def=dg.in_process_executor,
    )
    return dg.Definitions(
        assets=[
            landing.landing, warehouse_assets(project), ml.ranking, ml.demand, ml.holiday_plans, ml.plan_scores,
            ml.model_scores, release_asset(marts), write_back.write_back,
        ],
        asset_checks=[
            checks.landing_is_fresh, checks.views_keep_their_contract, checks.nothing_lies_in_quarantine,
            checks.landed_volume_is_usual, checks.rows_agree_with_the_landing, checks.daily_figures_are_usual,
            checks.models_are_not_worse_than_their_baselines, checks.release_is_fresh,
        ],
        jobs=[pipeline, refresh],
        schedules=[
            dg.ScheduleDefinition(
                name="nightly", job=pipeline, cron_schedule="30 2 * * *", execution_timezone="Asia/Shanghai",
                default_status=dg.DefaultScheduleStatus.RUNNING,
            ),
            report_schedule(project.folder, report_folder),
        ],
        executor=dg.in_process_executor,
        resources=dict(resources),
        loggers=dict(loggers),
    )  # fmt: skip


def platform_at(
    folder: DataFolder,
    database_url: str | None,
    mall: Mall | None = None,
    *,
    choice_days: int = CHOICE_DAYS,
    holiday_budget_fen: int | None = None,
) -> Platform:
    """Return the platform of real use: the system's clock, the fixed seed, this code's version."""
    return Platform(
        folder,
        database_url,
        lambda: datetime.now(UTC),
        SEED,
        code_version(),
        mall,
        choice_days,
        holiday_budget_fen,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for Dagster's own tools, from the environment's settings."""
    settings = PipelineSettings()
    folder = settings.folder
    folder.create()
    mall, reason = mall_or_reason(settings)
    if reason:
        logging.getLogger("pointmart").warning(reason)
    platform = platform_at(
        folder,
        settings.database_url,
        mall,
        choice_days=settings.choice_days,
        holiday_budget_fen=settings.holiday_budget_fen,
    )
    return build_definitions(
        parse(folder), {"platform": locked(platform)}, {}, report_folder=settings.report_folder
    )
