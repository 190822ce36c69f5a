"""What is to be measured."""

from dataclasses import dataclass
from pathlib import Path

# Phases that settle quickly are not worth half a minute each.
_SHORT_SECONDS = 10
# The server takes 200, some of them for its own use.
_MOST_CLIENTS = 190


@dataclass(frozen=True)
class Plan:
    """The size of the mall and of the load.

    Attributes:
        seconds, warm_up: how long a phase and the run before the first one take.
        history_entries, history_redemptions: how much is stored beforehand, besides the members' opening lots.
        pgbench_few: connections of pgbench in the phases where it is to be at its best; more of them only queue.
        context: whether requests carry the IP address and device of the member.
        data_dir: a folder whose database is kept and used again; None means one that is deleted afterwards.
    """

    out: Path
    members: int = 1_000_000
    items: int = 2_000
    seconds: int = 30
    warm_up: int = 10
    connections: int = 128
    history_entries: int = 0
    history_redemptions: int = 0
    pgbench_few: int = 8
    context: bool = True
    data_dir: Path | None = None

    @property
    def short_seconds(self) -> int:
        """Return how long lone requests and events are measured."""
        return min(self.seconds, _SHORT_SECONDS)

    @property
    def pgbench_clients(self) -> int:
        """Return the connections of pgbench where it has as many as the service."""
        return min(self.connections, _MOST_CLIENTS)

    @property
    def flash_item(self) -> int:
        """Return the number of the item that everybody wants in the hot phases."""
        return self.items + 1
