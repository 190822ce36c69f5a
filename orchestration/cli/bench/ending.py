"""How a measurement ends that somebody stops."""

import signal


def end_in_order() -> None:
    """Let a request to end do as Ctrl-C does: stopped in any orderly way, what was made for the run is removed."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
