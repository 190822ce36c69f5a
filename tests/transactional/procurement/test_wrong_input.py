"""Wrong input is refused with a sentence, whatever it is; nothing fails on our side."""

from datetime import date

import pytest

ODD = [None, True, -1, 0, 1.5, 10**30, "", " ", "x\x00", "x" * 5000, [], {}, [None], "9999-12-31T23:59:59-11:00",
       "9999-12-31", "0001-01-01", "2026-02-30", "00000000-0000-0000-0000-000000000000"]  # fmt: skip


@pytest.fixture
async def valid(client, shop, procurement, propose, move):
    """A valid body for each route."""
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    ordered = (await propose((shop.tea, 12), reference="po-2")).json()["purchase_order_id"]
    await move(ordered, "approve", "order")
    tea, main, south = str(shop.tea), str(procurement.main), str(procurement.south)
    body = {
        "reference": "v", "item_id": tea, "purpose": "campaign", "quantity": 1, "reserved_by": "x",
        "expires_at": "2026-03-02T12:00:00+08:00",
    }  # fmt: skip
    reservation = (await client.post("/v1/reservations", json=body | {"reference": "first"})).json()[
        "reservation_id"
    ]
    await client.put("/v1/stock/thresholds", json={"item_id": tea, "quantity": 100})
    (alert,) = (await client.get("/v1/stock/alerts")).json()["alerts"]
    lines = [{"item_id": tea, "quantity": 12, "warehouse_id": main}]
    terms = {
        "item_id": tea, "lead_time_days": 1, "worst_lead_time_days": 2, "unit_cost_fen": 9, "min_order_quantity": 2,
        "pack_size": 2, "price_breaks": [{"quantity": 5, "unit_cost_fen": 8}], "shelf_life_days": 5,
        "over_receipt_percent": 5, "rank": 1, "valid_from": "2026-05-01", "valid_until": "2026-06-01",
    }  # fmt: skip
    return {
        ("post", "/v1/warehouses"): {"code": "w", "name": "w", "region": "w", "capacity_units": 1, "rank": 1},
        ("patch", f"/v1/warehouses/{south}"): {"name": "w", "region": "w", "capacity_units": 1, "rank": 1},
        ("post", "/v1/stock/relocations"): {
            "reference": "r", "item_id": tea, "from_warehouse_id": main, "to_warehouse_id": south, "quantity": 1,
        },
        ("post", "/v1/stock/corrections"): {
            "reference": "c", "warehouse_id": main, "item_id": tea, "quantity": 1, "reason": "x", "corrected_by": "x",
        },
        ("put", "/v1/stock/thresholds"): {"item_id": tea, "warehouse_id": main, "quantity": 1},
        ("post", f"/v1/stock/alerts/{alert['alert_id']}/acknowledgement"): {"acknowledged_by": "x"},
        ("post", "/v1/reservations"): body,
        ("post", f"/v1/reservations/{reservation}/issues"): {"reference": "i", "quantity": 1, "issued_by": "x"},
        ("post", "/v1/suppliers"): {"code": "s", "name": "s"},
        ("patch", f"/v1/suppliers/{procurement.supplier}"): {"name": "s"},
        ("post", f"/v1/suppliers/{procurement.supplier}/terms"): terms,
        ("post", "/v1/purchase-orders"): {
            "reference": "n", "supplier_id": str(procurement.supplier), "lines": lines, "order_by": "2026-03-02",
            "created_by": "x",
        },
        ("put", f"/v1/purchase-orders/{order}/lines"): {"lines": lines, "order_by": "2026-03-02", "edited_by": "x"},
        ("post", f"/v1/purchase-orders/{order}/moves"): {"move": "approve", "by": "li.na", "note": "x"},
        ("post", f"/v1/purchase-orders/{ordered}/receipts"): {
            "reference": "d", "received_by": "x", "received_at": "2026-03-01T12:00:00+08:00",
            "batches": [{"line_no": 1, "quantity": 1, "damaged_quantity": 1, "expires_on": "2026-06-01"}],
        },
    }  # fmt: skip


def spoilt(body):
    """The body with each of its fields, those within its first row too, in each odd way."""
    for name, value in body.items():
        for odd in ODD:
            yield body | {name: odd}
            if isinstance(value, list):
                for inner in value[0]:
                    yield body | {name: [value[0] | {inner: odd}]}
    yield body | {"more": 1}
    yield from ([], None, 1, "x")


async def test_no_odd_value_breaks_a_route(client, valid):
    for (method, path), body in valid.items():
        fine = await client.request(method, path, json=body, params={"dry_run": "true"})
        assert fine.status_code < 300, (path, fine.text)
        for odd in spoilt(body):
            answer = await client.request(method, path, json=odd, params={"dry_run": "true"})
            assert answer.status_code < 500, (method, path, odd, answer.text)
            if answer.status_code >= 400:
                assert answer.json()["detail"], (method, path, odd)


@pytest.mark.parametrize("day", ["2019-03-01", str(date.max), "2036-01-01"])
async def test_an_order_is_not_for_another_decade(shop, propose, move, day):
    assert (await propose((shop.tea, 12), order_by=day)).status_code == 422
    order = (await propose((shop.tea, 12))).json()["purchase_order_id"]
    await move(order, "approve")
    assert (await move(order, "order", expected_on=day)).status_code == 422
