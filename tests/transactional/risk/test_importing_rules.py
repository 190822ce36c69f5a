"""Risk rules from a file: proposed, and counting nothing before somebody puts them in force."""

from datetime import timedelta

from tests.transactional.sessions.test_desks import log_in

__all__ = ["log_in"]

HEADER = "规则类型,统计对象,统计口径,上限,时间窗（秒）,天数,判定,分值,原因\n"
URL = "/v1/risk/rules/proposals/import"
VELOCITY = "velocity,member,count,10,60,,review,60,脚本增多\n"
FILE = (HEADER + VELOCITY + "account_age,,,,,7,deny,,新号\nscore_sum,,,60,,,review,,合计\n").encode("gb18030")


async def test_rules_of_a_file_are_proposed_once_and_activated_by_a_person(client, shop, clock):
    assert (await client.post(f"{URL}?imported_by=zhao", content=FILE)).json() == {"rows": 3, "new": 3}
    assert (await client.post(URL, content=FILE)).json() == {"rows": 3, "new": 0}
    assert (await client.get("/v1/risk/rules")).json()["rules"] == []
    proposals = (await client.get("/v1/risk/rules/proposals")).json()["proposals"]
    assert [(one["parameters"]["kind"], one["proposed_by"], one["reason"]) for one in proposals] == [
        ("score_sum", "zhao", "合计"), ("account_age", "zhao", "新号"), ("velocity", "zhao", "脚本增多"),
    ]  # fmt: skip
    act = {"reason": "好", "acted_by": "li.na"}
    url = "/v1/risk/rules/proposals/{}/{}"
    made = await client.post(url.format(proposals[2]["proposal_id"], "activation"), json=act)
    assert made.status_code == 200, made.text
    # What is in force is known, and what was withdrawn is proposed anew.
    await client.post(url.format(proposals[1]["proposal_id"], "withdrawal"), json=act)
    assert (await client.post(URL, content=FILE)).json() == {"rows": 3, "new": 1}
    rule = (await client.get("/v1/risk/rules")).json()["rules"][0]
    clock.now += timedelta(hours=1)
    await client.post(f"/v1/risk/rules/{rule['rule_id']}/end")
    clock.now += timedelta(hours=1)
    assert (await client.post(URL, content=(HEADER + VELOCITY).encode())).json() == {"rows": 1, "new": 1}


async def test_a_rule_that_makes_no_sense_keeps_all_out_and_is_named(client, shop):
    lines = (
        VELOCITY
        + "velocity,member,,10,60,,review,60,x\naccount_age,,,,60,7,deny,,x\nscore_sum,,,60,,,allow,,x\n"
    )
    answer = await client.post(URL, content=(HEADER + lines).encode())
    assert answer.status_code == 422
    told = answer.json()["rows"]
    assert [row["row"] for row in told] == [2, 3, 4]
    assert told[0]["problem"].startswith("a velocity rule: measure: ")
    assert (await client.get("/v1/risk/rules/proposals")).json()["proposals"] == []


async def test_a_risk_analyst_sends_the_template_as_it_is_and_a_planner_may_not(log_in, client):
    async with await log_in("risk_analyst") as person:
        template = await person.get(f"{URL}/template")
        assert (await person.post(URL, content=template.content)).json() == {"rows": 1, "new": 1}
    (proposal,) = (await client.get("/v1/risk/rules/proposals")).json()["proposals"]
    assert proposal["proposed_by"] == "risk_analyst"
    async with await log_in("planner") as person:
        assert (await person.post(URL, content=FILE)).status_code == 403
