"""The load generator, a process of its own: takes an order on standard input, prints a tally.

The load is closed: each connection has one request under way. Latencies are kept one by one, so percentiles are
exact.
"""

import asyncio
import gc
import math
import sys
import time
from collections.abc import Sequence

import msgspec
import uvloop

from orchestration.cli.bench.connection import Connection, Counts
from orchestration.cli.bench.order import Order, Tally
from orchestration.cli.bench.requests import request_maker

_HOST = "127.0.0.1"
# A request unanswered so long after the end is a failure.
_PATIENCE_SECONDS = 30.0


async def generate(order: Order) -> Tally:
    """Make the load and count what came of it."""
    loop = asyncio.get_running_loop()
    make, status, start = request_maker(order)
    counts = Counts(until=float("inf"))
    connections = []
    for number in range(order.connections):
        port = order.ports[number % len(order.ports)]
        _, connection = await loop.create_connection(
            lambda: Connection(make, status, start, counts), _HOST, port
        )
        connections.append(connection)
    gc.collect()
    gc.freeze()
    cpu = time.process_time()
    begun = time.perf_counter()
    counts.until = begun + order.seconds
    for connection in connections:
        connection.ask()
    await asyncio.wait(
        [connection.ended for connection in connections], timeout=order.seconds + _PATIENCE_SECONDS
    )
    if unanswered := counts.asked - counts.succeeded - counts.failures.total():
        counts.failures["not answered"] = unanswered
    return Tally(
        asked=counts.asked,
        succeeded=counts.succeeded,
        in_time=counts.in_time,
        failures=dict(counts.failures),
        examples=counts.examples,
        latencies=percentiles(counts.latencies),
        per_second=_per_second([moment - begun for moment in counts.finished], order.seconds),
        cpu_seconds=time.process_time() - cpu,
    )


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Return exact percentiles in milliseconds: the smallest value that so many are not above."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    ranks = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "p999": 0.999, "max": 1.0}
    return {
        name: round(ordered[math.ceil(rank * len(ordered)) - 1] * 1000, 3) for name, rank in ranks.items()
    }


def _per_second(moments: list[float], seconds: float) -> list[int]:
    counted = [0] * math.ceil(seconds)
    for moment in moments:
        counted[min(int(moment), len(counted) - 1)] += 1
    return counted


if __name__ == "__main__":
    ordered = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(generate(ordered))))
