"""Each carrier's own form: what is taken, what it means, and what is refused."""

import json
from datetime import timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from transactional.fulfilment.carriers.domain import (
    BadPush,
    CarrierRefused,
    CarrierUnavailable,
    MalformedPush,
    Push,
)
from transactional.fulfilment.carriers.settings import (
    UnusableFulfilmentSettings,
    open_carriers,
    read_settings,
)
from transactional.fulfilment.carriers.sf import digest

from .conftest import ACCOUNTS, EPOCH, HOUR, beijing, jd_push, jd_query, sf_push

TOKEN = {"token": "t" * 32}


def carrier(name: str, answer=None, seen: list | None = None):
    def reply(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    client = httpx.AsyncClient(transport=httpx.MockTransport(reply))
    return open_carriers(ACCOUNTS, client, lambda: EPOCH).of("acorn", name)


def kinds(told) -> list[tuple[str, str]]:
    return [(one.tracking_number, one.event.kind.value) for one in told]


def test_sf_tells_operations_in_beijing_time_and_codes_that_say_nothing_are_left_out():
    body = sf_push(("SF1", "50", EPOCH), ("SF1", "34", EPOCH + HOUR), ("SF1", "80", EPOCH + 2 * HOUR))
    told = carrier("sf").read_push(Push(TOKEN, {}, body), EPOCH)
    assert kinds(told) == [("SF1", "collected"), ("SF1", "delivered")]
    assert [one.event.occurred_at for one in told] == [EPOCH, EPOCH + 2 * HOUR]


@pytest.mark.parametrize("query", [{}, {"token": "x"}, {"token": "t" * 31}, {"token": "密"}])
def test_sf_without_its_token_is_not_listened_to(query):
    with pytest.raises(BadPush):
        carrier("sf").read_push(Push(query, {}, sf_push(("SF1", "50", EPOCH))), EPOCH)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"\xff", sf_push(("SF1", "50", EPOCH)).replace(b"2026", b"20x6")]
)
def test_sf_in_another_form_is_malformed(body):
    with pytest.raises(MalformedPush):
        carrier("sf").read_push(Push(TOKEN, {}, body), EPOCH)


async def test_what_sf_pushes_and_what_it_answers_are_the_same_events():
    routes = [{"opCode": "50", "acceptTime": beijing(EPOCH), "remark": "x"}]
    result = {
        "success": True,
        "errorCode": "S0000",
        "msgData": {"routeResps": [{"mailNo": "SF1", "routes": routes}]},
    }
    seen: list[httpx.Request] = []
    sf = carrier("sf", {"apiResultCode": "A1000", "apiResultData": json.dumps(result)}, seen)
    asked = await sf.ask("SF1")
    assert asked == sf.read_push(Push(TOKEN, {}, sf_push(("SF1", "50", EPOCH))), EPOCH)
    sent = {name: value[0] for name, value in parse_qs(seen[0].content.decode()).items()}
    assert sent["msgDigest"] == digest(sent["msgData"], sent["timestamp"], "checkword")
    assert sent["serviceCode"] == "EXP_RECE_SEARCH_ROUTES"


def test_the_digest_of_sf_is_what_other_tools_make_of_it():
    # printf '%%7B%%22a%%22%%3A1%%7D1700000000000word' | md5sum | xxd -r -p | base64
    assert digest('{"a":1}', "1700000000000", "word") == "wSCNZQTeQCi10MxWJ2M/+A=="


def test_jd_tells_categories_and_signs_body_and_time():
    body = jd_push("JD1", ("揽收", EPOCH), ("揽收任务分配", EPOCH), ("妥投", EPOCH + HOUR))
    told = carrier("jd").read_push(Push(jd_query(body, EPOCH), {}, body), EPOCH)
    assert kinds(told) == [("JD1", "collected"), ("JD1", "delivered")]


def test_jd_is_refused_with_another_secret_body_or_time():
    body = jd_push("JD1", ("妥投", EPOCH))
    for query, sent, now in (
        (jd_query(body, EPOCH, "other"), body, EPOCH),
        (jd_query(body, EPOCH), body.replace(b"JD1", b"JD2"), EPOCH),
        (jd_query(body, EPOCH), body, EPOCH + timedelta(minutes=31)),
        (jd_query(body, EPOCH) | {"app_key": "L"}, body, EPOCH),
        ({}, body, EPOCH),
    ):
        with pytest.raises(BadPush):
            carrier("jd").read_push(Push(query, {}, sent), now)


async def test_what_jd_answers_are_the_events_it_pushes():
    traces = [{"categoryName": "揽收", "operationTime": beijing(EPOCH)}]
    seen: list[httpx.Request] = []
    jd = carrier("jd", {"code": 0, "msg": "success", "data": {"traceDetails": traces}}, seen)
    body = jd_push("JD1", ("揽收", EPOCH))
    assert await jd.ask("JD1") == jd.read_push(Push(jd_query(body, EPOCH), {}, body), EPOCH)
    assert json.loads(seen[0].content) == [{"waybillCode": "JD1", "orderOrigin": 1, "customerCode": "C"}]


@pytest.mark.parametrize("name", ["sf", "jd", "sandbox"])
async def test_no_answer_and_a_refusal_are_told_apart(name):
    for status, problem in ((500, CarrierUnavailable), (429, CarrierUnavailable), (403, CarrierRefused)):
        with pytest.raises(problem):
            await carrier(name, httpx.Response(status)).ask("X0001")
    with pytest.raises(CarrierRefused):
        await carrier(name, httpx.Response(200, text="<html>")).ask("X0001")
    with pytest.raises(CarrierRefused):
        await carrier(name, {"apiResultCode": "A1001", "code": 7}).ask("X0001")


def test_settings_name_what_is_wrong_and_no_secret(tmp_path):
    file = tmp_path / "fulfilment.toml"
    file.write_text(
        '[tenants.acorn.sf]\npartner_id = "P"\ncheck_word = "hushhush"\npush_token = "toosmall"\n'
    )
    with pytest.raises(UnusableFulfilmentSettings, match="push_token") as told:
        read_settings(file)
    assert "hushhush" not in str(told.value)
    assert "toosmall" not in str(told.value)
    with pytest.raises(UnusableFulfilmentSettings, match="cannot be read"):
        read_settings(tmp_path / "none.toml")
    file.write_text(
        f'[tenants.acorn.sf]\npartner_id = "P"\ncheck_word = "hushhush"\npush_token = "{"t" * 32}"\n'
    )
    assert read_settings(file).tenants["acorn"].sf is not None
