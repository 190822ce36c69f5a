"""Points from a file: decided one after another, and written all together or not at all."""

import random
from io import BytesIO

import asyncpg
import pytest
from openpyxl import Workbook

from transactional.engine import committer

HEADER = "幂等键,会员编号,操作,积分,业务单号,调整原因\n"


async def send(client, lines, query=""):
    return await client.post(f"/v1/points/import{query}", content=(HEADER + lines).encode())


async def written(owner):
    """How many transfers, entries, lots, kept answers and messages there are."""
    return [
        await owner.fetchval(f"select count(*) from mall.{table}")
        for table in ("transfer", "entry", "lot", "idempotency_key", "outbox")
    ]


async def test_rows_are_booked_in_their_order_and_once(client, shop, owner):
    lines = "k-1,E-1,earn,500,SO-1,\nk-2,E-1,adjust,-200,,盘点差异\nk-3,E-2,grant,30,,\n"
    answer = await client.post("/v1/points/import", content=(HEADER + lines).encode("gb18030"))
    assert (answer.status_code, answer.json()) == (200, {"rows": 3, "new": 3}), answer.text
    assert (await client.available(shop.member), await client.available(shop.other_member)) == (300, 30)

    again = await send(client, lines + "k-4,E-2,earn,7,,\n")
    assert again.json() == {"rows": 4, "new": 1}
    assert (await client.available(shop.member), await client.available(shop.other_member)) == (300, 37)


async def test_a_row_is_the_request_that_json_would_be(client, shop):
    await client.earn(shop.member, 500, "k-1", reference="SO-1")
    assert (await send(client, "k-1,E-1,earn,500,SO-1,\n")).json() == {"rows": 1, "new": 0}
    other = await send(client, "k-1,E-1,earn,501,SO-1,\n")
    assert other.status_code == 422
    assert "'k-1' was used for a different request" in other.json()["rows"][0]["problem"]
    assert await client.available(shop.member) == 500


async def test_a_row_that_is_refused_keeps_all_out_and_leaves_every_key_free(client, shop, owner):
    before = await written(owner)
    answer = await send(client, "k-1,E-1,earn,500,,\nk-2,E-2,adjust,-1,,错账\nk-3,E-1,adjust,-501,,错账\n")
    assert answer.status_code == 422
    told = answer.json()
    assert told["type"] == "urn:pointmart:problem:rows-refused"
    assert [row["row"] for row in told["rows"]] == [2, 3]
    assert await written(owner) == before
    assert (await client.get("/v1/requests/k-1")).status_code == 404

    corrected = await send(client, "k-1,E-1,earn,500,,\nk-3,E-1,adjust,-500,,错账\n")
    assert corrected.json() == {"rows": 2, "new": 2}
    assert await client.available(shop.member) == 0


async def test_what_cannot_be_asked_is_named_before_anything_is_decided(client, shop, owner):
    answer = await send(client, "k-1,E-9,earn,5,,\nk-2,E-1,earn,5,,\nk-2,E-1,earn,5,,\n")
    assert [(row["row"], row["column"]) for row in answer.json()["rows"]] == [
        (1, "external_ref"), (3, "idempotency_key"),
    ]  # fmt: skip
    malformed = await send(
        client, "k-1,E-1,earn,-5,,\nk-2,E-1,adjust,5,,\nk-3,E-1,adjust,0,,x\nk-4,E-1,grant,5,,x\n"
    )
    assert [row["row"] for row in malformed.json()["rows"]] == [1, 2, 3, 4]
    assert await client.available(shop.member) == 0


async def test_a_dry_run_tells_all_and_keeps_nothing(client, shop, owner):
    before = await written(owner)
    lines = "k-1,E-1,earn,500,,\nk-2,E-1,adjust,-500,,错账\n"
    assert (await send(client, lines, "?dry_run=true")).json() == {"rows": 2, "new": 2}
    refused = await send(client, lines + "k-3,E-1,adjust,-1,,错账\n", "?dry_run=true")
    assert [row["row"] for row in refused.json()["rows"]] == [3]
    assert await written(owner) == before


async def test_a_workbook_and_the_template_are_taken(client, shop, owner):
    book = Workbook()
    book.active.append(["idempotency_key", "external_ref", "operation", "points"])
    book.active.append(["k-1", "E-1", "earn", 5])
    book.save(file := BytesIO())
    assert (await client.post("/v1/points/import", content=file.getvalue())).json() == {"rows": 1, "new": 1}

    await owner.execute("update mall.member set external_ref = 'E-10086' where external_ref = 'E-1'")
    template = await client.get("/v1/points/import/template")
    sent = await client.post("/v1/points/import", content=template.content)
    assert (sent.status_code, sent.json()) == (200, {"rows": 1, "new": 1}), sent.text
    assert await client.available(shop.member) == 505


@pytest.fixture
def small_batches(monkeypatch):
    """Let files of a few rows be decided in several batches, as those of thousands are."""
    monkeypatch.setattr(committer, "_MAX_BATCH", 3)


async def test_either_every_row_of_a_file_is_written_or_none(client, shop, owner, small_batches):
    """Files by chance against the sum a reader would do: with debits that the credits before them cover, or not."""
    chance = random.Random(20260301)
    balances = {"E-1": 0, "E-2": 0}
    taken = 0
    for number in range(40):
        after, lines, fits = dict(balances), [], True
        for row in range(chance.randint(1, 12)):
            member = chance.choice(("E-1", "E-2"))
            points = chance.choice((chance.randint(1, 100), -chance.randint(1, 110)))
            after[member] += points
            fits &= after[member] >= 0
            lines.append(f"f{number}-{row},{member},adjust,{points},,by chance\n")
        before = await written(owner)
        answer = await send(client, "".join(lines))
        assert answer.status_code == (200 if fits else 422), (lines, answer.text)
        if fits:
            balances, taken = after, taken + 1
            grown = [now - was for now, was in zip(await written(owner), before, strict=True)]
            assert (grown[0], grown[3]) == (len(lines), len(lines))
        else:
            assert await written(owner) == before
        assert await owner.fetchval("select sum(amount) from mall.entry") in (0, None)
        assert [await client.available(m) for m in (shop.member, shop.other_member)] == list(
            balances.values()
        )
    assert 5 < taken < 35


async def test_what_the_database_refuses_is_written_not_at_all(client, shop, owner, monkeypatch):
    before = await written(owner)
    write_book, tries = committer.write_book, []

    async def broken(connection, book):
        await write_book(connection, book)
        tries.append(len(book.transfers))
        if len(tries) in (1, 3):
            raise asyncpg.DeadlockDetectedError("crossed") if len(tries) == 1 else asyncpg.DataError("wrong")

    monkeypatch.setattr(committer, "write_book", broken)
    # Broken by the first deadlock, it is tried again and goes through.
    assert (await send(client, "k-1,E-1,earn,5,,\nk-2,E-2,earn,5,,\n")).json() == {"rows": 2, "new": 2}
    assert tries == [2, 2]
    after = await written(owner)
    assert after != before

    answer = await send(client, "k-3,E-1,earn,5,,\nk-4,E-2,earn,5,,\n")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:pointmart:problem:commit-unavailable")
    assert await written(owner) == after
