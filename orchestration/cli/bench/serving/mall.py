"""A made-up mall twice: in a live database, and in a release that has landed all of it."""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import msgspec
import psycopg
from rich.console import Console

from orchestration.cli.bench.identities import EARLY_LOT, ITEM, LATE_LOT, MEMBER, sql_identifier
from orchestration.cli.bench.plan import Plan as MallPlan
from orchestration.cli.bench.seed import seed
from orchestration.cli.bench.shop import publish_shop
from orchestration.release.manifest import MANIFEST
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder

_LOTS, _CATEGORIES = 2, 50
_METRICS = ("activity_rate", "consumption_rate", "satisfaction_rate", "stock_out_rate")
# What members did lately: half of them some views, so that answers have something to follow. By PostgreSQL and DuckDB
# alike, member and event by number.
_KIND = "(array['view', 'view', 'click', 'favourite'])[1 + e % 4]"
_LOOKED_AT = "1 + (m * 7919 + e * 104729) % {items}"
_OCCURRED_AT = "timestamptz '{now}' - interval '1 hour' * (1 + (m + e * 17) % 150)"


@dataclass(frozen=True)
class Mall:
    """The two: the tenant of both, the folder of the releases, and the release to switch to."""

    tenant_id: UUID
    folder: DataFolder
    first_id: str
    second_id: str

    def switch(self) -> None:
        """Put the other release in use."""
        shelf = Shelf(self.folder.releases)
        shelf.switch(self.second_id if shelf.current_id() == self.first_id else self.first_id)


def make_up(url: str, root: Path, *, members: int, items: int, events: int, console: Console) -> Mall:
    """Fill the database and publish two releases of it, the first one in use.

    Args:
        events: what half of the members have looked at lately, each.
    """
    plan = MallPlan(root / "none.json", members=members, items=items)
    tenant_id = seed(url, plan, console)
    acts = {"items": items, "now": datetime.now(UTC).isoformat()}
    looked_at, occurred_at = _LOOKED_AT.format_map(acts), _OCCURRED_AT.format_map(acts)
    with psycopg.connect(url, autocommit=True) as connection, console.status("Recent views"):
        connection.execute(
            f"update mall.item set category = 'made up ' || (hashtext(code) % {_CATEGORIES})::text"
        )
        connection.execute(
            "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at) "
            f"select '{tenant_id}', {sql_identifier(MEMBER, 'm')}, {_KIND}, {sql_identifier(ITEM, looked_at)}, {occurred_at} "
            f"from generate_series(1::bigint, {members}, 2) m, generate_series(1::bigint, {events}) e"
        )
        connection.execute("vacuum analyze")
        ((snapshot,),) = connection.execute("select pg_current_snapshot()::text").fetchall()
    folder = DataFolder(root.resolve())
    with console.status("A release of it"):
        first = publish_shop(
            folder,
            members=members,
            items=items,
            lots=_LOTS,
            ids=_ids(tenant_id),
            marts=_kpis()
            | {
                "fct_events": f"select tenant() as tenant_id, member(m - 1) as member_id, {_KIND} as kind, "
                f"item({looked_at} - 1) as item_id, {occurred_at} as occurred_at, ({occurred_at})::date as occurred_date "
                f"from range(1, {members} + 1, 2) t(m), range(1, {events} + 1) s(e)"
            },
            snapshot=snapshot,
        )
        second = _again(folder.releases, first)
    return Mall(tenant_id, folder, first, second)


def _ids(tenant_id: UUID) -> dict[str, str]:
    """Return the macros by which the release has the ids of the database; its numbers begin at 0."""
    early, late = (sql_identifier(kind, f"number // {_LOTS} + 1") for kind in (EARLY_LOT, LATE_LOT))
    made = {
        "item(number)": sql_identifier(ITEM, "number + 1"),
        "member(number)": sql_identifier(MEMBER, "number + 1"),
        # Of the late lots everything was spent.
        "lot(number)": f"case when number % {_LOTS} = 0 then {early} else {late} end",
        "tenant()": f"'{tenant_id}'::uuid",
    }
    # PostgreSQL's to_hex writes small letters, as ids are compared here by their bytes.
    return {name: sql.replace("lpad(to_hex(", "lpad(hex(") for name, sql in made.items()}


def _kpis() -> dict[str, str]:
    metrics = ", ".join(f"('{metric}')" for metric in _METRICS)
    row = (
        "(hash(d, metric) % 1000)::bigint as numerator, 1000::bigint as denominator, "
        "(hash(d, metric) % 1000) / 1000.0::double as value, 1000::bigint as n, 0.1::double as low, 0.9::double as high, "
        "0.5::double as target"
    )
    words = ", ".join(
        f"metric as {name}_{language}"
        for name in ("name", "definition", "numerator", "denominator")
        for language in ("zh", "en")
    )
    return {
        "dim_metric": f"select metric, {words}, 0.5::double as target, 'at_least' as direction, 'rate' as unit, "
        "'fct_kpis_monthly' as values_mart "
        f"from (values {metrics}) m(metric)",
        "fct_kpis_daily": f"select tenant() as tenant_id, d::date as date, metric, {row} from "
        f"range(date '2023-10-15', date '2026-04-01', interval 1 day) t(d), (values {metrics}) m(metric)",
        "fct_kpis_monthly": f"select tenant() as tenant_id, d::date as month, metric, {row} from "
        f"range(date '2023-11-01', date '2026-04-01', interval 1 month) t(d), (values {metrics}) m(metric)",
    }


def _again(releases: Path, release_id: str) -> str:
    """Return the id of a second release of the same content."""
    second = f"{release_id}b"
    shutil.copytree(releases / release_id, releases / second, copy_function=os.link)
    manifest = releases / second / MANIFEST
    told = msgspec.json.decode(manifest.read_bytes()) | {"release_id": second}
    manifest.unlink()
    manifest.write_bytes(msgspec.json.encode(told))
    return second
