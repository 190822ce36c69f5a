"""Members from a file: as one by one, all of them or none."""

HEADER = "会员编号,入会时间,画像分组,接受个性化推荐\n"


async def refs(owner):
    rows = await owner.fetch(
        "select external_ref, profile, is_personalised from mall.member where external_ref like 'N-%' order by 1"
    )
    return [tuple(row) for row in rows]


async def test_members_of_a_file_are_registered_once(client, shop, owner):
    file = (HEADER + "N-1,2026-02-01T09:00:00+08:00,family,true\nN-2,,,false\n").encode("gb18030")
    answer = await client.post("/v1/members/import", content=file)
    assert (answer.status_code, answer.json()) == (200, {"rows": 2, "new": 2})
    assert await refs(owner) == [("N-1", "family", True), ("N-2", None, False)]
    # With the points accounts that every member has.
    assert await owner.fetchval("select count(*) from mall.account where kind = 'member'") == 4

    again = await client.post("/v1/members/import", content=file + b"N-3,,,\n")
    assert again.json() == {"rows": 3, "new": 1}
    assert len(await refs(owner)) == 3


async def test_one_wrong_row_keeps_all_out_and_every_wrong_row_is_named(client, shop, owner):
    lines = "N-1,,,\nN-2,2030-01-01T00:00:00+08:00,,\nN-3,1969-01-01T00:00:00+08:00,,\n"
    answer = await client.post("/v1/members/import", content=(HEADER + lines).encode())
    assert answer.status_code == 422
    told = answer.json()
    assert told["type"] == "urn:pointmart:problem:rows-refused"
    assert [(row["row"], row["problem"].split(":")[0]) for row in told["rows"]] == [
        (2, "registered_at"), (3, "registered_at"),
    ]  # fmt: skip
    assert await refs(owner) == []


async def test_a_dry_run_tells_all_and_keeps_nothing(client, shop, owner):
    answer = await client.post("/v1/members/import?dry_run=true", content=(HEADER + "N-1,,,\n").encode())
    assert answer.json() == {"rows": 1, "new": 1}
    assert await refs(owner) == []


async def test_the_template_can_be_sent_as_it_is(client, shop):
    for language, first in (("zh", "会员编号"), ("en", "external_ref")):
        template = await client.get(f"/v1/members/import/template?language={language}")
        assert template.text.lstrip("\ufeff").startswith(first)
        sent = await client.post("/v1/members/import", content=template.content)
        assert sent.status_code == 200, sent.text
