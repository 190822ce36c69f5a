"""The result as a buyer keeps it: a table on the terminal, and a file each for people, spreadsheets and programs."""

import csv
import json
from dataclasses import asdict
from datetime import datetime
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration import durable
from orchestration.cli.acceptance.measures import AREAS, TITLES
from orchestration.cli.acceptance.run import Result
from orchestration.refusal import Refusal
from transactional.clock import BUSINESS_ZONE
from transactional.onboarding.domain import Measure
from transactional.onboarding.promises import Promise

_MOST_DIFFERENCES = 50


class ReportNotWritten(Refusal):
    """The folder cannot be written to."""


def print_result(console: Console, result: Result) -> None:
    """Show what was measured against what, in both languages, and what was wrong."""
    table = Table(title=f"验收报告 Acceptance · {result.tenant} · {_moment(result.finished_at)}")
    for name, side in (
        ("项目 What", "left"),
        ("实测 Measured", "right"),
        ("门槛 Threshold", "right"),
        ("结果", "left"),
    ):
        table.add_column(name, justify="right" if side == "right" else "left")
    for area, (zh, en) in AREAS.items():
        table.add_section()
        table.add_row(f"[bold]{zh} · {en}[/]", "", "", "")
        for measure in result.measures:
            if measure.area == area:
                mark = "[green]通过 pass[/]" if measure.is_met else "[red]不通过 FAIL[/]"
                table.add_row(
                    f"  {' · '.join(TITLES[measure.measure])}",
                    _number(measure.value),
                    _threshold(measure),
                    mark,
                )
    console.print(table)
    for line in result.differences[:10]:
        console.print(f"[red]✗[/] {escape(line)}", highlight=False, soft_wrap=True)
    if len(result.differences) > 10:
        console.print(f"… {len(result.differences) - 10} more in the report")
    for promise in result.below_promise:
        console.print(f"[red]✗[/] {_less(promise)}", highlight=False, soft_wrap=True)
    verdict = "[green]验收通过 · passed[/]" if result.is_passed else "[red]验收不通过 · failed[/]"
    console.print(f"[bold]{verdict}[/]")


def write_result(folder: Path, result: Result) -> list[Path]:
    """Write the report for people, spreadsheets and programs, and return the files.

    Raises:
        ReportNotWritten: the folder cannot be written to.
    """
    stem = f"acceptance-{result.tenant}-{result.finished_at.astimezone(BUSINESS_ZONE):%Y%m%dT%H%M%S}"
    texts = {".md": _markdown(result), ".csv": _csv(result), ".json": _json(result)}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for ending, text in texts.items():
            durable.write_text(folder / f"{stem}{ending}", text)
    except OSError as error:
        raise ReportNotWritten(
            f"{folder} cannot be written to ({error.strerror}); give another folder with --out"
        ) from error
    return [folder / f"{stem}{ending}" for ending in texts]


def _markdown(result: Result) -> str:
    plan = result.plan
    verdict = "通过 passed" if result.is_passed else "不通过 failed"
    lines = [
        f"# 验收报告 Acceptance report: {result.tenant}",
        "",
        f"**结果 Result: {verdict}**",
        "",
        f"- 地址 URL: {result.url}",
        f"- 开始 Began: {_moment(result.started_at)} · 结束 Ended: {_moment(result.finished_at)} (Asia/Shanghai)",
        f"- 编号 Run: {result.run_id}",
        f"- 规模 Size: 会员 members {plan.members}, 比对兑换 redemptions {plan.redemptions}, 并发 connections "
        f"{plan.connections}, 时长 seconds {plan.seconds:g}, 随机种子 seed {plan.seed}",
        "",
        "| 范围 Area | 项目 What | 实测 Measured | 门槛 Threshold | 结果 Result |",
        "| --- | --- | ---: | ---: | --- |",
    ]
    for measure in result.measures:
        lines.append(
            f"| {' · '.join(AREAS[measure.area])} | {' · '.join(TITLES[measure.measure])} | {_number(measure.value)} | "
            f"{_threshold(measure)} | {'通过 pass' if measure.is_met else '**不通过 FAIL**'} |"
        )
    if result.below_promise:
        lines += [
            "",
            "## 门槛低于承诺,不作验收 Held against less than is promised, which is no acceptance",
            "",
        ]
        lines += [f"- {_less(promise)}" for promise in result.below_promise]
    if result.differences:
        lines += ["", f"## 不符之处 Differences ({len(result.differences)})", ""]
        lines += [f"- {line}" for line in result.differences[:_MOST_DIFFERENCES]]
    return "\n".join(lines) + "\n"


def _csv(result: Result) -> str:
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(["area", "measure", "name_zh", "name_en", "value", "comparison", "threshold", "is_met"])
    for one in result.measures:
        name_zh, name_en = TITLES[one.measure]
        writer.writerow(
            [one.area, one.measure, name_zh, name_en, one.value, one.comparison, one.threshold, one.is_met]
        )
    # Marked as UTF-8, so that spreadsheets read Chinese.
    return "\ufeff" + text.getvalue()


def _json(result: Result) -> str:
    told = {
        "run_id": str(result.run_id),
        "tenant": result.tenant,
        "url": result.url,
        "started_at": result.started_at.isoformat(),
        "finished_at": result.finished_at.isoformat(),
        "is_passed": result.is_passed,
        "plan": asdict(result.plan),
        "checks": [
            asdict(one) | {"value": min(one.value, 1e12), "is_met": one.is_met} for one in result.measures
        ],
        "below_promise": [asdict(promise) for promise in result.below_promise],
        "differences": result.differences,
    }
    return json.dumps(told, ensure_ascii=False, indent=1) + "\n"


def _less(promise: Promise) -> str:
    """Say what a run must be held against at least."""
    zh, en = TITLES[promise.measure]
    return f"{zh} · {en}: 承诺 promised {_threshold(promise)}"


def _threshold(measure: Measure | Promise) -> str:
    return f"{'≥' if measure.comparison == 'at_least' else '≤'} {_number(measure.threshold)}"


def _number(value: float) -> str:
    return f"{value:,.10g}"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"
