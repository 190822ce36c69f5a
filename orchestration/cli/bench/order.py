"""What the runner orders of a load generator and what the generator reports, as JSON between two processes."""

from typing import Literal

import msgspec

Kind = Literal["redeem", "events", "recommend", "kpi"]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A load to be made.

    Attributes:
        ports: where the servers listen on this machine; connections take turns.
        first_item, last_item: numbers of the items to be asked for.
        sale: the flash sale to redeem in; None for the ordinary shop.
        context: whether requests carry the IP address and device of the member.
    """

    kind: Kind
    ports: list[int]
    connections: int
    seconds: float
    key: str
    members: int
    first_item: int
    last_item: int
    sale: str | None = None
    context: bool
    seed: int


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a load.

    Attributes:
        asked: requests sent; all were waited for.
        succeeded: those that were answered as hoped.
        in_time: those of them answered before the time was up, the only ones the speed counts.
        failures: how many of the others by what was wrong; an example of each in `examples`.
        latencies: percentiles in milliseconds by name, from sending to the whole answer, of all requests.
        per_second: successes in each second, so that a stall shows.
        cpu_seconds: what the generator itself used.
    """

    asked: int
    succeeded: int
    in_time: int
    failures: dict[str, int]
    examples: dict[str, str]
    latencies: dict[str, float]
    per_second: list[int]
    cpu_seconds: float
