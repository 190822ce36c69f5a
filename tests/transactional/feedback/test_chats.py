"""Transcripts, one by one and from files: all of a file or nothing, and every row that cannot be used is named."""

import json

import pytest

HEADER = "reference,member_ref,redemption_id,case_reference,author,said_at,text\n"
FILE = HEADER + (
    "c1,E-1,,,member,2026-02-01T10:00:00+08:00,我是张三，快递太慢\n"
    "c1,E-1,,,bot,2026-02-01T10:00:01+08:00,请稍候\n"
    "c2,E-2,,,member,2026-02-01T11:00:00+08:00,好\n"
    "c1,E-1,,,agent,2026-02-01T10:05:00+08:00,马上处理\n"
)


@pytest.fixture
def send(client):
    async def send(content: str, media_type: str = "text/csv", **more):
        return await client.post(
            "/v1/chats/import", content=content.encode(), headers={"Content-Type": media_type}, **more
        )

    return send


async def test_a_file_is_imported_once_and_its_words_are_sealed(client, shop, send, stored):
    assert (await send(FILE)).json() == {"imported": 2, "known": 0}
    assert (await send(FILE)).json() == {"imported": 0, "known": 2}
    (told,) = (await client.get("/v1/chats", params={"member_id": str(shop.member)})).json()["chats"]
    assert (told["reference"], told["message_count"], told["first_answer_at"], told["topic"]) == (
        "c1", 3, "2026-02-01T02:05:00Z", "delivery",
    )  # fmt: skip
    shown = (await client.get(f"/v1/chats/{told['chat_id']}")).json()
    assert [(m["author"], m["text"]) for m in shown["messages"]] == [
        ("member", "我是张三，快递太慢"), ("bot", "请稍候"), ("agent", "马上处理"),
    ]  # fmt: skip
    assert "张三" not in await stored()
    assert "张三".encode().hex() not in await stored()


async def test_json_lines_say_the_same_as_csv(client, send, owner):
    rows = [
        {"reference": "c1", "member_ref": "E-1", "author": "member", "said_at": "2026-02-01T10:00:00+08:00", "text": t}
        for t in ("你好，", "在吗\n？")
    ]  # fmt: skip
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n"
    assert (await send(lines, "application/x-ndjson; charset=utf-8")).json() == {"imported": 1, "known": 0}
    assert await owner.fetchval("select count(*) from mall.chat_message") == 2
    wrong = await send('{"reference": "c2"}\nnothing\n', "application/x-ndjson")
    assert {one["row"] for one in wrong.json()["rows"]} == {1, 2}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("c3,E-9,,,member,2026-02-01T10:00:00+08:00,x", "member_ref"),
        ("c3,E-1,,none,member,2026-02-01T10:00:00+08:00,x", "case_reference"),
        ("c1,E-2,,,member,2026-02-01T12:00:00+08:00,x", "member_ref"),
        ("c1,E-1,,,member,2026-02-01T09:00:00+08:00,x", "said_at"),
        ("c3,E-1,,,cat,2026-02-01T10:00:00+08:00,x", "author"),
        ("c3,E-1,,,member,2036-02-01T10:00:00+08:00,x", None),
        ("c3,E-1,0160ac47-15e0-77d2-807e-d45bdc633f06,,member,2026-02-01T10:00:00+08:00,x", None),
    ],
)
async def test_one_bad_row_imports_nothing(send, owner, row, column):
    refused = await send(FILE + row + "\n")
    assert refused.status_code == 422, refused.text
    assert [(one["row"], one["column"]) for one in refused.json()["rows"]] == [(5, column)]
    for table in ("chat", "chat_message"):
        assert await owner.fetchval(f"select count(*) from mall.{table}") == 0


async def test_a_reference_names_one_transcript(client, shop, send, card):
    message = {"author": "member", "said_at": "2026-02-01T10:00:00+08:00", "text": "卡密呢"}
    body = {
        "reference": "c9", "member_id": str(shop.member), "redemption_id": card, "messages": [message],
    }  # fmt: skip
    made, again = [await client.post("/v1/chats", json=body) for _ in range(2)]
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    other = await client.post("/v1/chats", json=body | {"messages": [message | {"text": "别的"}]})
    assert (other.status_code, other.json()["type"]) == (409, "urn:pointmart:problem:chat-exists")
    row = "c9,E-1,,,member,2026-02-01T10:00:00+08:00,x\n"
    assert (await send(HEADER + row)).json()["rows"][0]["row"] == 1
    foreign = body | {"reference": "c10", "member_id": str(shop.other_member)}
    assert (await client.post("/v1/chats", json=foreign)).status_code == 404


async def test_a_chat_is_linked_to_the_case_it_is_about(client, shop, send, card):
    case = {
        "reference": "k1", "redemption_id": card, "type": "inquiry", "reason": "code_unusable", "text": "x",
        "opened_by": "x",
    }  # fmt: skip
    case_id = (await client.post("/v1/after-sales", json=case)).json()["case_id"]
    row = "c1,E-1,,k1,member,2026-02-01T10:00:00+08:00,卡密不能用\n"
    assert (await send(HEADER + row)).json() == {"imported": 1, "known": 0}
    (told,) = (await client.get("/v1/chats", params={"case_id": case_id})).json()["chats"]
    assert (told["case_id"], told["topic"]) == (case_id, "code")
    # Of another member it is no case.
    foreign = "c2,E-2,,k1,member,2026-02-01T10:00:00+08:00,x\n"
    assert (await send(HEADER + foreign)).status_code == 422
