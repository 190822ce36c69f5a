"""Brands that are sold only under an authorisation, from a file."""

URL = "/v1/brand-demands/import?imported_by=li.na"


async def demanded(client):
    told = (await client.get("/v1/brand-demands")).json()["brand_demands"]
    return [one["brand_code"] for one in told if one["is_demanded_by_tenant"]]


async def test_demands_of_a_file_are_made_once_or_not_at_all(client, shop, brand):
    wrong = await client.post(URL, content="品牌编码,要求授权\nleaf,true\nnone,true\n".encode())
    assert [row["row"] for row in wrong.json()["rows"]] == [2]
    assert await demanded(client) == []

    file = "品牌编码,要求授权\nleaf,true\n".encode("gb18030")
    assert (await client.post(URL, content=file)).json() == {"rows": 1, "new": 1}
    assert (await client.post(URL, content=file)).json() == {"rows": 1, "new": 0}
    assert await demanded(client) == ["leaf"]
    assert (await client.post(URL, content=b"brand_code,is_demanded\nleaf,false\n")).json()["new"] == 1
    assert await demanded(client) == []


async def test_the_template_can_be_sent_as_it_is(client, shop, brand, owner):
    await owner.execute("update mall.brand set code = 'qingfeng'")
    template = await client.get("/v1/brand-demands/import/template")
    assert (await client.post(URL, content=template.content)).json() == {"rows": 1, "new": 1}
    assert await demanded(client) == ["qingfeng"]
