"""Nothing is charged without a dated confirmation: neither by a route, nor by a run, nor by SQL."""

from datetime import timedelta

import asyncpg
import pytest

from tests.transactional.conftest import open_shop
from tests.transactional.money.conftest import LINES, TARIFF

CHARGE = {
    "reference": "a-1",
    "line_code": "artwork",
    "quantity": 2,
    "day": "2026-03-01",
    "charged_by": "wu.min",
}
INSERT = (
    "insert into mall.fee (tenant_id, reference, month, tariff_id, line_code, confirmed_on, first_day, last_day, quantity, "
    "amount_fen, charged_by, charged_at) values ($1, 'x', '2026-03-01', $2, 'artwork', $3, $4, '2026-03-31', 1, 1, 'x', now())"
)


@pytest.fixture
def charge(operator, shop):
    async def charge(query="", **changes):
        return await operator.post(
            f"/v1/platform/tenants/{shop.tenant_id}/fees{query}", json=CHARGE | changes
        )

    return charge


async def test_a_charge_names_its_line_and_confirmation(charge, confirmed, client):
    made = await charge()
    assert made.status_code == 201, made.text
    (fee,) = (await client.get("/v1/fees", params={"month": "2026-03"})).json()["fees"]
    assert fee == made.json()
    assert (fee["amount_fen"], fee["waived_fen"], fee["confirmed_on"]) == (40_000, 0, "2026-03-01")
    again = await charge()
    assert (again.status_code, again.json()) == (200, fee)
    other = await charge(quantity=3)
    assert (other.status_code, other.json()["type"]) == (409, "urn:pointmart:problem:fee-exists")
    assert (await client.get("/v1/fees", params={"month": "2026-04"})).json()["fees"] == []


async def test_without_confirmation_nothing_is_charged(
    charge, tariff, live, client, clock, operator, shop, owner
):
    refused = await charge()
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:fee-not-confirmed")
    clock.now += timedelta(days=40)
    month = await operator.post(f"/v1/platform/tenants/{shop.tenant_id}/invoices", json={"month": "2026-03"})
    assert (month.status_code, month.json()["type"]) == (409, "urn:pointmart:problem:nothing-to-invoice")
    await client.post(f"/v1/tariffs/{tariff}/confirmation", json={"confirmed_by": "li.na"})
    assert (await charge()).status_code == 409, "a day before the confirmation"
    assert (await charge(day="2026-04-10")).status_code == 201
    assert await owner.fetchval("select count(*) from mall.fee where first_day < confirmed_on") == 0


async def test_the_table_itself_takes_no_charge_without_confirmation(owner, shop, tariff, client, live):
    from datetime import date

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await owner.execute(INSERT, shop.tenant_id, tariff, date(2026, 3, 1), date(2026, 3, 1))
    await client.post(f"/v1/tariffs/{tariff}/confirmation", json={"confirmed_by": "li.na"})
    await owner.execute("alter table mall.fee disable trigger fee_append_only")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await owner.execute(INSERT, shop.tenant_id, tariff, date(2026, 2, 1), date(2026, 3, 1))
    await owner.execute(INSERT, shop.tenant_id, tariff, date(2026, 3, 1), date(2026, 3, 2))
    with pytest.raises(asyncpg.CheckViolationError, match="confirmed_before_charged"):
        await owner.execute(
            "update mall.fee set first_day = '2026-02-28', last_day = '2026-02-28', month = '2026-02-01'"
        )
    stranger = await open_shop(owner, "birch")
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await owner.execute(INSERT, stranger.tenant_id, tariff, date(2026, 3, 1), date(2026, 3, 1))


async def test_measured_lines_and_days_to_come_are_not_charged_by_hand(charge, confirmed):
    told = await charge(line_code="order")
    assert told.json()["type"] == "urn:pointmart:problem:fee-is-measured"
    assert (await charge(day="2026-03-02")).status_code == 422
    assert (await charge(reference="measured order 2026-03-01")).status_code == 422
    assert (await charge(line_code="wrong")).status_code == 409


async def test_a_tenant_that_is_not_live_is_not_charged(charge, confirmed, owner):
    await owner.execute("update mall.tenant set live_on = null")
    assert (await charge()).json()["type"] == "urn:pointmart:problem:tenant-not-live"


async def test_a_dry_run_charges_nothing(charge, confirmed, owner):
    assert (await charge("?dry_run=true")).status_code == 201
    assert await owner.fetchval("select count(*) from mall.fee") == 0


async def test_a_file_is_charged_whole_or_not_at_all(operator, shop, confirmed, owner):
    url = f"/v1/platform/tenants/{shop.tenant_id}/fees/import?charged_by=wu.min"
    head = "reference,line_code,quantity,day\n"
    good = "a,artwork,1,2026-03-01\nb,artwork,2,2026-03-01\n"

    async def send(text):
        return await operator.post(url, content=text.encode("gb18030"), headers={"Content-Type": "text/csv"})

    malformed = await send(head + good + "c,artwork,0,2026-03-01\nd,artwork,1,gestern\n")
    assert malformed.status_code == 422
    assert [(row["row"], row["column"]) for row in malformed.json()["rows"]] == [(3, "quantity"), (4, "day")]
    refused = await send(head + good + "c,order,1,2026-03-01\nd,图,1,2026-03-01\n")
    assert refused.status_code == 422
    refused = await send(head + good + "c,order,1,2026-03-01\nd,none,1,2026-03-01\n")
    assert [row["row"] for row in refused.json()["rows"]] == [3, 4], refused.text
    assert await owner.fetchval("select count(*) from mall.fee") == 0
    assert (await send(head + good)).json() == {"charged": 2, "known": 0}
    assert (await send(head + good + "c,artwork,3,2026-03-01\n")).json() == {"charged": 1, "known": 2}
    for text in ("", "reference\n", head, 'reference,line_code,quantity,day\n"a'):
        assert (await send(text)).status_code == 422, text


async def test_a_tariff_is_announced_once_and_never_edited(operator, tariff, client):
    # Whoever sends it again.
    for change in ({}, {"announced_by": "x"}):
        again = await operator.post("/v1/platform/tariffs", json=TARIFF | change)
        assert (again.status_code, again.json()["tariff_id"]) == (200, tariff)
    for change in ({"lines": LINES[:1]}, {"reference": "other"}):
        assert (await operator.post("/v1/platform/tariffs", json=TARIFF | change)).status_code == 409
    later = "line_code,basis,rate,name_zh,name_en\norder,redemption,40,订单费,Orders\n"
    made = await operator.post(
        "/v1/platform/tariffs/import?reference=later&valid_from=2026-07-01&announced_by=x",
        content=later.encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert made.status_code == 201, made.text
    shown = (await client.get("/v1/tariffs")).json()["tariffs"]
    assert [(t["reference"], t["confirmed_on"]) for t in shown] == [("2026", None), ("later", None)]
    assert sorted(line["line_code"] for line in shown[0]["lines"]) == sorted(
        one["line_code"] for one in LINES
    )


async def test_the_bill_to_come_is_told_before_and_after_confirming(client, tariff, owner):
    await owner.execute("update mall.tenant set live_on = '2026-03-01'")
    ask = {"months": 3, "redemptions_per_month": 100, "cash_fen_per_month": 10_000}
    nothing = (await client.get("/v1/fees/forecast", params=ask)).json()
    assert (nothing["lines"], nothing["due_fen"]) == ([], 0)
    told = (await client.get("/v1/fees/forecast", params=ask | {"tariff_id": tariff})).json()
    # March is waived; a month costs the platform 310,000, 100 orders 5,000, and 60 bp of 10,000.
    assert (told["amount_fen"], told["waived_fen"], told["due_fen"]) == (945_180, 315_060, 630_120)
    await client.post(f"/v1/tariffs/{tariff}/confirmation", json={"confirmed_by": "li.na"})
    assert (await client.get("/v1/fees/forecast", params=ask)).json()["due_fen"] == 630_120
    measured = (await client.get("/v1/fees/forecast", params={"months": 1})).json()
    assert measured["is_measured"]
    assert measured["assumed"] == {"redemptions": 0, "cash_fen": 0, "pieces": 0}
