"""How work ends that somebody stops from outside."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_UNHANDLED = (signal.SIG_DFL, signal.SIG_IGN)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let SIGTERM and SIGINT end the block as Ctrl-C does, so that what was made for it is removed; also as a decorator.

    SIGINT is ignored in what a script started with `&`. Whoever handles one of them already goes on to.
    """

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGINT):
            if signal.getsignal(number) in _UNHANDLED:
                before[number] = signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
