"""What members say, from files: as one by one, all of it or nothing."""

from .test_surveys import SURVEY

CASES = "兑换单幂等键,售后单编号,类型,原因,会员描述,提交人,兑换行号,数量\n"
ANSWERS = "售后单编号,答复\n"
FEEDBACK = "反馈编号,会员编号,兑换单幂等键,满意度,意见\n"
REVIEWS = "兑换单幂等键,会员编号,兑换行号,星级,评价\n"
RESPONSES = "问卷编码,会员编号,第1题,第2题,第3题\n"


async def send(client, path: str, text: str, encoding: str = "utf-8", **params) -> tuple[int, dict]:
    answer = await client.post(f"/v1/{path}/import", content=text.encode(encoding), params=params)
    return answer.status_code, answer.json()


def problems(told: dict) -> dict[int, str]:
    assert told["type"] == "urn:pointmart:problem:rows-refused", told
    return {row["row"]: row["problem"] for row in told["rows"]}


async def test_cases_of_a_file_are_opened_once_and_answered_once(client, card, owner, stored):
    file = (
        CASES
        + "r1,AS-1,complaint,code_unusable,券码无效，我是张三,E-1,1,1\nr1,AS-2,inquiry,other,怎么用？,E-1,,\n"
    )
    assert await send(client, "after-sales", file, "gb18030") == (200, {"rows": 2, "new": 2})
    assert await send(client, "after-sales", file) == (200, {"rows": 2, "new": 0})
    cases = {one["reference"]: one for one in (await client.get("/v1/after-sales")).json()["cases"]}
    assert (cases["AS-1"]["line_no"], cases["AS-1"]["quantity"], cases["AS-2"]["line_no"]) == (1, 1, None)
    # The same case by the route for one is the same.
    one = {
        "reference": "AS-2", "redemption_id": card, "type": "inquiry", "reason": "other", "text": "怎么用？",
        "opened_by": "E-1",
    }  # fmt: skip
    assert (await client.post("/v1/after-sales", json=one)).status_code == 200

    told = ANSWERS + "AS-1,已重发券码\nAS-2,在结账页输入\n"
    by = {"imported_by": "li.na"}
    assert await send(client, "after-sales-answers", told, **by) == (200, {"rows": 2, "new": 2})
    assert await send(client, "after-sales-answers", told, **by) == (200, {"rows": 2, "new": 0})
    shown = (await client.get(f"/v1/after-sales/{cases['AS-1']['case_id']}")).json()
    assert [(note["kind"], note["text"], note["noted_by"]) for note in shown["notes"]] == [
        ("opened", "券码无效，我是张三", "E-1"), ("answered", "已重发券码", "li.na"),
    ]  # fmt: skip
    assert shown["answered_at"] is not None
    assert "张三" not in await stored()


async def test_wrong_cases_and_answers_keep_all_out(client, card, owner):
    rows = (
        "r1,AS-1,complaint,other,可以,E-1,,\nr2,AS-2,complaint,other,没有这单,E-1,,\n"
        "r1,AS-3,complaint,other,没有这行,E-1,2,\nr1,AS-4,return,damaged,太多,E-1,1,9\nr1,AS-1,return,other,又一单,E-1,,\n"
    )
    status, told = await send(client, "after-sales", CASES + rows)
    assert (status, set(problems(told))) == (422, {2, 3, 4, 5})
    status, told = await send(client, "after-sales", CASES + "r1,AS-1,return,other,数量没有行,E-1,,2\n")
    assert "a quantity is of a line" in problems(told)[1]
    assert await owner.fetchval("select count(*) from mall.after_sales_case") == 0
    assert (await send(client, "after-sales", CASES + "r1,AS-1,complaint,other,可以,E-1,,\n"))[0] == 200
    status, told = await send(
        client, "after-sales-answers", ANSWERS + "AS-1,好的\nAS-9,好的\n", imported_by="li.na"
    )
    assert (status, set(problems(told))) == (422, {2})
    status, told = await send(client, "after-sales-answers", ANSWERS + "AS-1,好的\n")
    assert "imported_by" in problems(told)[1]
    assert await owner.fetchval("select count(*) from mall.after_sales_note where kind = 'answered'") == 0


async def test_feedback_of_a_file_is_stored_once(client, shop, card, owner, stored):
    file = FEEDBACK + "FB-1,E-1,r1,5,张三很满意\nFB-2,E-2,,3,\n"
    assert await send(client, "feedback", file) == (200, {"rows": 2, "new": 2})
    assert await send(client, "feedback", file) == (200, {"rows": 2, "new": 0})
    rows = await owner.fetch("select member_id, redemption_id::text, score from mall.feedback order by score")
    assert [tuple(row) for row in rows] == [(shop.other_member, None, 3), (shop.member, card, 5)]
    assert "张三" not in await stored()
    wrong = "FB-3,E-1,,4,\nFB-4,E-1,r1,4,\nFB-1,E-1,r1,1,\nFB-5,E-2,r1,4,\nFB-6,E-9,,4,\n"
    status, told = await send(client, "feedback", FEEDBACK + wrong)
    assert (status, set(problems(told))) == (422, {2, 3, 4, 5})
    assert "has been answered for" in problems(told)[2]
    assert "given with another answer" in problems(told)[3]
    assert await owner.fetchval("select count(*) from mall.feedback") == 2


async def test_reviews_of_a_file_are_written_once(client, shop, card, owner):
    file = REVIEWS + "r1,E-1,1,4,发货快\n"
    await client.redeem(shop.member, "r2", (shop.pot, 1))
    wrong = "r1,E-2,1,4,\nr1,E-1,2,4,\nr2,E-1,1,4,\n"
    status, told = await send(client, "reviews", file + wrong)
    assert (status, set(problems(told))) == (422, {2, 3, 4})
    assert await owner.fetchval("select count(*) from mall.item_review") == 0
    assert await send(client, "reviews", file) == (200, {"rows": 1, "new": 1})
    assert await send(client, "reviews", file) == (200, {"rows": 1, "new": 0})
    one = {
        "member_id": str(shop.member), "redemption_id": card, "line_no": 1, "stars": 4, "text": "发货快",
    }  # fmt: skip
    assert (await client.post("/v1/reviews", json=one)).status_code == 200
    assert (await client.get("/v1/reviews")).json()["reviews"][0]["text"] == "发货快"


async def test_answers_to_a_survey_are_stored_once_as_its_questions_want_them(client, shop, owner):
    survey = (await client.post("/v1/surveys", json=SURVEY)).json()["survey_id"]
    file = RESPONSES + "after_card,E-1,5,朋友,太慢\nafter_card,E-2,2,1,\n"
    wrong = (
        "after_card,E-1,5,,\nafter_card,E-2,6,,\nafter_card,E-9,5,,\nbefore_card,E-1,5,,\n"
        "after_card,E-2,5,报纸,\nafter_card,E-2,,,只有话\n"
    )
    status, told = await send(client, "survey-responses", RESPONSES + wrong)
    assert (status, set(problems(told))) == (422, {2, 3, 4, 5, 6})
    assert "its answers are 1 to 5" in problems(told)[2]
    status, told = await send(client, "survey-responses", RESPONSES + "after_card,E-1,,,\n")
    assert "no question is answered" in problems(told)[1]
    assert await owner.fetchval("select count(*) from mall.survey_response") == 0
    assert await send(client, "survey-responses", file) == (200, {"rows": 2, "new": 2})
    assert await send(client, "survey-responses", file) == (200, {"rows": 2, "new": 0})
    found = (await client.get(f"/v1/surveys/{survey}/responses")).json()["responses"]
    assert {
        one["member_id"]: [tuple(answer.values())[1:4] for answer in one["answers"]] for one in found
    } == {
        str(shop.member): [(5, None, None), (None, 2, None), (None, None, "太慢")],
        str(shop.other_member): [(2, None, None), (None, 1, None)],
    }
    assert await owner.fetchval("select array_agg(score order by score) from mall.feedback") == [2, 5]
    status, told = await send(client, "survey-responses", RESPONSES + "after_card,E-2,3,,\n")
    assert "has answered the survey" in problems(told)[1]
