"""A load of so many redemptions per second, however long the answers take, and when each was committed."""

import asyncio
import time
from dataclasses import dataclass, field

import msgspec

from orchestration.cli.bench.order import Order
from orchestration.cli.bench.requests import request_maker

_HOST = "127.0.0.1"


class _Answer(msgspec.Struct):
    """What matters of the answer to a redemption."""

    points: int


@dataclass
class PacedLoad:
    """What came of a load.

    Attributes:
        commits: of each redemption when its answer was here (`time.monotonic`) and the points it took.
        failures: the first bytes of each answer that was no success.
    """

    commits: list[tuple[float, int]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


async def redeem_at(order: Order, per_second: float) -> PacedLoad:
    """Redeem at a steady rate over `order.connections` connections for `order.seconds`.

    Raises:
        OSError: the service cannot be reached.
    """
    make, status, _ = request_maker(order)
    load = PacedLoad()
    begun = time.monotonic()
    turns = iter(range(round(per_second * order.seconds)))

    async def redeem(port: int) -> None:
        reader, writer = await asyncio.open_connection(_HOST, port)
        # Each takes the next turn of all: a slow answer delays its own connection alone.
        for turn in turns:
            await asyncio.sleep(max(0.0, begun + turn / per_second - time.monotonic()))
            writer.write(make())
            head, body = await _answer(reader)
            if head[9:12] == status:
                load.commits.append((time.monotonic(), msgspec.json.decode(body, type=_Answer).points))
            else:
                load.failures.append((head[:30] + b" " + body[:200]).decode(errors="replace"))
        writer.close()
        await writer.wait_closed()

    async with asyncio.TaskGroup() as group:
        for number in range(order.connections):
            group.create_task(redeem(order.ports[number % len(order.ports)]))
    return load


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    at = head.lower().index(b"content-length: ") + 16
    return head, await reader.readexactly(int(head[at : head.index(b"\r\n", at)]))
