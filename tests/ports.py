"""Ports for servers that tests start in processes of their own."""

import socket
from contextlib import ExitStack
from random import SystemRandom

# Below those that Linux gives to whoever asks for any, as every connection that goes out does: between the choice and
# the server's start nobody takes one unasked.
_CHOSEN_ONLY = range(10_000, 32_768)


def free_ports(count: int) -> list[int]:
    """Return so many different ports that nothing listens on."""
    # Not seeded, as workers of one run would choose the same.
    candidates = iter(SystemRandom().sample(_CHOSEN_ONLY, len(_CHOSEN_ONLY)))
    ports: list[int] = []
    with ExitStack() as held:
        while len(ports) < count:
            port = next(candidates)
            try:
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            except OSError:
                continue
            ports.append(port)
    return ports
