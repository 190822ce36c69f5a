"""The bytes of the requests: all but what changes is made once."""

import random
from collections.abc import Callable

from orchestration.cli.bench.identities import ITEM, MEMBER, identifier
from orchestration.cli.bench.order import Order

EVENTS_PER_REQUEST = 100
# What a screen asks for: a quarter of days, two years of months, and the parts of a metric.
_KPIS = [
    b"/v1/kpis/%s?%s" % (metric, period)
    for metric in (b"activity_rate", b"consumption_rate", b"satisfaction_rate", b"stock_out_rate")
    for period in (b"from=2026-01-01&to=2026-03-31", b"grain=month", b"from=2025-07-01&to=2025-09-30")
]


def request_maker(order: Order) -> tuple[Callable[[], bytes], bytes, bytes]:
    """Return a function that makes the next request, and how the status and the body of a success begin."""
    chance = random.Random(order.seed)  # noqa: S311 - a load, not a secret
    # Only the keys must differ from run to run of the same seed.
    keys = random.SystemRandom()
    items = [identifier(ITEM, number).encode() for number in range(order.first_item, order.last_item + 1)]

    def member() -> tuple[int, bytes]:
        number = int(chance.random() * order.members) + 1
        return number, identifier(MEMBER, number).encode()

    def item() -> bytes:
        return items[int(chance.random() * len(items))]

    if order.kind in ("recommend", "kpi"):
        asked = (
            b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + order.key.encode() + b"\r\n\r\n"
        )
        if order.kind == "kpi":
            return lambda: asked % chance.choice(_KPIS), b"200", b"{"
        return lambda: asked % (b"/v1/recommendations/" + member()[1]), b"200", b'{"request_id":'

    head = (
        b"POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n"
        b"Content-Type: application/json\r\nContent-Length: "
    )
    if order.kind == "events":
        events_head = head % (b"/v1/events", order.key.encode())

        def events() -> bytes:
            acts = b",".join(
                b'{"member_id":"%s","kind":"view","item_id":"%s"}' % (member()[1], item())
                for _ in range(EVENTS_PER_REQUEST)
            )
            body = b'{"events":[%s]}' % acts
            return b"%s%d\r\n\r\n%s" % (events_head, len(body), body)

        return events, b"200", b'{"accepted":%d,' % EVENTS_PER_REQUEST

    sale = b"" if order.sale is None else b',"flash_sale_id":"%s"' % order.sale.encode()
    redeem_head = head % (b"/v1/redemptions", order.key.encode())
    run = keys.getrandbits(64)

    def redemption() -> bytes:
        nonlocal run
        number, who = member()
        # As clients make them: random, so that the index of keys is met all over, as in use.
        key = b"%016x%016x" % (chance.getrandbits(64), run)
        run = (run + 1) & 0xFFFFFFFFFFFFFFFF
        context = _context(number) if order.context else b""
        body = b'{"member_id":"%s","lines":[{"item_id":"%s","quantity":1}]%s%s}' % (
            who,
            item(),
            sale,
            context,
        )
        return b"%s%d\r\nIdempotency-Key: %s\r\n\r\n%s" % (redeem_head, len(body), key, body)

    return redemption, b"201", b"{"


def _context(member: int) -> bytes:
    """Return where a member asks from: a device and an address of its own, as honest members have."""
    address = b"10.%d.%d.%d" % (member >> 16 & 255, member >> 8 & 255, member & 255)
    return b',"context":{"ip":"%s","device_id":"device-%08d"}' % (address, member)
