"""The figures as a person reads them and as a file keeps them."""

from dataclasses import asdict, dataclass, field
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from orchestration.cli.bench.meters import Reading
from orchestration.cli.bench.order import Tally
from orchestration.cli.bench.pgbench import Rival


@dataclass(frozen=True)
class Phase:
    """One load with what it cost; `each` is how many redemptions or events a request makes."""

    tally: Tally
    cost: Reading
    seconds: float
    each: int = 1

    @property
    def per_s(self) -> float:
        """Return how many succeeded in a second."""
        return self.tally.in_time * self.each / self.seconds

    def microseconds(self, seconds: float) -> float:
        """Return processor time as microseconds for each success."""
        return seconds / max(1, self.tally.succeeded * self.each) * 1e6


@dataclass
class Figures:
    """Everything a run measured, by the name of the phase."""

    phases: dict[str, Phase] = field(default_factory=dict)
    rivals: dict[str, tuple[Rival, Reading]] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    machine: dict[str, str | int] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """Return what is written to the file."""
        measured = [self.phases[name] for name in ("spread", "hot", "lone", "two processes")]
        asked = sum(phase.tally.asked for phase in measured)
        spread, hot = self.phases["spread"], self.phases["hot"]
        rivals = {name: rival for name, (rival, _) in self.rivals.items()}
        return {
            "spread_per_s": round(spread.per_s, 1),
            "hot_per_s": round(hot.per_s, 1),
            # The worse of the two: a promise holds for both.
            "p99_ms": max(spread.tally.latencies["p99"], hot.tally.latencies["p99"]),
            "lone_ms": self.phases["lone"].tally.latencies["p50"],
            "success_rate": sum(phase.tally.succeeded for phase in measured) / max(1, asked),
            "pgbench_spread_per_s": rivals["spread"].per_s,
            "pgbench_hot_per_s": rivals["hot"].per_s,
            "events_per_s": round(self.phases["events"].per_s, 1),
            "spread_ratio": round(spread.per_s / rivals["spread"].per_s, 2),
            "hot_ratio": round(hot.per_s / rivals["hot"].per_s, 2),
            "spread_ratio_few": round(spread.per_s / rivals["spread, few"].per_s, 2),
            "hot_ratio_few": round(hot.per_s / rivals["hot, few"].per_s, 2),
            "two_process_per_s": round(self.phases["two processes"].per_s, 1),
            "books_are_true": not self.wrong,
            "wrong": self.wrong,
            "phases": {
                name: {
                    "per_s": round(phase.per_s, 1),
                    **asdict_of(phase.tally),
                    "server_cpu_us": round(phase.microseconds(phase.cost.server_seconds), 1),
                    "postgres_cpu_us": round(phase.microseconds(phase.cost.postgres_seconds), 1),
                    "generator_cpu_us": round(phase.microseconds(phase.tally.cpu_seconds), 1),
                    "wal_bytes_each": round(
                        phase.cost.wal_bytes / max(1, phase.tally.succeeded * phase.each)
                    ),
                    "page_images": phase.cost.page_images,
                }
                for name, phase in self.phases.items()
            },
            "pgbench": {
                name: {
                    **asdict(rival),
                    "postgres_cpu_us": round(cost.postgres_seconds / max(1, rival.redemptions) * 1e6, 1),
                    "wal_bytes_each": round(cost.wal_bytes / max(1, rival.redemptions)),
                }
                for name, (rival, cost) in self.rivals.items()
            },
            "plan": self.plan,
            "machine": self.machine,
            "settings": self.settings,
        }


def asdict_of(tally: Tally) -> dict[str, Any]:
    """Return a tally as JSON knows it."""
    return {name: getattr(tally, name) for name in tally.__struct_fields__}


# What the owner asked of the figures: the name, whether more or less is better, and how much.
_PROMISES = (
    ("spread_per_s", "at least", 3000.0, "redemptions/s over all items"),
    ("hot_per_s", "at least", 3500.0, "redemptions/s of one item"),
    ("p99_ms", "at most", 100.0, "ms, 99 of 100 answers, the worse of both"),
    ("success_rate", "at least", 0.999, "of the requests succeeded"),
    ("lone_ms", "at most", 10.0, "ms, median of a lone request"),
    ("spread_ratio", "at least", 2.0, "times pgbench with as many connections, over all items"),
    ("hot_ratio", "at least", 8.0, "times pgbench with as many connections, one item"),
    ("events_per_s", "at least", 20_000.0, "behaviour events/s"),
)


def show(figures: Figures, console: Console) -> None:
    """Print the figures."""
    table = Table("phase", title="Redemption engine", title_justify="left", box=box.SIMPLE_HEAD)
    for column in ("per s", "p50 ms", "p99 ms", "max ms", "failed", "service µs", "database µs", "log bytes"):
        table.add_column(column, justify="right")
    document = figures.document()
    for name, phase in document["phases"].items():
        latencies = phase["latencies"]
        table.add_row(
            name, f"{phase['per_s']:,.0f}", *(f"{latencies[rank]:.1f}" for rank in ("p50", "p99", "max")),
            f"{phase['asked'] - phase['succeeded']:,}", f"{phase['server_cpu_us']:,.0f}",
            f"{phase['postgres_cpu_us']:,.0f}", f"{phase['wal_bytes_each']:,}",
        )  # fmt: skip
    for name, rival in document["pgbench"].items():
        table.add_row(
            f"pgbench {name}", f"{rival['per_s']:,.0f}", f"(mean) {rival['mean_ms']:.1f}", "", "", f"{rival['failed']:,}", "", f"{rival['postgres_cpu_us']:,.0f}",
            f"{rival['wal_bytes_each']:,}",
        )  # fmt: skip
    console.print(table)
    for name, sense, wanted, words in _PROMISES:
        value = document[name]
        is_kept = value >= wanted if sense == "at least" else value <= wanted
        mark = "[green]✓[/]" if is_kept else "[red]✗[/]"
        console.print(f"{mark} {_number(value):>9} {words} ({sense} {_number(wanted)})", highlight=False)
    console.print(
        f"  {document['spread_ratio_few']:.4g} and {document['hot_ratio_few']:.4g} times pgbench at its best, "
        f"with {document['plan']['pgbench_few']} connections",
        highlight=False,
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.4g}"
