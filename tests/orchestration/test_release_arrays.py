"""The arrays of a release: what is in them, that they belong to it, and that serving finds in them what SQL finds."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import numpy as np
import pytest

from orchestration.landing.batches import VIEWS
from orchestration.landing.cursor import Cursor, Origin
from orchestration.release.arrays import ArrayMismatch
from orchestration.release.build import Provenance, build_release
from orchestration.release.gate import Audit
from orchestration.release.manifest import BrokenRelease, Manifest
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder
from serving.recommendations.arrays import RecommendedFrom
from tests.orchestration.limits import files_up_to

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PROVENANCE = Provenance(Cursor(Origin("1", "pointmart", 5), "900:900:", 4, VIEWS, NOW), "1.0")
AUDIT = Audit({"passed": 3, "failed": 0, "warned": 0}, {}, {})

OAK, ELM = UUID(int=1), UUID(int=2)
ANN, BO = UUID(int=0xFF << 120), UUID(int=7)
TEA, RICE, MUG = (UUID(int=number) for number in (10, 11, 12))

TABLES = {
    "dim_item": "item_id uuid",
    "dim_member": "tenant_id uuid, member_id uuid",
    "fct_member_recommendations": "tenant_id uuid, member_id uuid, item_id uuid, slice varchar, stage varchar, "
    "recommendation_rank integer",
    "fct_member_items": "tenant_id uuid, member_id uuid, item_id uuid, redemption_count integer",
    "fct_item_neighbours": "tenant_id uuid, item_id uuid, neighbour_item_id uuid, kind varchar, weight double, "
    "neighbour_rank integer",
    "fct_item_popularity": "tenant_id uuid, item_id uuid, popularity_rank integer",
    "fct_starting_items": "tenant_id uuid, member_group varchar, item_id uuid, score double, starting_rank bigint",
}
ROWS = {
    "dim_item": [(MUG,), (TEA,), (RICE,)],
    "dim_member": [(ELM, ANN), (OAK, ANN), (OAK, BO)],
    "fct_member_recommendations": [
        (OAK, ANN, TEA, "all", "personal", 2),
        (OAK, ANN, MUG, "all", "neighbour", 1),
        (ELM, ANN, RICE, "all", "popular", 1),
        (OAK, BO, RICE, "novel", "popular", 1),
    ],
    "fct_member_items": [(OAK, ANN, MUG, 3), (OAK, ANN, TEA, 1)],
    "fct_item_neighbours": [
        (OAK, TEA, MUG, "together", 0.25, 2),
        (OAK, TEA, RICE, "together", 0.5, 1),
        (OAK, MUG, TEA, "together", 0.0, 1),
        (OAK, RICE, TEA, "together", 0.1, 51),
        (OAK, MUG, RICE, "content", 0.75, 1),
    ],
    "fct_item_popularity": [(OAK, RICE, 2), (OAK, TEA, 1), (ELM, MUG, 1)],
    "fct_starting_items": [(OAK, "any", MUG, 1.0, 1), (OAK, "high", TEA, 0.5, 2), (OAK, "high", MUG, 1.0, 1)],
}


def fill(folder: DataFolder, *further: str) -> None:
    with duckdb.connect(str(folder.warehouse)) as connection:
        connection.execute("create schema if not exists marts")
        for table, columns in TABLES.items():
            connection.execute(f"create table marts.{table} ({columns})")
            marks = ", ".join("?" * len(ROWS[table][0]))
            connection.executemany(f"insert into marts.{table} values ({marks})", ROWS[table])
        for statement in further:
            connection.execute(statement)


@pytest.fixture
def folder(data_dir: Path) -> DataFolder:
    made = DataFolder(data_dir)
    made.create()
    return made


def release(folder: DataFolder, minutes: int = 0) -> Manifest:
    return build_release(folder, PROVENANCE, AUDIT, NOW + timedelta(minutes=minutes))


def arrays(folder: DataFolder, manifest: Manifest) -> dict[str, np.ndarray]:
    return {
        Path(name).stem: np.load(
            folder.releases / manifest.release_id / name, mmap_mode="r", allow_pickle=False
        )
        for name in manifest.files
        if name.startswith("arrays/")
    }


def key(*ids: UUID) -> bytes:
    return b"".join(each.bytes for each in ids).rstrip(b"\0")


def test_each_mart_becomes_a_look_up_of_its_keys_and_rows(folder: DataFolder) -> None:
    fill(folder)
    found = {name: array.tolist() for name, array in arrays(folder, release(folder)).items()}
    assert found == {
        "items.keys": [key(TEA), key(RICE), key(MUG)],
        "stages": ["neighbour", "personal", "popular"],
        "members.keys": [key(OAK, BO), key(OAK, ANN), key(ELM, ANN)],
        "lists-all.keys": [key(OAK, ANN), key(ELM, ANN)],
        "lists-all.starts": [0, 2, 3],
        "lists-all.items": [2, 0, 1],
        "lists-all.stages": [0, 1, 2],
        "lists-novel.keys": [key(OAK, BO)],
        "lists-novel.starts": [0, 1],
        "lists-novel.items": [1],
        "lists-novel.stages": [2],
        "taken.keys": [key(OAK, ANN)],
        "taken.starts": [0, 2],
        "taken.items": [0, 2],
        "taken.counts": [1, 3],
        # Without those that weigh nothing and those past the fiftieth.
        "neighbours-together.keys": [key(OAK, TEA)],
        "neighbours-together.starts": [0, 2],
        "neighbours-together.items": [1, 2],
        "neighbours-together.weights": [0.5, 0.25],
        "neighbours-content.keys": [key(OAK, MUG)],
        "neighbours-content.starts": [0, 1],
        "neighbours-content.items": [1],
        "neighbours-content.weights": [0.75],
        "popular.keys": [key(OAK), key(ELM)],
        "popular.starts": [0, 2, 3],
        "popular.items": [0, 1, 2],
        "starting-any.keys": [key(OAK)],
        "starting-any.starts": [0, 1],
        "starting-any.items": [2],
        "starting-any.scores": [1.0],
        "starting-high.keys": [key(OAK)],
        "starting-high.starts": [0, 2],
        "starting-high.items": [2, 0],
        "starting-high.scores": [1.0, 0.5],
    }


def test_a_mart_without_rows_has_no_arrays(folder: DataFolder) -> None:
    fill(folder, *(f"delete from marts.{table}" for table in TABLES if table.startswith("fct_")))
    assert arrays(folder, release(folder)).keys() == {"items.keys", "members.keys"}


def test_serving_finds_in_the_arrays_what_sql_finds_in_the_marts(folder: DataFolder) -> None:
    with duckdb.connect(str(folder.warehouse)) as connection:
        connection.execute("create schema marts")
        connection.execute("create macro id(kind, number) as md5(kind || number)::uuid")
        for statement in (
            "create table marts.dim_item as select id('item', i) as item_id from range(300) t(i)",
            "create table marts.dim_member as select id('tenant', m % 3) as tenant_id, id('member', m // 2) as member_id "
            "from range(2000) t(m)",
            # Of lengths from 0 to 39, the same member in two tenants.
            "create table marts.fct_member_recommendations as select tenant_id, member_id, "
            "id('item', (hash(tenant_id, member_id) % 300 + r) % 300) as item_id, 'all' as slice, 'personal' as stage, "
            "r::integer as recommendation_rank from marts.dim_member, range(40) t(r) where r < hash(member_id) % 40",
            "create table marts.fct_item_neighbours as select id('tenant', n) as tenant_id, id('item', i) as item_id, "
            "id('item', (i + r * (n + 1)) % 300) as neighbour_item_id, 'together' as kind, 1.0 / r as weight, "
            "r::integer as neighbour_rank from range(3) s(n), range(300) t(i), range(1, 40) u(r) where r < i % 40",
        ):
            connection.execute(statement)
        listed = connection.execute(
            "select tenant_id, member_id, coalesce(list(item_id order by recommendation_rank) "
            "filter (where item_id is not null), []) from marts.dim_member "
            "left join marts.fct_member_recommendations using (tenant_id, member_id) group by all"
        ).fetchall()
        near = connection.execute(
            "select tenant_id, item_id, list((neighbour_item_id, weight) order by neighbour_rank) "
            "from marts.fct_item_neighbours group by all"
        ).fetchall()
    found = RecommendedFrom(arrays(folder, release(folder)))
    assert len(listed) == 2000
    for tenant_id, member_id, item_ids in listed:
        assert found.place(tenant_id, member_id) is not None
        place = found.place(tenant_id, member_id)
        assert place is not None
        assert [item.item_id for item in found.listed(place, "all")] == item_ids
    assert len(near) > 800
    for tenant_id, item_id, neighbours in near:
        assert found.neighbours(tenant_id, item_id, "together") == neighbours


def test_a_release_whose_arrays_were_changed_is_not_switched_to(folder: DataFolder) -> None:
    fill(folder)
    older, newer = release(folder), release(folder, 1)
    shelf = Shelf(folder.releases)
    shelf.switch(newer.release_id)
    file = folder.releases / older.release_id / "arrays" / "lists-all.items.npy"
    file.write_bytes(file.read_bytes()[:-1] + b"\1")
    with pytest.raises(
        BrokenRelease, match=r"lists-all\.items\.npy is missing or not what the manifest says"
    ):
        shelf.roll_back(None)
    file.unlink()
    with pytest.raises(
        BrokenRelease, match=r"lists-all\.items\.npy is missing or not what the manifest says"
    ):
        shelf.roll_back(None)
    assert shelf.current_id() == newer.release_id
    shelf.delete(older.release_id)
    assert not file.parent.exists()


@pytest.mark.parametrize("mart", ["fct_member_recommendations", "fct_item_popularity"])
def test_an_item_that_is_not_there_stops_the_release(folder: DataFolder, mart: str) -> None:
    fill(folder, f"update marts.{mart} set item_id = '{UUID(int=99)}' where item_id = '{RICE}'")
    with pytest.raises(ArrayMismatch, match=rf"marts\.{mart} names items that marts\.dim_item lacks \(1 of "):
        release(folder)
    assert list(folder.releases.iterdir()) == []


def test_without_room_for_the_arrays_nothing_is_left(folder: DataFolder) -> None:
    fill(
        folder,
        # Next to nothing in a compressed table, and 3 MB of arrays.
        "insert into marts.fct_item_popularity select "
        f"'{OAK}', '{TEA}', r::integer from range(3, 800000) t(r)",
    )
    with files_up_to(3_000_000), pytest.raises(OSError, match="File too large"):
        release(folder)
    assert list(folder.releases.iterdir()) == []
