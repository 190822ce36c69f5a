"""A member's own data: all of it, of nobody else, dated when it was asked for and delivered."""

import csv
import gc
import io
import json
import tracemalloc
import zipfile
from datetime import timedelta

import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.member_exports.archive import Archive
from transactional.member_exports.sections import LEFT_OUT, SECTIONS

from .conftest import agrees


async def fetch(client, member):
    """Ask for a member's data and fetch it."""
    asked = await client.post(f"/v1/members/{member}/exports")
    assert asked.status_code == 201, asked.text
    answer = await client.get(f"/v1/members/{member}/exports/{asked.json()['export_id']}")
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.content))


@pytest.fixture
async def lived(client, shop, owner):
    """Two members who did the same things, and said different words."""
    phone = {"type": "text", "purpose": "service", "is_personal": True, "declared_by": "x"}
    await client.put("/v1/member-attributes/phone", json=phone)
    for member, word in ((shop.member, "mine"), (shop.other_member, "theirs")):
        await agrees(client, member, "service")
        await client.patch(f"/v1/members/{member}/attributes", json={"values": {"phone": word}})
        await client.earn(member, 900, f"e-{word}", reference=f"purchase {word}")
        made = await client.redeem(member, f"r-{word}", (shop.tea, 2))
        redemption_id = made.json()["redemption_id"]
        said = {
            "member_id": str(member),
            "redemption_id": redemption_id,
            "score": 5,
            "comment": f"=good {word}",
        }
        assert (await client.post("/v1/feedback", json=said)).status_code == 201
        review = {
            "member_id": str(member),
            "redemption_id": redemption_id,
            "line_no": 1,
            "stars": 4,
            "text": f"tea {word}",
        }
        assert (await client.post("/v1/reviews", json=review)).status_code == 201
        message = {"author": "member", "said_at": "2026-03-01T09:00:00+08:00", "text": f"hello {word}"}
        chat = {"reference": f"chat of {word}", "member_id": str(member), "messages": [message]}
        assert (await client.post("/v1/chats", json=chat)).status_code == 201
        case = {
            "reference": word, "type": "complaint", "reason": "late", "text": f"waiting {word}", "opened_by": "wu.min",
            "redemption_id": redemption_id,
        }  # fmt: skip
        assert (await client.post("/v1/after-sales", json=case)).status_code == 201
        await client.post("/v1/events", json={"events": [{"member_id": str(member), "kind": "visit"}]})
        await client.redeem(member, f"x-{word}", (shop.pot, 5))


async def test_everything_of_the_member_is_in_it_and_nothing_of_another(client, shop, lived):
    file = await fetch(client, shop.member)
    data = json.loads(file.read("data.json"))
    assert [one["reference"] for one in data["transfers"]] == ["purchase mine", None]
    assert [(e["amount"], e["balance_after"]) for e in data["entries"]] == [(900, 900), (-200, 700)]
    (line,) = data["redemption_lines"]
    assert (line["item"], line["quantity"], line["unit_points"]) == ("tea", 2, 100)
    assert [one["value"] for one in data["attributes"]] == ["mine"]
    assert [one["text"] for one in data["after_sales_notes"]] == ["waiting mine"]
    assert [data[part][0]["reference"] for part in ("after_sales", "chats")] == ["mine", "chat of mine"]
    # What was sealed is told opened.
    said = {part: [one["text"] for one in data[part]] for part in ("feedback", "reviews", "chat_messages")}
    assert said == {"feedback": ["=good mine"], "reviews": ["tea mine"], "chat_messages": ["hello mine"]}
    assert (len(data["events"]), len(data["refusals"]), len(data["consents"])) == (1, 1, 1)
    everything = "".join(file.read(name).decode() for name in file.namelist())
    # Neither another member's words and id, nor who of the staff wrote something.
    for foreign in ("theirs", str(shop.other_member), "wu.min"):
        assert foreign not in everything
    page = file.read("index.html").decode()
    assert "会员资料" in page
    assert "waiting mine" in page
    rows = list(csv.DictReader(io.StringIO(file.read("feedback.csv").decode("utf-8-sig"))))
    assert rows[0]["text"] == "'=good mine"


async def test_every_table_of_members_is_in_it_or_left_out_for_a_reason(owner):
    rows = await owner.fetch(
        "select table_name from information_schema.columns where table_schema = 'mall' and column_name = 'member_id'"
    )
    told = {table for section in SECTIONS for table in section.tables}
    assert {row["table_name"] for row in rows} == told | LEFT_OUT
    assert not told & LEFT_OUT


async def test_it_is_dated_when_asked_for_and_when_first_delivered(client, shop, clock):
    url = f"/v1/members/{shop.member}/exports"
    asked = (await client.post(url)).json()
    assert asked["delivered_at"] is None
    for days in (1, 2):
        clock.now += timedelta(days=days)
        assert (await client.get(f"{url}/{asked['export_id']}")).status_code == 200
    (told,) = (await client.get(url)).json()["exports"]
    assert (told["asked_at"][:10], told["delivered_at"][:10]) == ("2026-03-01", "2026-03-02")


async def test_it_is_of_the_tenants_own_member_who_asked(app, client, shop, owner, lived):
    asked = (await client.post(f"/v1/members/{shop.member}/exports")).json()["export_id"]
    other = await client.get(f"/v1/members/{shop.other_member}/exports/{asked}")
    assert other.json()["type"].endswith("unknown-export")
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        url = f"/v1/members/{shop.member}/exports"
        for answer in (await foreign.post(url), await foreign.get(url), await foreign.get(f"{url}/{asked}")):
            assert answer.status_code == 404
    await client.post(f"/v1/members/{shop.member}/erasure", headers={"Idempotency-Key": "x"})
    assert (await client.get(f"/v1/members/{shop.member}/exports/{asked}")).status_code == 404


def test_words_of_people_are_no_markup_in_the_page(clock):
    target = io.BytesIO()
    with Archive(target, {"a": 1}, clock.now) as archive:
        with archive.part("feedback", "评价", "Feedback") as part:
            part.add([{"comment": "<script>alert(1)</script>"}])
        archive.finish()
    page = zipfile.ZipFile(target).read("index.html").decode()
    assert "<script>alert" not in page


async def test_however_much_there_is_little_of_it_is_in_memory(client, shop, owner):
    """A hundred times as many events need hardly more memory than some, and all of them are there."""

    async def add_events(count: int) -> None:
        await owner.execute(
            "insert into mall.event (tenant_id, member_id, kind, occurred_at) "
            "select $1, $2, 'visit', now() - n * interval '1 minute' from generate_series(1, $3) n",
            shop.tenant_id, shop.member, count,
        )  # fmt: skip

    async def peak() -> tuple[int, int]:
        """Bytes that Python held at most while an export was made and read, and how many events it has."""
        export_id = (await client.post(f"/v1/members/{shop.member}/exports")).json()["export_id"]
        gc.collect()
        tracemalloc.start()
        try:
            url = f"/v1/members/{shop.member}/exports/{export_id}"
            answer = await client.get(url)
            assert answer.status_code == 200
            held = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        data = json.loads(zipfile.ZipFile(io.BytesIO(answer.content)).read("data.json"))
        return held, len(data["events"])

    await add_events(300)
    few, _ = await peak()
    await add_events(30_000)
    many, events = await peak()
    assert events == 30_300
    # 30,000 rows as dictionaries are some 30 MB.
    assert many < few + 6_000_000
