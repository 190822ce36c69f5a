"""A provider's file against the mall's payments: every line gets its verdict, or nothing of the file is kept."""

from datetime import UTC, datetime
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from transactional.reconciliation.domain import Order, compare

ORDERS = st.builds(Order, st.sampled_from(["payment", "refund"]), st.sampled_from("abcdef"))


@given(
    st.dictionaries(ORDERS, st.integers(0, 2)),
    st.dictionaries(ORDERS, st.integers(0, 2)),
    st.sets(ORDERS),
    st.sets(ORDERS),
)
def test_every_line_and_every_booking_of_the_day_gets_one_verdict(told, known, day, elsewhere):
    day &= known.keys()
    found = {
        one.order: one
        for one in compare(list(told.items()), known=known, of_the_day=day, elsewhere=elsewhere)
    }
    assert set(found) == told.keys() | (day - elsewhere)
    for order, one in found.items():
        assert (one.file_fen, one.our_fen) == (told.get(order), known.get(order))
        if one.verdict == "matched":
            assert told[order] == known[order]
        elif one.verdict == "different_amount":
            assert told[order] != known[order]
        elif one.verdict == "missing_here":
            assert order not in known
        else:
            assert order not in told


@pytest.fixture
def pay(owner, shop):
    async def pay(fen: int, at: str, provider="wechat", status="captured") -> UUID:
        """A payment that was captured at a time; returns its id."""
        payment = uuid4()
        async with owner.transaction():
            await owner.execute("set local session_replication_role = replica")
            await owner.execute(
                "insert into mall.payment (tenant_id, payment_id, redemption_id, provider, amount_fen, status, captured_at) "
                "values ($1, $2, $3, $4, $5, $6, $7)",
                shop.tenant_id, payment, uuid4(), provider, fen, status, datetime.fromisoformat(at),
            )  # fmt: skip
        return payment

    return pay


@pytest.fixture
def send(operator, shop):
    async def send(*lines, day="2026-03-01", query="", head="kind,order_number,amount_yuan"):
        url = f"/v1/platform/tenants/{shop.tenant_id}/reconciliations/import"
        return await operator.post(
            f"{url}?provider=wechat&day={day}&imported_by=wu.min{query}",
            content="\n".join([head, *lines]).encode(),
            headers={"Content-Type": "text/csv"},
        )

    return send


async def test_a_file_is_compared_line_by_line(client, operator, send, pay, owner, shop):
    alike, other, absent = [await pay(fen, "2026-03-01T12:00:00+08:00") for fen in (1000, 2000, 3000)]
    await pay(5000, "2026-03-01T12:00:00+08:00", provider="alipay")
    await pay(6000, "2026-03-02T12:00:00+08:00")
    refund = uuid4()
    await owner.execute(
        "insert into mall.cash_refund (tenant_id, refund_id, payment_id, amount_fen, status, next_attempt_at, done_at) "
        "values ($1, $2, $3, 400, 'done', now(), $4)",
        shop.tenant_id, refund, alike, datetime(2026, 3, 1, 15, 59, tzinfo=UTC),
    )  # fmt: skip
    lines = (
        f"payment,{alike.hex},`10.00",
        f"`payment,`{other.hex},`20.01",
        f"refund,{refund.hex},4",
        f"payment,{uuid4().hex},1.5",
        "payment,not-ours,7",
    )
    made = await send(*lines)
    assert made.status_code == 201, made.text
    told = made.json()
    assert [told[v] for v in ("matched", "different_amount", "missing_here", "missing_there")] == [2, 1, 2, 1]
    assert (told["file_fen"], told["our_fen"]) == (1000 + 2001 - 400 + 150 + 700, 1000 + 2000 - 400 + 3000)
    url = f"/v1/reconciliations/{told['reconciliation_id']}"
    assert (await client.get(url)).json() == told
    (line,) = (await client.get(url, params={"verdict": "missing_there"})).json()["lines"]
    assert (line["order_number"], line["file_fen"], line["our_fen"]) == (absent.hex, None, 3000)
    again = await send(*lines)
    assert (again.status_code, again.json()) == (200, told)
    book, written = Workbook(), BytesIO()
    for line in ("kind,order_number,amount_yuan", *lines):
        book.active.append(line.split(","))
    book.save(written)
    as_workbook = await operator.post(
        f"/v1/platform/tenants/{shop.tenant_id}/reconciliations/import",
        params={"provider": "wechat", "day": "2026-03-01", "imported_by": "wu.min"},
        content=written.getvalue(),
    )
    assert (as_workbook.status_code, as_workbook.json()) == (200, told)
    (listed,) = (await client.get("/v1/reconciliations", params={"day": "2026-03-01"})).json()[
        "reconciliations"
    ]
    assert listed["reconciliation_id"] == told["reconciliation_id"]


async def test_around_midnight_the_two_may_differ_about_the_day(send, pay):
    late = await pay(1000, "2026-03-02T00:00:01+08:00")
    first = (await send(f"payment,{late.hex},10.00")).json()
    assert (first["matched"], first["missing_there"]) == (1, 0)
    second = (await send("payment,other,1", day="2026-03-02")).json()
    assert (second["missing_here"], second["missing_there"]) == (1, 0)
    third = (await send("payment,other,1", day="2026-03-04")).json()
    assert third["missing_there"] == 0


async def test_a_wrong_row_leaves_nothing_of_a_file(send, pay, owner):
    paid = await pay(1000, "2026-03-01T12:00:00+08:00")
    good = f"payment,{paid.hex},10.00"
    for lines, wrong in (
        ((good, "payment,x,1.234", "gift,y,1"), [2, 3]),
        ((good, "payment,x,-1"), [2]),
        ((good, good, f"refund,{paid.hex},10.00", good), [2, 4]),
        ((good, "payment,x"), [2]),
    ):
        refused = await send(*lines)
        assert refused.status_code == 422, refused.text
        assert [row["row"] for row in refused.json()["rows"]] == wrong
    assert (await send(good, head="kind,order_number,amount_fen")).status_code == 422
    assert (await send(good, query="&dry_run=true")).json()["matched"] == 1
    for table in ("reconciliation", "reconciliation_line"):
        assert await owner.fetchval(f"select count(*) from mall.{table}") == 0
