"""No word of a row is in the log, however a statement fails; the rule that failed is."""

import logging
import traceback

import asyncpg
import pytest

from transactional.masking import masked

WORD = "zhangsan-13800138000"


async def failing(owner, statement: str, *values: object) -> BaseException:
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)) as told:
        await owner.execute(statement, *values)
    return told.value


def logged(error: BaseException) -> str:
    return "".join(traceback.format_exception(error))


@pytest.mark.parametrize(
    ("statement", "values", "kept"),
    [
        ("insert into mall.member (tenant_id, external_ref) values (null, $1)", (WORD,), "not-null"),
        ("insert into mall.tenant (code, name, industry) values ('acorn', $1, 'bank')", (WORD,), "tenant_code_key"),
        ("insert into mall.tenant (code, name, industry) values ($1, $1, 'bank')", (f"X {WORD}",), "tenant_code_check"),
        ("select $1::text::uuid", (WORD,), "uuid"),
        ("select $1::uuid", (WORD,), "$1"),
        ("select jsonb_object_agg(x, 1) from (select $1::text::int x) y", (WORD,), "integer"),
    ],
)  # fmt: skip
async def test_values_of_rows_are_masked_and_rules_are_told(owner, shop, statement, values, kept):
    error = await failing(owner, statement, *values)
    assert WORD in logged(error) or "tenant_code_key" in logged(error)
    assert masked(error) is error
    assert WORD not in logged(error)
    assert kept in logged(error)


async def again(error: BaseException, *, is_cause: bool) -> None:
    """Fail because of another error, or while it is dealt with."""
    try:
        raise error
    except asyncpg.PostgresError as caught:
        if is_cause:
            raise RuntimeError("a job failed") from caught
        int("no number")


@pytest.mark.parametrize("is_cause", [True, False])
async def test_an_error_that_led_to_another_is_masked_too(owner, is_cause):
    error = await failing(owner, "select $1::text::uuid", WORD)
    with pytest.raises((RuntimeError, ValueError)) as told:
        await again(error, is_cause=is_cause)
    assert WORD in logged(told.value)
    assert WORD not in logged(masked(told.value))


async def test_a_route_that_fails_logs_no_word_of_its_row(app, client, shop, caplog, monkeypatch):
    async def fail(connection, **_):
        await connection.execute(
            "insert into mall.member (tenant_id, external_ref, registered_at) values ($1, $2, null)",
            shop.tenant_id,
            WORD,
        )

    monkeypatch.setattr("transactional.opt_ins.routes.opt_in", fail)
    with caplog.at_level(logging.ERROR):
        answer = await client.post("/v1/opt-ins", json={"item_id": str(shop.tea), "opted_in_by": "x"})
    assert answer.status_code == 500
    assert "registered_at" in caplog.text
    assert WORD not in caplog.text
    assert WORD not in answer.text
