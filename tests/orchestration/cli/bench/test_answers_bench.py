"""The measurement of answers at a size that says nothing about speed: a release is published, opened and asked."""

import json

import numpy as np
from typer.testing import CliRunner

from orchestration.cli.bench.command import app
from orchestration.cli.bench.shop import TENANT_ID, item_id, member_id, publish_shop
from orchestration.settings import DataFolder
from serving.recommendations.arrays import RecommendedFrom


def test_the_shop_has_a_list_for_every_member_and_neighbours_for_every_item(tmp_path):
    folder = DataFolder(tmp_path)
    publish_shop(folder, members=120, items=130, lots=2)
    arrays = folder.current_release / "arrays"
    shop = RecommendedFrom({path.stem: np.load(path) for path in arrays.iterdir()})
    item_ids = {item_id(number) for number in range(130)}
    for number in range(120):
        listed = {item.item_id for item in shop.listed(shop.place(TENANT_ID, member_id(number)), "all")}
        assert len(listed) == 50
        assert listed <= item_ids
    for item in item_ids:
        near = {neighbour for neighbour, _ in shop.neighbours(TENANT_ID, item, "together")}
        assert len(near) == 50
        assert near <= item_ids - {item}
    assert set(shop.popular(TENANT_ID, None)) == item_ids


def test_a_tiny_run_tells_every_figure_and_leaves_nothing_else(tmp_path):
    out = tmp_path / "answers.json"
    sizes = ["--members", "120", "--items", "130", "--answers", "20"]
    done = CliRunner().invoke(app, ["answers", *sizes, "--out", str(out)])
    assert done.exit_code == 0, done.output
    figures = json.loads(out.read_text())
    for name in ("answer_cpu_ms", "lookups_cpu_ms", "answer_ms"):
        assert 0 < figures[name]["p50"] <= figures[name]["p95"] <= figures[name]["p99"]
    assert figures["lookups_cpu_ms"]["p50"] < figures["answer_cpu_ms"]["p50"]
    for name in ("publish_s", "open_s", "open_cpu_s", "resident_mb"):
        assert figures[name] > 0, name
    assert figures["plan"]["items"] == 130
    assert list(tmp_path.iterdir()) == [out]
