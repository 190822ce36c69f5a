"""Days and moments at either end of the calendar are refused where they come in: further in they would break."""

import pytest
from pydantic import TypeAdapter, ValidationError

from transactional.request_types import BusinessMoment, Day, Moment

ODD = [
    (Moment, "9999-12-31T23:59:59-11:00"), (Moment, "0001-01-01T00:00:00+14:00"),
    # In UTC it is a time, in the mall it is none.
    (Moment, "9999-12-31T20:00:00Z"), (BusinessMoment, "0001-01-01T00:00:00"), (Day, "9999-12-31"),
    (Day, "0001-01-01"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "written"), ODD)
def test_what_no_zone_or_database_knows_is_refused(kind, written):
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(written)


async def test_a_document_without_an_end_to_its_days_is_refused_and_not_broken_by(client, shop):
    supplier = (await client.post("/v1/suppliers", json={"code": "leaf", "name": "叶茂"})).json()
    body = {
        "kind": "quality_report", "number": "q", "issued_on": "2026-01-01", "expires_on": "9999-12-31",
        "file_url": "https://files.example.com/q.pdf", "file_sha256": "0" * 64, "handed_in_by": "x",
    }  # fmt: skip
    url = f"/v1/suppliers/{supplier['supplier_id']}/documents"
    assert (await client.post(url, json=body)).status_code == 422
    assert (await client.post(url, json=body | {"expires_on": "9999-12-30"})).status_code == 201


async def test_a_draw_at_the_end_of_the_calendar_is_refused_and_not_broken_by(client, shop):
    body = {
        "reference": "d", "name": "d", "ticket_points": 5, "ends_at": "9999-12-31T23:59:59-11:00", "max_tickets": 9,
        "prizes": [{"item_id": str(shop.tea), "quantity": 1, "value_fen": 100}],
    }  # fmt: skip
    assert (await client.post("/v1/draws", json=body)).status_code == 422
