"""Erasure: what a person did and said goes, the books stay true, and nobody can tell who it was."""

import asyncio
import re
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from tests.transactional.conftest import NOON, client_for, open_shop
from tests.transactional.exchange.conftest import agree, link
from tests.transactional.members.conftest import agrees
from tests.transactional.members.spoken import (
    ABOUT_MEMBERS,
    ABOUT_OTHERS,
    ACTORS,
    MARK,
    NEVER_OPEN,
    SAID_OTHERWISE,
    free_words,
    say_everything,
)
from transactional.access.operations import issue_platform_key
from transactional.database import committer_pool
from transactional.engine.committer import commit_batch
from transactional.identifiers import uuid7
from transactional.ledger.chain import seal
from transactional.ledger.commands import Earn
from transactional.ledger.sweeping import expire_lots
from transactional.ledger.verify import verify
from transactional.members.commands import EraseMember
from transactional.members.sweeping import forget_stragglers
from transactional.redemption.commands import Redeem
from transactional.webhooks.fan_out import fan_out

# What is personal of a member, by table; `risk_block` names its subject otherwise.
PERSONAL = (
    "event", "feedback", "refusal", "risk_assessment", "device_member", "member_link", "member_link_code",
    "flash_sale_member", "member_segment", "member_risk_score", "survey_invitation", "survey_response",
    "survey_answer", "item_review", "chat", "campaign_member", "member_attribute", "member_key",
    "person_account",
)  # fmt: skip


# What stays: books, the public log of draws, settlement between tenants, what was agreed to when (codes alone), that an
# export was asked for, and the erasure itself. Quotes that were taken up belong to their exchange.
BOOKS = (
    "member", "transfer", "hold", "redemption", "draw_ticket", "exchange", "exchange_quote", "member_erasure",
    "member_transfer", "after_sales_case", "compensation", "campaign_use", "member_consent", "member_export",
    # Whose the words were that went from them.
    "outbox", "idempotency_key",
)  # fmt: skip


async def erase(client, member, key="x1", query=""):
    return await client.post(f"/v1/members/{member}/erasure{query}", headers={"Idempotency-Key": key})


async def counts(owner, member):
    return {
        table: await owner.fetchval(f"select count(*) from mall.{table} where member_id = $1", member)
        for table in PERSONAL
    } | {
        "risk_block": await owner.fetchval(
            "select count(*) from mall.risk_block where subject = uuid_send($1)", member
        )
    }


async def sums(owner):
    """What the program's accounts hold, by kind; the member's own points are apart."""
    rows = await owner.fetch(
        "select a.kind, sum(e.amount)::bigint as points from mall.entry e join mall.account a "
        "using (tenant_id, account_id) group by a.kind"
    )
    return {row["kind"]: row["points"] for row in rows}


@pytest.fixture
async def lived(app, client, shop, owner, clock):
    """A member who did everything that leaves a trace."""
    member = str(shop.member)
    await owner.execute("update mall.program set offset_points = 100, offset_fen = 850, pending_days = 0")
    await client.earn(shop.member, 3000, "e1", reference="purchase 7")
    rule = {"kind": "device_accounts", "threshold": 9, "days": 30, "verdict": "deny", "score": 1}
    await client.post("/v1/risk/rules", json=rule)
    body = {"member_id": member, "lines": [{"item_id": str(shop.tea), "quantity": 1}], "context": {}}
    body["context"] = {"device_id": "phone of Li Na", "ip": "203.0.113.7"}
    bought = await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": "r1"})
    assert bought.status_code == 201, bought.text
    await client.redeem(shop.member, "r2", (shop.pot, 5))
    offset = await client.command(
        "/v1/bill-offsets", "b1", member_id=shop.member, points=100, bill_reference="card of Li Na"
    )
    redemption_id = offset.json()["redemption_id"]
    assert (await client.change(redemption_id, "confirmation", "b2", accepted=True)).status_code == 200
    block = {"dimension": "member", "subject": member, "reason": "Li Na shouted"}
    added = await client.post("/v1/risk/blocks", json=block)
    deny = await client.post("/v1/risk/rules", json={"kind": "blocked", "verdict": "deny", "score": 100})
    assert (await client.redeem(shop.member, "r3", (shop.tea, 1))).status_code == 403
    await client.post(f"/v1/risk/rules/{deny.json()['rule_id']}/end", json={})
    assert added.status_code == 201
    clock.now += timedelta(seconds=1)
    shown = {"item_id": str(shop.tea), "request_id": str(uuid7(clock.now)), "position": 1, "propensity": 0.5}
    events = [{"kind": "visit"}, {"kind": "search"}, {"kind": "impression", "policy": "recipe", **shown}]
    body = {"events": [{"member_id": member, **event} for event in events]}
    assert (await client.post("/v1/events", json=body)).json()["accepted"] == 3
    said = {
        "member_id": member,
        "redemption_id": bought.json()["redemption_id"],
        "score": 1,
        "comment": "Li Na",
    }
    assert (await client.post("/v1/feedback", json=said)).status_code == 201
    soon, later = clock.now.isoformat(), (clock.now + timedelta(hours=1)).isoformat()
    sale = {
        "reference": "s", "item_id": str(shop.tea), "price_points": 5, "starts_at": soon, "ends_at": later,
        "allotted": 2, "member_limit": 1,
    }  # fmt: skip
    sale_id = (await client.post("/v1/flash-sales", json=sale)).json()["sale_id"]
    flash = {
        "member_id": member,
        "flash_sale_id": sale_id,
        "lines": [{"item_id": str(shop.tea), "quantity": 1}],
    }
    made = await client.post("/v1/redemptions", json=flash, headers={"Idempotency-Key": "f1"})
    assert made.status_code == 201, made.text
    key = await issue_platform_key(owner, scope="write_back", label="test")
    release = {"release_id": "20260301T020000Z-0123abcd", "as_of_date": "2026-03-01", "is_last": True}
    async with client_for(app, key) as pipeline:
        url = f"/v1/write-back/{shop.tenant_id}"
        segment = {"scheme": "rfm", "items": [{"member_id": member, "segment": "keep"}]}
        assert (await pipeline.put(f"{url}/segments", json=release | segment)).status_code == 200
        score = {"items": [{"member_id": member, "score": 5, "reasons": ["velocity"]}]}
        assert (await pipeline.put(f"{url}/risk-scores", json=release | score)).status_code == 200
    partner = await open_shop(owner, "crane")
    async with client_for(app, partner.key) as other:
        await agree(client, other)
        await link(client, shop.member, other, partner.member)
    await client.post(f"/v1/members/{member}/link-codes", headers={"Idempotency-Key": "l2"})
    for purpose in ("service", "identity_link"):
        await agrees(client, shop.member, purpose)
    declared = {"type": "text", "purpose": "service", "is_personal": True, "declared_by": "x"}
    assert (await client.put("/v1/member-attributes/phone", json=declared)).status_code == 200
    phone = {"values": {"phone": "Li Na 13800138000"}}
    assert (await client.patch(f"/v1/members/{member}/attributes", json=phone)).status_code == 200
    code = (await client.post(f"/v1/members/{member}/person-codes")).json()["code"]
    assert (await client.post("/v1/persons", json={"codes": [code]})).status_code == 201
    await client.command("/v1/holds", "h1", member_id=shop.member, points=40, reference="table for Li Na")
    await said_in_own_words(client, shop, owner, bought.json()["redemption_id"])
    await owner.execute(
        "insert into mall.campaign_member (tenant_id, campaign_id, member_id, used_points) values ($1, uuidv7(), $2, 5)",
        shop.tenant_id,
        shop.member,
    )
    return partner


async def said_in_own_words(client, shop, owner, redemption_id):
    """A survey, a review and a chat."""
    member = str(shop.member)
    survey = {"code": "s", "title": "s", "questions": [{"kind": "text", "wording": "?"}], "opened_by": "x"}
    survey_id = (await client.post("/v1/surveys", json=survey)).json()["survey_id"]
    await owner.execute(
        "insert into mall.survey_invitation (tenant_id, survey_id, member_id, redemption_id, invited_at) "
        "values ($1, $2, $3, $4, now())",
        shop.tenant_id, UUID(survey_id), shop.member, UUID(redemption_id),
    )  # fmt: skip
    said = {"member_id": member, "answers": [{"question_no": 1, "text": "Li Na"}]}
    assert (await client.post(f"/v1/surveys/{survey_id}/responses", json=said)).status_code == 201
    review = {"member_id": member, "redemption_id": redemption_id, "line_no": 1, "stars": 1, "text": "Li Na"}
    assert (await client.post("/v1/reviews", json=review)).status_code == 201
    message = {"author": "member", "said_at": "2026-02-01T10:00:00+08:00", "text": "Li Na"}
    chat = {"reference": "call of Li Na", "member_id": member, "messages": [message]}
    assert (await client.post("/v1/chats", json=chat)).status_code == 201


async def test_everything_personal_goes_and_the_books_stay(client, shop, owner, lived, clock):
    before, spent = await counts(owner, shop.member), await sums(owner)
    assert not [table for table, count in before.items() if not count], before
    balance = (await client.get(f"/v1/members/{shop.member}/balance")).json()["balance"]
    entries = await owner.fetch("select * from mall.entry order by tenant_id, transfer_id, entry_no")

    told = await erase(client, shop.member)
    assert told.status_code == 200, told.text
    assert told.json() == {
        "member_id": str(shop.member),
        "erased_at": clock.now.isoformat().replace("+00:00", "Z"),
        "points_taken": balance,
        "holds_released": 1,
    }
    assert await counts(owner, shop.member) == dict.fromkeys(before, 0)
    # The facts of the ledger are the same rows; one adjustment came to them.
    kept = await owner.fetch("select * from mall.entry order by tenant_id, transfer_id, entry_no")
    assert set(entries) < set(kept)
    assert await sums(owner) == spent | {
        "member": spent["member"] - balance, "adjustment": spent.get("adjustment", 0) + balance,
    }  # fmt: skip
    await seal(owner)
    await verify(owner)
    texts = await owner.fetch(
        "select bill_reference as said from mall.redemption union all select reference from mall.hold "
        "union all select cancel_reason from mall.redemption union all select external_ref from mall.member"
    )
    assert not [row["said"] for row in texts if "Li Na" in (row["said"] or "")]
    reference = await owner.fetchval("select external_ref from mall.member where member_id = $1", shop.member)
    assert reference.startswith("erased-")
    told = await owner.fetchval("select payload ->> 'points' from mall.outbox where topic = 'points.adjust'")
    assert int(told) == -balance
    # What hangs on a chat goes with it.
    assert await owner.fetchval("select count(*) from mall.chat_message") == 0
    # With the only account the person is gone.
    assert await owner.fetchval("select count(*) from mall.person") == 0
    # The partner's copy of the link says no longer that somebody there is the same person.
    assert await owner.fetchval("select count(*) from mall.member_link where withdrawn_at is null") == 0


async def test_what_was_said_about_cases_and_what_leads_to_parcels_goes(client, shop, owner, clock):
    await owner.execute("update mall.stock set on_hand = 9 where item_id = $1", shop.pot)
    await client.earn(shop.member, 3000, "e1")
    redemption_id = (await client.redeem(shop.member, "r1", (shop.pot, 1))).json()["redemption_id"]
    parcel = {"reference": "for Li Na", "carrier": "sf", "tracking_number": "SF1001", "province": "广东"}
    url = f"/v1/redemptions/{redemption_id}"
    assert (await client.post(f"{url}/shipments", json=parcel)).status_code == 201
    case = {
        "reference": "call of Li Na", "type": "complaint", "reason": "late", "text": "Li Na waits", "opened_by": "x",
        "redemption_id": redemption_id,
    }  # fmt: skip
    assert (await client.post("/v1/after-sales", json=case)).status_code == 201
    await owner.execute(
        "insert into mall.compensation (tenant_id, clock, subject_id, redemption_id, member_id, party, due_at, "
        "opened_at, points, note) values ($1, 'shipping', $2, $2, $3, 'platform', now(), now(), 0, 'Li Na called')",
        shop.tenant_id, UUID(redemption_id), shop.member,
    )  # fmt: skip
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("delete from mall.after_sales_note")
    assert (await client.change(redemption_id, "cancellation", "c1", reason="x")).status_code == 200
    assert (await erase(client, shop.member)).status_code == 200
    told = [
        await owner.fetch(f"select * from mall.{table}")
        for table in ("after_sales_case", "after_sales_note", "compensation", "shipment")
    ]
    said = str([dict(row) for rows in told for row in rows])
    assert "Li Na" not in said
    assert "SF1001" not in said
    # The books know still that there was a case about late goods, and a parcel.
    assert await owner.fetchval("select reason from mall.after_sales_case") == "late"
    assert await owner.fetchval("select count(*) from mall.shipment") == 1


async def test_nothing_anywhere_tells_of_an_erased_member(app, client, shop, owner, clock):
    """In every column of every table, whatever its type; what was sealed cannot be opened, for its key is gone."""
    member, said = await say_everything(app, client, shop, owner, clock)
    await fan_out(app.state.pools.committer, now=clock.now)
    columns = await owner.fetch(
        "select c.table_schema, c.table_name, c.column_name, c.data_type from information_schema.columns c "
        "join information_schema.tables t using (table_schema, table_name) "
        "where c.table_schema not in ('pg_catalog', 'information_schema') and t.table_type = 'BASE TABLE'"
    )

    async def places(word: str) -> dict[str, set[str]]:
        """Where each word that holds this one stands."""
        found: dict[str, set[str]] = {}
        for schema, table, column, type_ in columns:
            # A byte that is a letter is written as that letter.
            text = f"encode({column}, 'escape')" if type_ == "bytea" else f"{column}::text"
            rows = await owner.fetch(
                f"select {text} as it from {schema}.{table} where {text} like $1", f"%{word}%"
            )
            for one in {one for row in rows for one in re.findall(rf"{word}\d*", row["it"])}:
                found.setdefault(one, set()).add(f"{table}.{column}")
        return found

    before = await places(MARK)
    open_words = {word for word, (_, _, name) in said.words.items() if name not in NEVER_OPEN}
    assert set(before) == open_words
    everywhere = set().union(*before.values())
    assert everywhere >= {
        "transfer.reason", "outbox.words", "webhook_delivery.payload", "idempotency_key.words", "hold.reference",
    }  # fmt: skip
    await seal(owner)
    told = await erase(client, member)
    assert told.status_code == 200, (told.text, await owner.fetch("select mode, status from mall.redemption"))
    assert await places(MARK) == {}
    # Where an id of theirs stands still, there is nothing beside it that leads to a person.
    assert not await owner.fetchval(
        "select external_ref like $1 from mall.member where member_id = $2", f"%{MARK}%", member
    )
    assert await owner.fetchval("select sum(amount) from mall.entry") == 0
    await verify(owner)
    # Whoever asks again what was answered gets the answer without the words.
    keys = await owner.fetch("select key from mall.idempotency_key where member_id = $1", member)
    for (key,) in keys:
        told = await client.get(f"/v1/requests/{key}")
        assert told.status_code == 200
        assert MARK not in told.text


def test_every_field_for_free_words_is_tried_or_about_somebody_else(app):
    free = free_words(app.openapi())
    tried = {(method, path, name) for (method, path), names in ABOUT_MEMBERS.items() for name in names}
    assert tried <= free
    assert {one for one in free - tried - SAID_OTHERWISE if not one[2].endswith(ACTORS)} == {
        one for one in free if one[1].startswith(ABOUT_OTHERS) and not one[2].endswith(ACTORS)
    } - tried - SAID_OTHERWISE


async def test_words_are_said_into_every_field_that_is_about_members(app, client, shop, owner, clock):
    _, said = await say_everything(app, client, shop, owner, clock)
    assert said.places == ABOUT_MEMBERS


async def test_nobody_takes_the_words_of_somebody_who_is_there(app, client, shop, owner, clock):
    await client.command("/v1/points/adjustments", "a", member_id=shop.member, points=5, reason="Li Na")
    for change in (
        "update mall.transfer set reason = 'x'",
        "update mall.transfer set reason = null, salt = null, words_hash = sha256('x')",
        "update mall.outbox set words = null, salt = null, words_hash = sha256('x')",
        "update mall.outbox set payload = '{}'",
        "delete from mall.outbox",
    ):
        with pytest.raises(asyncpg.RestrictViolationError):
            await owner.execute(change)


async def test_every_table_of_members_is_personal_or_a_book(owner):
    rows = await owner.fetch(
        "select table_name from information_schema.columns where table_schema = 'mall' and column_name = 'member_id'"
    )
    assert {row["table_name"] for row in rows} == {*PERSONAL, *BOOKS}


async def test_erasing_again_tells_of_the_first_time(client, shop, lived, clock):
    first = await erase(client, shop.member)
    clock.now += timedelta(days=1)
    repeated = await erase(client, shop.member)
    assert (repeated.json(), repeated.headers["idempotent-replayed"]) == (first.json(), "true")
    assert (await erase(client, shop.member, "x2")).json() == first.json()
    shown = await client.get(f"/v1/members/{shop.member}/erasure")
    assert shown.json() == first.json()
    assert (await client.get(f"/v1/members/{shop.other_member}/erasure")).status_code == 404


async def test_a_dry_run_tells_the_points_and_changes_nothing(client, shop, owner, lived):
    before = await owner.fetch("select xmin, * from mall.member")
    told = await erase(client, shop.member, query="?dry_run=true")
    assert told.json()["dry_run"]
    assert told.json()["answer"]["holds_released"] == 1
    assert await owner.fetch("select xmin, * from mall.member") == before
    assert await owner.fetchval("select count(*) from mall.member_erasure") == 0


async def test_nothing_is_done_with_an_erased_member(client, shop, owner, lived):
    await erase(client, shop.member)
    assert (await client.earn(shop.member, 5, "e9")).status_code == 404
    assert (await client.redeem(shop.member, "r9", (shop.tea, 1))).status_code == 404
    assert (await client.get(f"/v1/members/{shop.member}/balance")).status_code == 404
    body = {"events": [{"member_id": str(shop.member), "kind": "visit"}]}
    assert (await client.post("/v1/events", json=body)).json()["results"][0]["result"] == "unknown_member"
    # The tenant's reference is free for a person who comes back, as somebody new.
    again = await client.post("/v1/members", json={"external_ref": "E-1"})
    assert again.status_code == 201
    assert again.json()["member_id"] != str(shop.member)


async def test_what_is_not_finished_is_in_the_way(client, shop, owner):
    await client.earn(shop.member, 3000, "e1")
    made = (await client.redeem(shop.member, "r1", (shop.pot, 1))).json()
    refused = await erase(client, shop.member)
    assert (refused.status_code, refused.json()["open_redemptions"]) == (409, 1)
    assert await owner.fetchval("select erased_at from mall.member where member_id = $1", shop.member) is None
    await client.change(made["redemption_id"], "cancellation", "c1", reason="moved to Li Na's house")
    # The refusal was the answer under its key.
    assert (await erase(client, shop.member)).status_code == 409
    assert (await erase(client, shop.member, "x2")).status_code == 200
    reasons = await owner.fetch("select cancel_reason from mall.redemption")
    assert [row["cancel_reason"] for row in reasons] == ["erasure"]


async def test_points_that_are_pending_or_past_their_day_are_taken_too(
    client, rules, shop, owner, clock, app
):
    await client.earn(shop.member, 70, "e1", effective_at=(NOON - timedelta(days=3)).isoformat())
    await rules(pending_days=10)
    await client.earn(shop.member, 30, "e2")
    # A hold that has ended by itself and was not swept.
    assert (await client.command("/v1/holds", "h1", member_id=shop.member, points=10)).status_code == 201
    clock.now = NOON + timedelta(days=366)
    assert (await client.buckets(shop.member))["balance"] == 100
    assert (await erase(client, shop.member)).json()["points_taken"] == 100
    await seal(owner)
    await verify(owner)
    # No sweeper finds anything left to expire.
    assert await expire_lots(app.state.pools.committer, app.state.committer, clock.now, look_back=None) == 0


async def test_a_request_that_waited_for_the_erasure_finds_nobody(client, shop, owner, database_url):
    """A batch of another process that began before the erasure committed must not credit an erased member."""
    await client.earn(shop.other_member, 5, "e0")
    blocker = await asyncpg.connect(database_url)
    try:
        transaction = blocker.transaction()
        await transaction.start()
        await blocker.execute("select 1 from mall.account where account_id = $1 for update", shop.member)
        erasing = asyncio.create_task(erase(client, shop.member))
        await asyncio.sleep(0.5)
        waiting = asyncio.create_task(commit(database_url, earning(shop, "e1")))
        await asyncio.sleep(0.5)
        await transaction.rollback()
        assert (await erasing).status_code == 200
        assert [answer.status for answer in await waiting] == [404]
    finally:
        await blocker.close()
    assert await owner.fetchval("select balance from mall.account where account_id = $1", shop.member) == 0


def earning(shop, key):
    return Earn(
        tenant_id=shop.tenant_id, key=key, body_hash=bytes(32), at=NOON, member_id=shop.member,
        transfer_id=uuid7(NOON), points=5, kind="earn",
    )  # fmt: skip


async def commit(database_url, *commands):
    """Have another process's committer decide a batch, and return the answers."""
    async with committer_pool(database_url, 1) as pool, pool.acquire() as connection:
        return await commit_batch(connection, commands)


async def test_what_was_being_written_meanwhile_is_swept(app, client, shop, owner, clock):
    await erase(client, shop.member)
    insert = "insert into mall.event (tenant_id, member_id, kind, occurred_at) values ($1, $2, 'visit', $3)"
    await owner.execute(insert, shop.tenant_id, shop.member, clock.now)
    await owner.execute(insert, shop.tenant_id, shop.other_member, clock.now)
    assert await forget_stragglers(app.state.pools.committer, clock.now + timedelta(hours=1)) == 1
    left = await owner.fetch("select member_id from mall.event")
    assert [row["member_id"] for row in left] == [shop.other_member]
    await owner.execute(insert, shop.tenant_id, shop.member, clock.now)
    assert await forget_stragglers(app.state.pools.committer, clock.now + timedelta(days=3)) == 0


async def test_an_erasure_is_told_and_kept(client, shop, owner):
    await erase(client, shop.member)
    (message,) = await owner.fetch("select subject_id from mall.outbox where topic = 'member.erased'")
    assert message["subject_id"] == shop.member
    # Without points nothing else happened.
    assert await owner.fetchval("select count(*) from mall.outbox") == 1
    for change in ("delete from mall.member_erasure", "update mall.member_erasure set points_taken = 1"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await owner.execute(change)


async def test_the_block_of_somebody_who_is_there_stays(client, shop, owner):
    block = {"dimension": "member", "subject": str(shop.member), "reason": "fraud"}
    await client.post("/v1/risk/blocks", json=block)
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("delete from mall.risk_block")


async def test_a_block_that_names_somebody_else_stays_as_it_is_but_for_its_end(
    app, client, shop, owner, clock
):
    await owner.execute("update mall.member set external_ref = 'E.1[a' where member_id = $1", shop.member)
    reasons = ("E.1[a 刷单", "会员E.1[a", "E.1[ab", "xE.1[a", "E01[a", "scripts")
    for number, reason in enumerate(reasons):
        block = {"dimension": "device", "subject": f"device {number}", "reason": reason}
        assert (await client.post("/v1/risk/blocks", json=block)).status_code == 201
    assert (await erase(client, shop.member)).status_code == 200
    told = (await client.get("/v1/risk/blocks")).json()["blocks"]
    assert [one["reason"] for one in reversed(told)] == ["erasure", "erasure", *reasons[2:]]
    lifted = await client.post(f"/v1/risk/blocks/{told[-1]['block_id']}/lift", json={})
    assert (lifted.status_code, lifted.json()["reason"]) == (200, "erasure")
    # Nobody changes a reason but to that, and the routes not even so.
    with pytest.raises(asyncpg.RestrictViolationError):
        await owner.execute("update mall.risk_block set reason = 'x'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with app.state.pools.api.acquire() as connection:
            await connection.execute("update mall.risk_block set reason = 'erasure'")


async def test_a_batch_is_decided_one_after_the_other(client, shop, owner, database_url):
    erasing = EraseMember(
        tenant_id=shop.tenant_id, key="x", body_hash=bytes(32), at=NOON, member_id=shop.member,
        transfer_id=uuid7(NOON),
    )  # fmt: skip
    answers = await commit(database_url, earning(shop, "e1"), erasing, earning(shop, "e2"))
    assert [answer.status for answer in answers] == [201, 200, 404]
    assert await owner.fetchval("select balance from mall.account where account_id = $1", shop.member) == 0


async def test_what_was_asked_for_in_the_same_batch_is_in_the_way(client, shop, owner, database_url):
    await client.earn(shop.member, 1000, "e1")
    asked = Redeem(
        tenant_id=shop.tenant_id, key="r", body_hash=bytes(32), at=NOON, member_id=shop.member,
        redemption_id=uuid7(NOON), asked=((shop.pot, 1),),
    )  # fmt: skip
    erasing = EraseMember(
        tenant_id=shop.tenant_id, key="x", body_hash=bytes(32), at=NOON, member_id=shop.member,
        transfer_id=uuid7(NOON),
    )  # fmt: skip
    answers = await commit(database_url, asked, erasing)
    assert [answer.status for answer in answers] == [201, 409]
