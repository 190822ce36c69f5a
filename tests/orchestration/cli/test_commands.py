"""The command line as a person meets it: sentences instead of stack traces, exit codes that tell."""

import socket
import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.command_line import pointmart, sentence


@pytest.fixture
def mall(database_url, data_dir):
    return {"POINTMART_DATABASE_URL": database_url, "POINTMART_DATA_DIR": str(data_dir)}


def test_a_tenant_and_a_login_are_created_once(mall):
    assert "tenant create" in pointmart("tenant", "list", **mall).stdout
    made = pointmart("tenant", "create", "acorn", "--name", "橡果", "--industry", "bank", **mall)
    assert made.stdout.startswith("pm_")
    again = pointmart("tenant", "create", "acorn", "--name", "橡果", "--industry", "bank", **mall)
    assert "taken" in sentence(again)
    listed = pointmart("tenant", "list", **mall).stdout.splitlines()
    today = datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()
    assert [line.split() for line in listed[1:]] == [["acorn", "橡果", "bank", today]]
    login = ("login", "create", "acorn", "li.na", "--password", "correct horse")
    assert pointmart(*login, **mall).returncode == 0
    assert "taken" in sentence(pointmart(*login, **mall))
    link = ("login", "link", "acorn", "li.na", "--issuer", "https://id.example", "--subject", "248289761001")
    assert "by https://id.example" in pointmart(*link, **mall).stdout
    assert "login unlink acorn li.na" in sentence(pointmart(*link, **mall))
    assert pointmart("login", "unlink", "acorn", "li.na", **mall).returncode == 0
    assert pointmart(*link, **mall).returncode == 0
    assert "no tenant" in sentence(pointmart("tenant", "key", "birch", **mall))
    assert "8 to 200" in sentence(
        pointmart("login", "create", "acorn", "wang", "--password", "short", **mall)
    )


def test_brands_and_items_come_from_files_all_or_none(mall, tmp_path, database_url):
    brands, items = tmp_path / "brands.csv", tmp_path / "items.csv"
    brands.write_text(pointmart("catalogue", "template", "brands", **mall).stdout)
    items.write_text(pointmart("catalogue", "template", "items", "--language", "en", **mall).stdout)
    refused = pointmart("catalogue", "items", str(items), **mall)
    assert refused.returncode == 1
    assert "row 1, brand: the platform has no brand qingfeng" in refused.stderr
    assert pointmart("catalogue", "brands", str(brands), **mall).stdout.startswith("1 brands added")
    tried = pointmart("catalogue", "items", str(items), "--dry-run", **mall)
    assert tried.stdout == "1 items would be added, 0 would be changed, 0 as they were.\n", tried.stderr
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select count(*) from mall.item").fetchone() == (0,)
    assert pointmart("catalogue", "items", str(items), **mall).stdout.startswith("1 items added")
    assert "no such file" in sentence(pointmart("catalogue", "items", "nowhere.csv", **mall)).lower()


def test_categories_are_named_all_or_none(mall, tmp_path, database_url):
    file = tmp_path / "categories.csv"

    def name(*rows, encoding="utf-8"):
        file.write_text("\n".join(["category,name_zh,name_en", *rows]), encoding=encoding)
        return pointmart("catalogue", "categories", str(file), **mall)

    assert "row 2" in sentence(name("food,粮油食品,Food", "digital,,Digital"))
    assert "row 1 names the same" in sentence(name("food,粮油食品,Food", "food,食品,Food"))
    with psycopg.connect(database_url) as connection:
        assert connection.execute("select * from mall.category").fetchall() == []
    assert name("food,粮油食品,Food", "digital,数码,Digital").stdout.startswith("2 of 2")
    assert name("food,食品,Food", "digital,数码,Digital", encoding="gb18030").stdout.startswith("1 of 2")
    with psycopg.connect(database_url) as connection:
        named = connection.execute("select category, name_zh from mall.category order by 1").fetchall()
    assert named == [("digital", "数码"), ("food", "食品")]
    assert "no column category" in sentence(pointmart("catalogue", "categories", __file__, **mall))


def test_an_exchange_is_proposed_to_a_tenant_that_exists(mall):
    for code in ("acorn", "crane"):
        pointmart("tenant", "create", code, "--name", "甲", "--industry", "bank", **mall)
    terms = ("--rate", "12:1", "--member-daily", "10", "--pair-daily", "10", "--settlement", "750")
    made = pointmart("exchange", "propose", "acorn", "crane", *terms, **mall)
    assert made.stdout.startswith("proposed as ")
    assert "birch" in sentence(pointmart("exchange", "propose", "acorn", "birch", *terms, **mall))
    assert "birch" in sentence(pointmart("exchange", "propose", "birch", "crane", *terms, **mall))
    odd = ("--rate", "0:1", *terms[2:])
    assert "--rate" in sentence(pointmart("exchange", "propose", "acorn", "crane", *odd, **mall))


def test_a_port_in_use_is_named(mall):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = pointmart("up", "--transactional-port", port, **mall)
        assert f"port {port} " in sentence(refused)
        alone = pointmart("serve", "transactional", "--port", port, POINTMART_SESSION_SECRET="s" * 32, **mall)
        assert f"port {port} " in sentence(alone)


def test_one_port_for_two_services_is_refused(mall):
    refused = pointmart("up", "--serving-port", "19777", "--dashboards-port", "19777", **mall)
    assert "19777" in sentence(refused)
    assert "give each its own" in sentence(refused)


def test_a_missing_setting_is_named(data_dir):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    refused = pointmart("serve", "serving", "--port", port, POINTMART_DATA_DIR=str(data_dir))
    assert "POINTMART_DATABASE_URL" in sentence(refused)


def test_a_database_that_does_not_answer_is_told(data_dir):
    refused = pointmart(
        "tenant", "key", "acorn",
        POINTMART_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none", POINTMART_DATA_DIR=str(data_dir),
    )  # fmt: skip
    assert "POINTMART_DATABASE_URL does not answer" in sentence(refused)


def test_days_outside_the_data_are_refused(mall):
    refused = pointmart("replay", "completejourney", "--from", "2018-01-01", **mall)
    assert refused.returncode == 2
    assert "2017" in refused.stderr


def test_a_data_folder_that_cannot_be_made_is_named(data_dir):
    (data_dir / "file").write_text("in the way")
    refused = pointmart("up", POINTMART_DATA_DIR=str(data_dir / "file" / "data"))
    assert "POINTMART_DATA_DIR" in sentence(refused)


def test_the_command_itself_is_ready_without_what_takes_seconds_to_import():
    ready = "import sys; from orchestration.cli.main import run; run()"
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", ready, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "what-if" in told.stdout
    imported = {line.rsplit("|", 1)[-1].strip() for line in told.stderr.splitlines()}
    assert "orchestration.cli.up" in imported
    assert imported.isdisjoint({"dbt", "dagster", "sklearn", "streamlit"})
