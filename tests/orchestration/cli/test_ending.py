import os
import signal
import threading

import pytest

from orchestration.cli.ending import ended_in_order


@pytest.fixture(params=[signal.SIGTERM, signal.SIGINT])
def number(request):
    before = signal.getsignal(request.param)
    yield request.param
    signal.signal(request.param, before)


@pytest.mark.parametrize("unhandled", [signal.SIG_DFL, signal.SIG_IGN])
def test_a_signal_nobody_handles_ends_the_block_and_is_as_before_after_it(number, unhandled):
    signal.signal(number, unhandled)

    def work():
        with ended_in_order():
            os.kill(os.getpid(), number)
            threading.Event().wait(5)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert signal.getsignal(number) is unhandled


def test_who_handles_it_already_goes_on_to(number):
    heard = []
    signal.signal(number, lambda *_: heard.append(number))
    with ended_in_order():
        os.kill(os.getpid(), number)
    assert heard == [number]


def test_another_thread_leaves_signals_alone(number):
    signal.signal(number, signal.SIG_DFL)
    found = []

    def run():
        with ended_in_order():
            found.append(signal.getsignal(number))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert found == [signal.SIG_DFL]


def test_a_command_is_wrapped_whole():
    @ended_in_order()
    def command(members: int) -> int:
        """Count."""
        return members

    assert (command(3), command.__doc__) == (3, "Count.")
